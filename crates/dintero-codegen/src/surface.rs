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

use heck::ToSnakeCase;
use serde_json::Value;

use crate::emit::{Output, put};
use crate::ir::{
    Api, Bound, CursorSource, Evidence, Kind, Limit, Object, Operation, Paging, Place, Schema,
    Success, Type,
};
use crate::kept::{escaped, word};

/// Writes the surface: a line for each operation and each of its facts, and for each parameter, type, field and value.
pub fn write(api: &Api, output: &Output) -> String {
    let mut text = String::new();
    for (name, operation) in &api.operations {
        write_operation(&mut text, name, operation, output);
    }
    for (name, kind) in &api.types {
        write_type(&mut text, name, kind, output);
    }
    text
}

fn write_operation(text: &mut String, name: &str, operation: &Operation, output: &Output) {
    let success = match operation.success {
        Success::Json(_) => output.success(name),
        Success::JsonOrEmpty(_) => format!("{} or ()", output.success(name)),
        Success::Empty => "()".to_owned(),
        Success::Bytes => "bytes".to_owned(),
    };
    let (method, path) = (&operation.method, word(&operation.path));
    put!(text, "operation {name} {method} {path} -> {success}\n");
    let statuses: Vec<String> = operation.statuses.iter().map(u16::to_string).collect();
    let evidence = operation.evidence.map(evidence_name);
    let deprecated = operation.deprecated.then(|| "yes".to_owned());
    let server = [format!("{:?}", operation.server), operation.url.clone()];
    for (key, values) in [
        ("auth", operation.security.as_slice()),
        ("deprecated", deprecated.as_slice()),
        ("evidence", evidence.as_slice()),
        ("id", std::slice::from_ref(&operation.id)),
        ("media", &operation.media),
        ("read_back", operation.read_back.as_slice()),
        ("retry", &[format!("{:?}", operation.retry)]),
        ("scopes", &operation.scopes),
        ("server", &server),
        ("statuses", &statuses),
    ] {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| word(value)).collect();
            put!(text, "operation {name} {key}: {}\n", values.join(" "));
        }
    }
    let mark = operation.confirm.as_ref().and_then(Value::as_object);
    if let Some(mark) = mark {
        let fact = |(key, value): (&String, &Value)| word(&format!("{key}={value}"));
        let facts: Vec<String> = mark.iter().map(fact).collect();
        put!(text, "operation {name} confirm: {}\n", facts.join(" "));
    }
    if let Some(paging) = &operation.paging {
        write_paging(text, name, paging);
    }
    for ((place, wire), parameter) in &operation.parameters {
        let (ident, kind) = output.argument(name, *place, wire);
        let mut facts = vec![compact(&kind)];
        facts.extend(rust_name(ident, wire));
        facts.extend(flags(&[
            ("required", parameter.required),
            ("optional", !parameter.required),
            ("joined", parameter.joined),
            ("personal", parameter.personal),
        ]));
        let mut schema = parameter.schema.clone();
        if parameter.deprecated {
            schema.meta.deprecated = Some(true);
        }
        schema.meta.evidence = parameter.evidence.or(schema.meta.evidence);
        facts.extend(facts_of(&schema));
        let (place, wire, facts) = (place.name(), word(wire), facts.join(" "));
        put!(text, "operation {name} {place} {wire}: {facts}\n");
    }
    if let Some(body) = &operation.body {
        let (_, kind) = output.argument(name, Place::Body, "");
        let mut facts = vec![compact(&kind)];
        let required = body.required;
        facts.extend(flags(&[("required", required), ("optional", !required)]));
        let media = body.media.iter().map(|media| word(media));
        facts.extend(media.map(|media| format!("media={media}")));
        facts.extend(limits(&body.schema));
        put!(text, "operation {name} body: {}\n", facts.join(" "));
    }
}

fn write_paging(text: &mut String, name: &str, paging: &Paging) {
    put!(text, "operation {name} paging: {}\n", word(&paging.items));
    for cursor in &paging.cursor {
        let (of, pointer) = pointer(&cursor.source);
        let mut facts = format!("{of}={}", word(pointer));
        if let Some((given, source)) = &cursor.alternative {
            put!(facts, " instead={}", word(self::pointer(source).1));
            for parameter in given {
                put!(facts, " given={}", word(parameter));
            }
        }
        let parameter = word(&cursor.parameter);
        put!(text, "operation {name} paging {parameter}: {facts}\n");
    }
}

