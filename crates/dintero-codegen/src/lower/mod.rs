//! Step 4: OpenAPI in, OpenAPI in: what progenitor cannot handle, or would lose data over, is written in other words.
//! Every rewrite acts on a problem; what is about one name belongs in an overlay.

mod direction;
mod flatten;
mod inline_types;
mod names;
mod openapi;
pub mod operations;
mod rules;

pub use flatten::texts;
pub use openapi::SCALARS;
pub use rules::format_pattern;

use serde_json::{Map, Value};

use crate::document::Document;
use crate::finding::{Errors, Finding, Level};
use crate::plan::Plan;

/// A document that progenitor can take as it is, and what it cannot carry.
pub struct Lowered {
    /// OpenAPI 3.0, of the simplest constructs only.
    pub openapi: Value,
    /// Everything else.
    pub plan: Plan,
}

/// Lowers a document that the lint has passed.
///
/// # Errors
/// A name that the overlay gives is taken, or a parameter holds what none can.
pub fn lower(document: &Document, findings: &mut Vec<Finding>) -> Result<Lowered, Errors> {
    let mut document = document.clone();
    raw_references(&mut document.root);
    let document = &document;
    let empty = Map::new();
    let components = document.root["components"]["schemas"]
        .as_object()
        .unwrap_or(&empty);
    let mut flattener = flatten::Flattener::new(document, components);
    let mut operations = operations::lower(document, &mut flattener);
    let keep: Vec<(String, bool, bool)> = components
        .iter()
        .filter_map(|(name, schema)| {
            let keep = schema["x-dintero-keep"].as_str()?;
            Some((name.clone(), keep != "response", keep != "request"))
        })
        .collect();
    let used = direction::split(&mut operations, &keep, &mut flattener);
    findings.append(&mut flattener.findings);
    let types = inline_types::name_inline_types(document, used, &mut operations, findings);
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Err(Errors(std::mem::take(findings)));
    }
    Ok(openapi::write(document, types, operations))
}

/// Components are referred to by their names from here on, as they are and not as a JSON pointer writes them.
fn raw_references(node: &mut Value) {
    match node {
        Value::Object(object) => {
            for (key, value) in object {
                let target = (key == "$ref").then(|| value.as_str()).flatten();
                match target.filter(|target| target.starts_with(flatten::PREFIX)) {
                    Some(target) => {
                        *value = Value::String(target.replace("~1", "/").replace("~0", "~"));
                    }
                    None => raw_references(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(raw_references),
        _ => {}
    }
}
