//! Every kind of change is reported, with what it means for the API and for the Rust crate.
//!
//! A row is an edit of a small document and the changes that follow: the class for the API, the class for the crate, the
//! item, and what happened to it.

#![allow(clippy::unwrap_used)]

mod rows;

use std::fs;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const DOCUMENT: &str = "\
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: 'https://api.dintero.com/v1'}]
x-dintero-servers: {'https://api.dintero.com': api, 'https://checkout.dintero.com': checkout}
security: [{token: []}]
paths:
  /things/{id}:
    parameters: [{in: path, name: id, required: true, schema: {type: string}}]
    get:
      operationId: get_thing
      x-scopes: [read, admin]
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '404': {description: none}
    put:
      operationId: put_thing
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Draft'}}}}
      responses:
        '204': {description: ok}
  /things:
    get:
      operationId: list_things
      x-dintero-paging: {items: '', cursor: [{parameter: after, last_item: /name}]}
      parameters:
        - {in: query, name: after, schema: {type: string}}
        - {in: query, name: limit, schema: {type: integer, maximum: 100, default: 10}}
        - {in: query, name: order_by, schema: {type: array, items: {type: string}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}
    post:
      operationId: add_thing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    password: {type: http, scheme: basic}
  schemas:
    Base: {type: object, properties: {base: {type: string}}}
    Thing:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          required: [name]
          properties:
            name: {type: string, maxLength: 10}
            created: {type: string, format: date-time}
            count: {type: integer}
            state: {type: string, enum: [ON, OFF]}
            parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
            pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}
    Part: {type: object, properties: {part_number: {type: string}, size: {type: integer}, weight: {type: number}}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}, sort: {type: string}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, bark: {type: string}, sort: {type: string}}}
    Draft:
      type: object
      required: [title]
      properties:
        title: {type: string, maxLength: 10}
        note: {type: string}
        code: {type: string, pattern: '^a$'}
        tags: {type: array, minItems: 1, items: {type: string, maxLength: 5}}
        mode: {type: string, enum: [fast, slow]}
        amount: {type: integer, minimum: 1}
    Both: {type: object, properties: {id: {type: string}, remark: {type: string}, Level: {type: integer}}}
";

/// Edits, each of a text that is in the document once, and the changes.
pub type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wallets.yaml"), text).unwrap();
    folder
}

fn changes(old: &str, new: &str) -> Vec<(String, String)> {
    let (old, new) = (folder(old), folder(new));
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--root")
        .arg(old.path())
        .args(["diff", "--json", "--from-dir"])
        .arg(old.path())
        .arg("--to-dir")
        .arg(new.path())
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let json: Value = serde_json::from_str(&text).expect(&text);
    let api = &json["apis"][0];
    assert_eq!(api["failed"], Value::Null);
    let changes = api["changes"].as_array().unwrap().iter();
    changes
        .map(|change| {
            let word = |key: &str| change[key].as_str().unwrap().to_owned();
            let line = ["api", "crate", "item"].map(word).join(" ");
            (word("kind"), format!("{line}: {}", word("text")))
        })
        .collect()
}

fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = DOCUMENT.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn every_kind_of_change_is_told_and_judged() {
    let mut wrong = String::new();
    for (name, edits, expected) in rows::rows() {
        let new = edited(edits);
        let told = changes(DOCUMENT, &new);
        let lines: Vec<&str> = told.iter().map(|(_, line)| line.as_str()).collect();
        if lines != *expected {
            wrong.push_str(&format!("{name}: {lines:#?}\n"));
        }
        // What was added one way is removed the other way.
        let back = changes(&new, DOCUMENT);
        let count = |changes: &[(String, String)], wanted: &str| {
            changes.iter().filter(|(kind, _)| kind == wanted).count()
        };
        for (kind, opposite) in [
            ("added", "removed"),
            ("removed", "added"),
            ("renamed", "renamed"),
        ] {
            assert_eq!(
                count(&told, kind),
                count(&back, opposite),
                "{name}: {told:?} {back:?}"
            );
        }
        assert_eq!(told.is_empty(), back.is_empty(), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A document with an object for each name, which has a field of that name.
fn with_fields<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut text = DOCUMENT.to_owned();
    for (index, name) in names.enumerate() {
        text.push_str(&format!("    Names{index}: {{type: object, x-dintero-keep: response, properties: {{'{name}': {{type: string}}, other{index}: {{type: string}}}}}}\n"));
    }
    text
}

#[test]
fn a_name_in_other_words_is_another_name() {
    let same = [
        ("merchantReference", "merchant_reference"),
        ("bussiness_name", "business_name"),
        ("item", "items"),
        ("IN_PROGRESS", "in-progress"),
        ("created", "creatd"),
        ("masked_pan", "pan_masked"),
        ("payout_dest_id", "payout_destination_id"),
        ("PART_CAPTURED", "PARTIALLY_CAPTURED"),
        ("INITIALIZE", "INITIATE"),
    ];
    let others = [
        ("created_at.gte", "created_at.lte"),
        ("line_1", "line_2"),
        ("min_amount", "max_amount"),
        ("AUTHORIZED", "UNAUTHORIZED"),
        ("AUTHORIZED", "REAUTHORIZED"),
        ("CAPTURED", "PARTIALLY_CAPTURED"),
        ("address", "address2"),
        ("vat", "vat_amount"),
        ("created_at", "updated_at"),
        ("credit", "debit"),
        ("fund", "refund"),
    ];
    for (pairs, kinds) in [
        (&same[..], &["renamed"][..]),
        (&others[..], &["added", "removed"][..]),
    ] {
        let old = with_fields(pairs.iter().map(|(old, _)| *old));
        let new = with_fields(pairs.iter().map(|(_, new)| *new));
        let told = changes(&old, &new);
        for (index, pair) in pairs.iter().enumerate() {
            let item = format!(" Names{index}.");
            let of = told.iter().filter(|(_, line)| line.contains(&item));
            let mut found: Vec<&str> = of.map(|(kind, _)| kind.as_str()).collect();
            found.sort_unstable();
            assert_eq!(found, kinds, "{pair:?}: {told:#?}");
        }
    }
}

#[test]
fn what_a_document_says_cannot_forge_a_line() {
    let forged = "note\\n struct Forged: request\\nstruct Forged a: \\\"String";
    let new = edited(&[(
        "note: {type: string}",
        &format!("\"{forged}\": {{type: string, default: \"{forged}\"}}"),
    )]);
    let told = changes(DOCUMENT, &new);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told.iter()
            .all(|(_, line)| line.contains(" Draft.") && !line.contains('\n')),
        "{told:#?}"
    );
}
