//! What a client offers, as sorted text: reviewed as a diff when a document or overlay changes.
//!
//! A line is an item, a colon, and the facts of the item: words, and words with a value after `=`. The first line of an
//! operation is its route and its success. What is no plain word is quoted, so that nothing in a document can break a line.
//!
//! ```text
//! operation list_cards GET /accounts/{aid}/wallets/cards -> CardList
//! operation list_cards scopes: read:accounts
//! operation list_cards query limit: i64 optional max=100 default=10
//! struct CardInput amount: i64 required min=0
//! enum CardStatus Active: "active"
//! ```

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::emit::Signature;
use crate::plan::{Facts, Field, Kind, Operation, Paging, Plan, Presence, Success, Type};

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations.
    pub operations: usize,
    /// Types.
    pub types: usize,
    /// Fields of all objects.
    pub fields: usize,
    /// Values of all lists.
    pub values: usize,
}

/// Counts what a client offers.
pub fn counts(plan: &Plan) -> Counts {
    let mut counts = Counts {
        operations: plan.operations.len(),
        types: plan.types.len(),
        ..Counts::default()
    };
    for kind in plan.types.values() {
        match &kind.kind {
            Kind::Object(fields) => counts.fields += fields.len(),
            Kind::Enum { variants, .. } => counts.values += variants.len(),
            Kind::Union(_) => {}
        }
    }
    counts
}

/// Writes the surface: a line for each operation and each of its facts, and for each parameter, type, field and value.
pub fn write(plan: &Plan, signatures: &Signature) -> String {
    let mut text = String::new();
    for (name, operation) in &plan.operations {
        write_operation(&mut text, name, operation, signatures);
    }
    let in_responses = in_responses(plan, signatures);
    for (name, kind) in &plan.types {
        write_type(&mut text, name, kind, &in_responses, signatures);
    }
    text
}

fn write_operation(text: &mut String, name: &str, operation: &Operation, signatures: &Signature) {
    let success = match operation.success {
        Success::Json => signatures.success(name),
        Success::JsonOrEmpty => format!("{} or ()", signatures.success(name)),
        Success::Empty => "()".to_owned(),
        Success::Bytes => "bytes".to_owned(),
    };
    let (method, path) = (&operation.method, word(&operation.path));
    line(
        text,
        format_args!("operation {name} {method} {path} -> {success}"),
    );
    let statuses: Vec<String> = operation.statuses.iter().map(u16::to_string).collect();
    let evidence = operation.evidence.to_lowercase();
    for (key, values) in [
        ("auth", operation.security.as_slice()),
        ("deprecated", marked(operation.deprecated).as_slice()),
        (
            "evidence",
            Some(evidence).filter(|mark| mark != "seen").as_slice(),
        ),
        ("id", std::slice::from_ref(&operation.id)),
        ("media", &operation.media),
        ("read_back", operation.read_back.as_slice()),
        ("retry", std::slice::from_ref(&operation.retry)),
        ("scopes", &operation.scopes),
        ("server", &[operation.server.clone(), operation.url.clone()]),
        ("statuses", &statuses),
    ] {
        if !values.is_empty() {
            line(
                text,
                format_args!("operation {name} {key}: {}", words(values)),
            );
        }
    }
    if let Some(paging) = &operation.paging {
        write_paging(text, name, paging);
    }
    for ((place, wire), parameter) in &operation.parameters {
        let (ident, kind) = signatures.argument(name, place, wire);
        let mut facts = vec![compact(&kind)];
        facts.extend(rust_name(ident, wire));
        facts.push(
            presence(parameter.facts.presence)
                .unwrap_or("optional")
                .to_owned(),
        );
        facts.extend(flags(&[
            ("joined", parameter.joined),
            ("personal", parameter.personal),
        ]));
        facts.extend(told(&parameter.facts));
        let wire = word(wire);
        line(
            text,
            format_args!("operation {name} {place} {wire}: {}", facts.join(" ")),
        );
    }
    if let Some(body) = &operation.body {
        let need = if body.required {
            "required"
        } else {
            "optional"
        };
        let (_, kind) = signatures.argument(name, "body", "");
        let media: String = body
            .media
            .iter()
            .map(|media| format!(" media={}", word(media)))
            .collect();
        line(
            text,
            format_args!("operation {name} body: {} {need}{media}", compact(&kind)),
        );
    }
}

fn write_paging(text: &mut String, name: &str, paging: &Paging) {
    line(
        text,
        format_args!("operation {name} paging: {}", word(&paging.items)),
    );
    for cursor in &paging.cursor {
        let of = if cursor.last_item {
            "last_item"
        } else {
            "body"
        };
        let mut facts = format!("{of}={}", word(&cursor.pointer));
        if let Some((given, pointer)) = &cursor.instead {
            let _ = write!(facts, " instead={}", word(pointer));
            for parameter in given {
                let _ = write!(facts, " given={}", word(parameter));
            }
        }
        let parameter = word(&cursor.parameter);
        line(
            text,
            format_args!("operation {name} paging {parameter}: {facts}"),
        );
    }
}