fn write_type(text: &mut String, name: &str, kind: &Type, output: &Output) {
    let mut head = flags(&[
        ("request", kind.in_requests),
        ("response", kind.in_responses),
    ]);
    let mut lines = Vec::new();
    let word_of_kind = match &kind.schema.kind {
        Kind::Object(object) => {
            lines.extend(object.properties.iter().map(|(wire, property)| {
                let facts = field_facts(name, wire, (object, property), output);
                format!("{}: {facts}", word(wire))
            }));
            "struct"
        }
        Kind::Enum(listed) => {
            head.extend(flags(&[("integer", listed.integer)]));
            let variants = kind.named(&listed.values);
            lines.extend(variants.map(|(variant, wire)| format!("{variant}: {}", escaped(wire))));
            "enum"
        }
        Kind::Union(union) => {
            let tag = union.tag.as_ref();
            head.push(tag.map_or("by=fields".to_owned(), |tag| format!("by={}", escaped(tag))));
            head.extend(flags(&[("open", union.open)]));
            lines.extend(union.variants.iter().map(|variant| {
                let name = variant.schema.as_reference().unwrap_or_default();
                let values = variant.values.iter().map(|value| escaped(value));
                let rust = kind.names.get(name).and_then(|rust| rust_name(rust, name));
                let mut facts: Vec<String> = rust.into_iter().chain(values).collect();
                let fields = variant.fields.concat();
                if tag.is_none() {
                    facts.extend(fields.iter().map(|field| escaped(field)));
                } else if !fields.is_empty() {
                    facts.push(format!("fields={}", word(&fields.join(","))));
                }
                format!("{name}: {}", facts.join(" "))
            }));
            "union"
        }
        _ => return,
    };
    let meta = &kind.schema.meta;
    head.extend(flags(&[("deprecated", meta.deprecated == Some(true))]));
    head.extend(evidence(meta.evidence));
    if let Kind::Object(_) = kind.schema.kind {
        head.extend(limits(&kind.schema));
    }
    head.extend(match &kind.component {
        None => Some("inline".to_owned()),
        Some(component) => (component != name).then(|| format!("schema={}", word(component))),
    });
    put!(text, "{word_of_kind} {name}: {}\n", head.join(" "));
    for part in lines {
        put!(text, "{word_of_kind} {name} {part}\n");
    }
}

fn field_facts(
    name: &str,
    wire: &str,
    (object, property): (&Object, &Schema),
    output: &Output,
) -> String {
    let (ident, kind) = output.field(name, wire);
    let mut facts = vec![compact(&kind)];
    facts.extend(rust_name(ident, wire));
    let meta = &property.meta;
    let in_requests = object.required_in_requests.contains(wire);
    facts.extend(flags(&[
        ("required", object.required.contains(wire)),
        ("required_in_requests", in_requests),
        ("nullable", property.is_nullable()),
        ("one_or_many", meta.one_or_many == Some(true)),
        ("personal", meta.personal == Some(true)),
    ]));
    let constant = property.constant.iter();
    facts.extend(constant.map(|only| format!("const={}", escaped(only))));
    facts.extend(facts_of(property));
    facts.join(" ")
}

/// Returns the facts that fields and parameters share.
fn facts_of(schema: &Schema) -> Vec<String> {
    let meta = &schema.meta;
    let mut facts = flags(&[
        ("read_only", meta.read_only == Some(true)),
        ("write_only", meta.write_only == Some(true)),
        ("deprecated", meta.deprecated == Some(true)),
    ]);
    let mut limits = limits(schema);
    limits.sort();
    facts.extend(limits);
    facts.extend(meta.default.iter().map(|default| match default {
        Value::String(text) => format!("default={}", escaped(text)),
        default => format!("default={}", word(&default.to_string())),
    }));
    facts.extend(evidence(meta.evidence));
    facts
}

/// Returns the format and the limits of a schema; those of the elements of a list or map begin with `each.`.
fn limits(schema: &Schema) -> Vec<String> {
    let format = schema.format.iter();
    let format = format.map(|format| format!("format={}", word(format)));
    let own = schema.limits.iter().map(|limit| match limit {
        Limit::Bound(bound, value) => format!("{}={value}", bound_name(*bound)),
        Limit::Pattern(pattern) => format!("pattern={}", word(pattern)),
        Limit::Unique => "unique_items=true".to_owned(),
    });
    let mut limits: Vec<String> = format.chain(own).collect();
    if let Kind::List(inner) | Kind::Map(inner) = &schema.kind {
        let inner = self::limits(inner).into_iter();
        limits.extend(inner.map(|limit| format!("each.{limit}")));
    }
    limits
}

/// Returns a bound as its keyword, shortened: `min`, `max_length`.
fn bound_name(bound: Bound) -> String {
    bound.keyword().to_snake_case().replace("imum", "")
}

fn pointer(source: &CursorSource) -> (&'static str, &str) {
    match source {
        CursorSource::LastItem(pointer) => ("last_item", pointer),
        CursorSource::Body(pointer) => ("body", pointer),
    }
}

fn evidence(evidence: Option<Evidence>) -> Option<String> {
    evidence.map(|evidence| format!("evidence={}", evidence_name(evidence)))
}

fn evidence_name(evidence: Evidence) -> String {
    format!("{evidence:?}").to_lowercase()
}

fn rust_name(ident: &str, wire: &str) -> Option<String> {
    (ident != wire && !ident.is_empty()).then(|| format!("rust={ident}"))
}

fn flags(flags: &[(&str, bool)]) -> Vec<String> {
    let set = flags.iter().filter(|(_, set)| *set);
    set.map(|(flag, _)| (*flag).to_owned()).collect()
}

/// Returns a type in one word.
fn compact(kind: &str) -> String {
    kind.replace(' ', "")
}
