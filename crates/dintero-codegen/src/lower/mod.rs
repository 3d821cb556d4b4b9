//! Step 4: document and overlay become the typed [`Api`]: references to components become references to types, and
//! whatever progenitor cannot handle, or would lose data over, is said in simpler kinds.
//!
//! Every rewrite acts on a construct; what is about one name belongs in an overlay. The order is: `messages` reads the
//! operations, `flatten` the schemas they carry, `direction` splits what requests and responses carry, and
//! `inline_types` names the types.

mod circles;
mod direction;
mod flatten;
mod inline_types;
mod keywords;
pub mod messages;
pub mod operations;
mod tags;

pub(crate) use direction::INPUT;
pub(crate) use flatten::pointer_of;
pub use keywords::{count, format_pattern, target, text, texts};
pub(crate) use keywords::{is_credential, reference};
pub use tags::literal;

use serde_json::{Map, Value};

use crate::document::Document;
use crate::finding::{Errors, Finding};
use crate::ir::Api;
use crate::markdown;

/// Lowers a document that the lint has passed.
///
/// # Errors
/// A name that the overlay gives is taken, or a parameter holds what none can.
pub fn lower(document: &Document, findings: &mut Vec<Finding>) -> Result<Api, Errors> {
    let empty = Map::new();
    let components = document.root["components"]["schemas"]
        .as_object()
        .unwrap_or(&empty);
    let mut flattener = flatten::Flattener::new(document, components);
    let mut operations = messages::lower(document, &mut flattener);
    let used = direction::split(&mut operations, components, &mut flattener);
    findings.append(&mut flattener.findings);
    let types = inline_types::name_inline_types(document, &used, &mut operations, findings);
    Errors::check(findings)?;
    let operations = operations.into_iter();
    let named = operations.map(|operation| (operation.name.clone(), operation));
    Ok(Api {
        title: one_line(&document.root["info"]["title"]),
        version: one_line(&document.root["info"]["version"]),
        operations: named.collect(),
        types: tags::add(types),
    })
}

fn one_line(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    markdown::clean(&text.replace(markdown::is_control, " "))
}