fn write_type(
    text: &mut String,
    name: &str,
    kind: &Type,
    in_responses: &BTreeSet<String>,
    signatures: &Signature,
) {
    let mut head = flags(&[
        ("request", kind.in_requests),
        ("response", in_responses.contains(name)),
    ]);
    let mut lines = Vec::new();
    let word_of_kind = match &kind.kind {
        Kind::Object(fields) => {
            lines.extend(fields.iter().map(|(wire, field)| {
                format!(
                    "{}: {}",
                    word(wire),
                    field_facts(name, wire, field, signatures)
                )
            }));
            "struct"
        }
        Kind::Enum { integer, variants } => {
            head.extend(flags(&[("integer", *integer)]));
            let variants = variants.iter();
            lines.extend(variants.map(|(variant, wire)| format!("{variant}: {wire:?}")));
            "enum"
        }
        Kind::Union(union) => {
            let tag = union.tag.as_ref();
            head.push(tag.map_or("by=shape".to_owned(), |tag| format!("by={tag:?}")));
            head.extend(flags(&[("open", union.open)]));
            lines.extend(union.variants.iter().map(|(variant, values)| {
                let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                format!("{variant}: {}", values.join(" "))
            }));
            "union"
        }
    };
    head.extend(flags(&[("deprecated", kind.facts.deprecated)]));
    head.extend(valued("evidence", kind.facts.evidence.as_deref()));
    line(
        text,
        format_args!("{word_of_kind} {name}: {}", head.join(" ")),
    );
    for part in lines {
        line(text, format_args!("{word_of_kind} {name} {part}"));
    }
}

fn field_facts(name: &str, wire: &str, field: &Field, signatures: &Signature) -> String {
    let (ident, kind) = signatures.field(name, wire);
    let mut facts = vec![compact(&kind)];
    facts.extend(rust_name(ident, wire));
    facts.extend(presence(field.facts.presence).map(str::to_owned));
    facts.extend(flags(&[
        ("nullable", field.nullable),
        ("one_or_many", field.loose),
        ("personal", field.personal),
    ]));
    facts.extend(field.constant.iter().map(|only| format!("const={only:?}")));
    facts.extend(told(&field.facts));
    facts.join(" ")
}

/// The facts that fields and parameters share.
fn told(facts: &Facts) -> Vec<String> {
    let mut told = flags(&[
        ("read_only", facts.read_only),
        ("write_only", facts.write_only),
        ("deprecated", facts.deprecated),
    ]);
    told.extend(facts.limits.iter().map(|(limit, value)| match value {
        Value::String(text) => format!("{limit}={}", word(text)),
        value => format!("{limit}={}", word(&value.to_string())),
    }));
    told.extend(facts.default.iter().map(|default| match default {
        Value::String(text) => format!("default={text:?}"),
        default => format!("default={}", word(&default.to_string())),
    }));
    told.extend(valued("evidence", facts.evidence.as_deref()));
    told
}

/// The types that a response may carry: what successes and types outside of requests are made of.
fn in_responses(plan: &Plan, signatures: &Signature) -> BTreeSet<String> {
    let mut open: Vec<String> = plan
        .operations
        .keys()
        .flat_map(|name| named_in(plan, &signatures.success(name)))
        .collect();
    let outside = plan.types.iter().filter(|(_, kind)| !kind.in_requests);
    open.extend(outside.map(|(name, _)| name.clone()));
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !found.insert(name.clone()) {
            continue;
        }
        match plan.types.get(&name).map(|kind| &kind.kind) {
            Some(Kind::Object(fields)) => {
                for wire in fields.keys() {
                    open.extend(named_in(plan, &signatures.field(&name, wire).1));
                }
            }
            Some(Kind::Union(union)) => {
                open.extend(union.variants.iter().map(|(name, _)| name.clone()));
            }
            Some(Kind::Enum { .. }) | None => {}
        }
    }
    found
}

/// The types of the plan that a Rust type is made of.
fn named_in(plan: &Plan, kind: &str) -> Vec<String> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|part| plan.types.contains_key(*part))
        .map(str::to_owned)
        .collect()
}

fn presence(presence: Presence) -> Option<&'static str> {
    match presence {
        Presence::Always => Some("required"),
        Presence::InRequests => Some("required_in_requests"),
        Presence::Optional => None,
    }
}

fn rust_name(ident: &str, wire: &str) -> Option<String> {
    (ident != wire && !ident.is_empty()).then(|| format!("rust={ident}"))
}

fn valued(key: &str, value: Option<&str>) -> Option<String> {
    value.map(|value| format!("{key}={}", word(value)))
}

fn flags(flags: &[(&str, bool)]) -> Vec<String> {
    let set = flags.iter().filter(|(_, set)| *set);
    set.map(|(flag, _)| (*flag).to_owned()).collect()
}

fn marked(mark: bool) -> Option<String> {
    mark.then(|| "yes".to_owned())
}

fn words(values: &[String]) -> String {
    let words: Vec<String> = values.iter().map(|value| word(value)).collect();
    words.join(" ")
}

/// A type in one word.
fn compact(kind: &str) -> String {
    kind.replace(' ', "")
}

/// A text as a word: quoted where a space, a quote, a line break or the end of an item could be read into it.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./{}[]<>()$@+*,:|".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.ends_with(':') {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// Writing to a String cannot fail.
fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(content);
    text.push('\n');
}
