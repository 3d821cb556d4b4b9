//! The documentation of types, fields and methods.

use heck::ToUpperCamelCase;
use serde_json::json;

use super::limits::described;
use super::read::Method;
use crate::ir::{Operation, Place, RetryClass, Schema};
use crate::markdown;

/// Writes documentation comments.
pub fn docs(source: &mut String, indent: &str, doc: &str) {
    for line in markdown::visible(doc).lines() {
        let space = if line.is_empty() { "" } else { " " };
        put!(source, "{indent}///{space}{line}\n");
    }
}

fn description(schema: &Schema) -> String {
    markdown::clean(schema.meta.description.as_deref().unwrap_or_default())
}

/// Returns the documentation of a type. One without a description is an inline part of others, and is described there.
pub fn of_type(schema: &Schema, name: &str) -> String {
    let mut doc = description(schema);
    markdown::evidence(&mut doc, schema.meta.evidence);
    if doc.is_empty() {
        doc = format!("`{name}`: a part of other objects, described at the fields of this type.");
    }
    doc
}

/// Returns the documentation of a field.
pub fn of_field(schema: &Schema) -> String {
    let mut doc = description(schema);
    let meta = &schema.meta;
    let mut facts = Vec::new();
    if meta.deprecated == Some(true) {
        facts.push("Deprecated.".to_owned());
    }
    if meta.read_only == Some(true) {
        facts.push("Set by the API.".to_owned());
    }
    let limits = described(schema);
    if !limits.is_empty() {
        facts.push(format!("Limits: {}.", limits.join(", ")));
    }
    let default = meta.default.as_ref();
    if let Some(default) = default.filter(|default| !default.is_null() && **default != json!([])) {
        let text = default.as_str().map(str::to_owned);
        let text = text.unwrap_or_else(|| default.to_string());
        facts.push(format!("Default of the API: {}.", markdown::code(&text)));
    }
    if !facts.is_empty() {
        markdown::paragraph(&mut doc, &facts.join(" "));
    }
    markdown::evidence(&mut doc, meta.evidence);
    doc
}

/// Returns the documentation of a method.
pub fn of_method(operation: &Operation, method: &Method) -> String {
    let mut doc = operation.doc.clone();
    let mut described = Vec::new();
    for argument in method.in_path() {
        let parameter = (Place::Path, argument.wire.clone());
        let parameter = operation.parameters.get(&parameter);
        let doc = parameter.map(|parameter| &parameter.doc);
        if let Some(doc) = doc.filter(|doc| !doc.is_empty()) {
            let doc = doc.replace("\n\n", " ");
            described.push(format!("- `{}`: {doc}", argument.ident));
        }
    }
    if !described.is_empty() {
        markdown::paragraph(&mut doc, &described.join("\n"));
    }
    let statuses: Vec<String> = operation.statuses.iter().map(u16::to_string).collect();
    let mut facts = vec![format!(
        "Upstream: {}, operationId {}, statuses {}.",
        markdown::code(&format!("{} {}", operation.method, operation.path)),
        markdown::code(&operation.id),
        statuses.join(", ")
    )];
    if !operation.scopes.is_empty() {
        let quoted = |scope: &String| markdown::code(scope);
        let scopes: Vec<String> = operation.scopes.iter().map(quoted).collect();
        facts.push(format!("Scopes, one of: {}.", scopes.join(", ")));
    }
    if operation.confirm.is_some() {
        let confirm = format!(
            "The safe way is [`confirm`](calls::{}::confirm), which tells whether it was carried out.",
            operation.name.to_upper_camel_case()
        );
        markdown::paragraph(&mut doc, &confirm);
    }
    facts.push(match (operation.retry, &operation.read_back) {
        (RetryClass::Idempotent, _) => {
            "Retry class *idempotent*: retried automatically after timeouts and server errors.".to_owned()
        }
        (RetryClass::DuplicateTolerated, _) => {
            "Retry class *duplicate tolerated*: retried at most once after an unknown outcome.".to_owned()
        }
        (RetryClass::NonIdempotent, Some(read_back)) => format!(
            "Retry class *non-idempotent*: never retried after an unknown outcome; read the outcome with [`{read_back}`](Self::{read_back})."
        ),
        (RetryClass::NonIdempotent, None) => {
            "Retry class *non-idempotent*: never retried after an unknown outcome.".to_owned()
        }
    });
    let evidence = operation.evidence.map(markdown::evidence_text);
    facts.extend(evidence.map(str::to_owned));
    markdown::paragraph(&mut doc, &facts.join("  \n"));
    doc
}
