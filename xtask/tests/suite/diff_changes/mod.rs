//! Every kind of change is reported, with what it means for the API and for the Rust crate.
//!
//! A row of the YAML files is an edit of a small document, each of a text that is in it once, and the changes that follow
//! there and back: the class for the API, the class for the crate, the item, and what happened to it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use dintero_codegen::document::Document;
use serde_json::{Value, json};
use tempfile::TempDir;

const OPERATIONS: &str = include_str!("operations.yaml");
const FIELDS: &str = include_str!("fields.yaml");
const VALUES: &str = include_str!("values.yaml");
const FORMS: &str = include_str!("forms.yaml");

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
  /bags:
    get:
      operationId: list_bags
      security: [{key: []}, {password: []}]
      servers: [{url: 'https://checkout.dintero.com/v1'}]
      x-dintero-paging: {items: /bags, cursor: [{parameter: from, body: /next}]}
      parameters:
        - {in: query, name: from, schema: {type: string}}
        - {in: query, name: back_from, schema: {type: string}}
        - {in: query, name: size, schema: {type: integer, format: int32, enum: [1, 2]}}
        - {in: header, name: X-Trace, required: true, schema: {type: string, minLength: 2}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Bags'}}}}
    delete:
      operationId: drop_bags
      security: []
      responses: {'204': {description: gone}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    password: {type: http, scheme: basic}
    key: {type: apiKey, in: header, name: X-Key}
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
        depth: {type: integer, format: int32}
        ratio: {type: number, minimum: 0, exclusiveMinimum: true}
        labels: {type: object, additionalProperties: {type: string, maxLength: 5}}
        pay: {$ref: '#/components/schemas/Pay'}
        shape: {oneOf: [{$ref: '#/components/schemas/Round'}, {$ref: '#/components/schemas/Square'}]}
    Pay:
      type: object
      required: [way]
      properties: {way: {type: string}, total: {type: integer}}
      discriminator: {propertyName: way, mapping: {card: '#/components/schemas/Card', bill: '#/components/schemas/Bill'}}
    Card: {allOf: [{$ref: '#/components/schemas/Pay'}, {type: object, properties: {pan: {type: string}}}]}
    Bill: {allOf: [{$ref: '#/components/schemas/Pay'}, {type: object, properties: {iban: {type: string}}}]}
    Round: {type: object, properties: {radius: {type: integer}}}
    Square: {type: object, properties: {side: {type: integer}}}
    Bags: {type: object, properties: {bags: {type: array, items: {$ref: '#/components/schemas/Bag'}}, next: {type: string}, prior: {type: string}}}
    Bag:
      type: object
      properties:
        width: {type: integer, format: int32}
        share: {type: number, format: double}
        grade: {type: integer, enum: [1, 2]}
        inner: {$ref: '#/components/schemas/Bag'}
        stickers: {type: object, additionalProperties: {type: integer}}
        event: {$ref: '#/components/schemas/Event'}
    Event:
      type: object
      required: [sign]
      properties: {sign: {type: string}, at: {type: string, format: date-time}}
      discriminator: {propertyName: sign, mapping: {start: '#/components/schemas/Start', stop: '#/components/schemas/Stop'}}
    Start: {allOf: [{$ref: '#/components/schemas/Event'}, {type: object, properties: {speed: {type: integer}}}]}
    Stop: {allOf: [{$ref: '#/components/schemas/Event'}, {type: object, properties: {reason: {type: string}}}]}
    Both: {type: object, properties: {id: {type: string}, remark: {type: string}, Level: {type: integer}}}
";

fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wallets.yaml"), text).unwrap();
    folder
}

/// Returns kind and line of each change, after the verdicts were compared with the lines.
fn changes(old: &str, new: &str) -> Vec<(String, String)> {
    compared(&folder(old), &folder(new))
}

fn compared(old: &TempDir, new: &TempDir) -> Vec<(String, String)> {
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
    let changes = api["changes"].as_array().unwrap();
    let worst = |key: &str| {
        let classes = changes.iter().map(|change| change[key].as_str().unwrap());
        let rank = |class: &&str| {
            ["none", "additive", "breaking"]
                .iter()
                .position(|c| c == class)
        };
        classes.max_by_key(rank).unwrap_or("none")
    };
    assert_eq!(api["class"], worst("api"), "{text}");
    assert_eq!(api["crate"]["class"], worst("crate"), "{text}");
    let breaks = [worst("api"), worst("crate")].contains(&"breaking");
    assert_eq!(output.status.code(), Some(i32::from(breaks)), "{text}");
    let line = |change: &Value| {
        let word = |key: &str| change[key].as_str().unwrap().to_owned();
        let line = ["api", "crate", "item"].map(word).join(" ");
        (word("kind"), format!("{line}: {}", word("text")))
    };
    changes.iter().map(line).collect()
}

fn edited(row: &Value) -> String {
    let mut text = DOCUMENT.to_owned();
    for edit in row["edits"].as_array().unwrap() {
        let (from, to) = (edit[0].as_str().unwrap(), edit[1].as_str().unwrap());
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    text
}

fn rows(file: &str) -> Vec<Value> {
    let document = Document::parse("rows", file).unwrap();
    document.root["rows"].as_array().unwrap().clone()
}

/// Compares the changes that are told with those of the rows.
fn check(file: &str) {
    let mut wrong = String::new();
    for row in rows(file) {
        let new = edited(&row);
        let states = [DOCUMENT, &new].map(folder);
        // Surfaces that hold no names keep none.
        if row["own_names"] == true {
            for state in &states {
                fs::create_dir(state.path().join("surface")).unwrap();
                fs::write(state.path().join("surface/wallets.txt"), "").unwrap();
            }
        }
        let [old, new] = &states;
        let [there, back] = [compared(old, new), compared(new, old)];
        for (key, told) in [("there", &there), ("back", &back)] {
            let lines: Vec<&str> = told.iter().map(|(_, line)| line.as_str()).collect();
            if row[key] != json!(lines) {
                wrong.push_str(&format!("{} {key}: {lines:#?}\n", row["name"]));
            }
        }
        // What was added one way is removed the other way.
        let count = |changes: &[(String, String)], wanted: &str| {
            changes.iter().filter(|(kind, _)| kind == wanted).count()
        };
        for (kind, opposite) in [
            ("added", "removed"),
            ("removed", "added"),
            ("renamed", "renamed"),
        ] {
            let counts = (count(&there, kind), count(&back, opposite));
            assert_eq!(counts.0, counts.1, "{}: {there:?} {back:?}", row["name"]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn changes_of_operations_are_told_and_judged() {
    check(OPERATIONS);
}

#[test]
fn changes_of_fields_are_told_and_judged() {
    check(FIELDS);
}

#[test]
fn changes_of_values_are_told_and_judged() {
    check(VALUES);
}

#[test]
fn other_forms_of_the_same_and_limits_of_types_are_told_and_judged() {
    check(FORMS);
}

#[test]
fn there_are_rows_for_every_construct() {
    let all = [OPERATIONS, FIELDS, VALUES, FORMS].map(rows).concat();
    let names: BTreeSet<&str> = all
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), all.len());
    assert!(all.len() >= 170, "{}", all.len());
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
        ("bank_name", "name_bank"),
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
fn an_addition_takes_no_name_of_a_document_without_a_surface() {
    for (there, added) in [("a_b", "a-b"), ("b.c", "b-c"), ("size_", "Size")] {
        let old = with_fields([there].into_iter());
        let field = format!("properties: {{'{added}': {{type: string}}, '{there}'");
        let new = old.replace(&format!("properties: {{'{there}'"), &field);
        let told = changes(&old, &new);
        assert_eq!(told.len(), 1, "{told:#?}");
        let (kind, line) = &told[0];
        assert_eq!(kind, "added", "{line}");
        assert!(line.contains(&format!("Names0.{added}")), "{line}");
    }
}

#[test]
fn what_a_document_says_cannot_forge_a_line() {
    let forged = "note struct Forged: request struct Forged a: \\\"String";
    let lines = forged.replace(" struct", "\\nstruct");
    let field = format!("\"{forged}\": {{type: string, default: \"{lines}\"}}");
    let new = edited(&json!({"edits": [["note: {type: string}", field]]}));
    let told = changes(DOCUMENT, &new);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told.iter()
            .all(|(_, line)| line.contains(" Draft.") && !line.contains('\n')),
        "{told:#?}"
    );
}
