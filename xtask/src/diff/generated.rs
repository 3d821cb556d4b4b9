//! The client that a state gives, also where its overlay does not fit its document.

use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::overlay;
use serde_json::Value;

/// Surface, source, and what of the overlay did not fit.
pub type Outcome = Result<(String, String, Vec<String>), String>;

/// Generates a client, and marks in the document which types the overlay says are used outside of operations. The
/// overlay need not fit: how much of it does not is told.
pub fn generated(
    api: &str,
    document: &Document,
    overlay: Option<&Document>,
    exists: bool,
) -> (Value, Outcome) {
    let mut root = document.root.clone();
    if !exists {
        // An API that was not there yet, or is gone, offers nothing.
        return (root, Ok((String::new(), String::new(), Vec::new())));
    }
    let mut laid = document.clone();
    let mut warnings = Vec::new();
    if let Some(overlay) = overlay {
        match overlay::apply(&mut laid, overlay, false) {
            Ok(loose) if loose.is_empty() => {}
            Ok(loose) => warnings.push(format!(
                "{} overlay actions match nothing in the document",
                loose.len()
            )),
            Err(errors) => return (root, Err(first(&errors))),
        }
        drop_dangling(&mut laid.root);
    }
    let schemas = root
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let keep = &laid.root["components"]["schemas"][name]["x-dintero-keep"];
        if let (Value::String(_), Some(schema)) = (keep, schema.as_object_mut()) {
            schema.insert("x-dintero-keep".to_owned(), keep.clone());
        }
    }
    let mut generation = dintero_codegen::generate_from(api, laid.clone(), None);
    // Names that the overlay gives may be taken in a document that it was not written for.
    while let Err(errors) = &generation {
        let mut taken = Vec::new();
        drop_names(&mut laid.root, errors, &mut taken);
        let Some(name) = taken.first() else {
            break;
        };
        warnings.push(format!(
            "the overlay's type name {name} is taken in the document"
        ));
        generation = dintero_codegen::generate_from(api, laid.clone(), None);
    }
    let outcome = generation
        .map(|generation| (generation.surface, generation.source, warnings))
        .map_err(|errors| first(&errors));
    (root, outcome)
}

/// An overlay may tell to read an outcome back by a method that its document does not have.
fn drop_dangling(root: &mut Value) {
    let paths = root["paths"].as_object();
    let operations = paths
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let methods: Vec<String> = operations
        .filter_map(|(_, operation)| operation["x-dintero-method"].as_str())
        .map(str::to_owned)
        .collect();
    for item in root["paths"]
        .as_object_mut()
        .into_iter()
        .flatten()
        .map(|(_, item)| item)
    {
        for operation in item
            .as_object_mut()
            .into_iter()
            .flatten()
            .map(|(_, operation)| operation)
        {
            let dangles = operation
                .get("x-dintero-read-back")
                .and_then(Value::as_str)
                .is_some_and(|name| !methods.iter().any(|method| method == name));
            if dangles && let Some(operation) = operation.as_object_mut() {
                operation.remove("x-dintero-read-back");
            }
        }
    }
}

/// Takes out the type names that the errors are about.
fn drop_names(node: &mut Value, errors: &Errors, taken: &mut Vec<String>) {
    match node {
        Value::Object(object) => {
            if let Some(Value::String(name)) = object.get("x-dintero-name") {
                let wrong = format!("x-dintero-name {name} ");
                if errors
                    .0
                    .iter()
                    .any(|finding| finding.problem.starts_with(&wrong))
                {
                    taken.push(name.clone());
                    object.remove("x-dintero-name");
                }
            }
            for (_, node) in object.iter_mut() {
                drop_names(node, errors, taken);
            }
        }
        Value::Array(list) => {
            for node in list {
                drop_names(node, errors, taken);
            }
        }
        _ => {}
    }
}

/// One of them is enough here; `cargo xtask lint` tells them all.
fn first(errors: &Errors) -> String {
    let text = errors.to_string();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default();
    match lines.count() {
        0 => line.to_owned(),
        more => format!("{line} (and {more} more like it)"),
    }
}
