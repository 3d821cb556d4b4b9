//! Step 2: an OpenAPI Overlay 1.0 is applied: the client's names and choices, on a document that stays as upstream wrote it.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::document::{Document, elements, unescape};
use crate::finding::{Errors, Finding, Level, Rule};
use crate::lower::operations::{all, method_name};

/// Applies the actions of an overlay in order.
///
/// An action that matches nothing is an error where `strict`, otherwise a warning, as is the name of a method that should
/// tell an outcome and does not exist: an older or newer document than the one the overlay was written for need not have
/// everything.
///
/// # Errors
/// The overlay is no Overlay 1.0 document, a target is no RFC 9535 JSONPath, an action has no reason, or matches nothing.
pub fn apply(
    document: &mut Document,
    overlay: &Document,
    strict: bool,
) -> Result<Vec<Finding>, Errors> {
    let (mut findings, places) = run(document, overlay, strict)?;
    document.places = places;
    if !strict {
        findings.extend(dangling(document));
    }
    Ok(findings)
}

/// Removes the names of methods that should tell an outcome and do not exist.
fn dangling(document: &mut Document) -> Vec<Finding> {
    const MARK: &str = "x-dintero-read-back";
    let operations = all(document).into_iter();
    let operations = operations.map(|(pointer, path, method, _, operation)| {
        let name = operation[MARK].as_str().map(str::to_owned);
        (pointer, method_name(operation, method, path), name)
    });
    let operations: Vec<_> = operations.collect();
    let mut findings = Vec::new();
    for (pointer, _, read_back) in &operations {
        if let Some(read_back) = read_back
            && !operations.iter().any(|(_, name, _)| name == read_back)
        {
            let problem = format!("is read back by {read_back}, which is no method");
            let help = "It is not read back";
            findings.push(document.warning(Rule::UnknownReadBack, pointer, problem, help));
            remove(&mut document.root, &format!("{pointer}/{MARK}"));
        }
    }
    findings
}

/// Applies an overlay whether its actions match or not, and returns the places of each, in the order of the actions.
///
/// # Errors
/// As for [`apply`], matching nothing left out.
pub fn places(document: &mut Document, overlay: &Document) -> Result<Vec<Vec<String>>, Errors> {
    run(document, overlay, false).map(|(_, places)| places)
}

fn run(
    document: &mut Document,
    overlay: &Document,
    strict: bool,
) -> Result<(Vec<Finding>, Vec<Vec<String>>), Errors> {
    let mut findings = Vec::new();
    let mut matched = Vec::new();
    let version = overlay.root["overlay"].as_str();
    if !version.is_some_and(|version| version.starts_with("1.")) {
        let help = "Begin it with `overlay: 1.0.0`";
        findings.push(overlay.error(Rule::Overlay, "", "is no Overlay 1.x document", help));
    }
    for (index, action) in elements(&overlay.root["actions"]).enumerate() {
        let pointer = format!("/actions/{index}");
        let mut report = |level, problem: String, help: &str| {
            let error = overlay.error(Rule::Overlay, &pointer, problem, help);
            findings.push(Finding { level, ..error });
        };
        let target = action["target"].as_str().unwrap_or_default();
        if action["description"].as_str().is_none_or(str::is_empty) {
            let problem = format!("the action on {target} has no reason");
            report(
                Level::Error,
                problem,
                "Say in `description` why it is there",
            );
        }
        let path = match JsonPath::parse(target) {
            Ok(path) => path,
            Err(error) => {
                let problem = format!("the target {target} is no JSONPath: {error}");
                report(Level::Error, problem, "Write it in the syntax of RFC 9535");
                matched.push(Vec::new());
                continue;
            }
        };
        // From the last to the first, so that removing one element does not move the others.
        let places = path.query_located(&document.root);
        let places = places.locations().map(|place| place.to_json_pointer());
        let mut places: Vec<String> = places.collect();
        places.sort_by(|one, two| natural(two).cmp(&natural(one)));
        if places.is_empty() {
            let level = if strict { Level::Error } else { Level::Warning };
            let problem = format!("the target {target} matches nothing");
            report(
                level,
                problem,
                "Adapt it to the document, or drop the action",
            );
        }
        let update = &action["update"];
        for place in &places {
            if action["remove"] == true {
                remove(&mut document.root, place);
            } else if let Some(node) = document.root.pointer_mut(place)
                && !update.is_null()
            {
                merge(node, update);
            }
        }
        matched.push(places);
    }
    Errors::check(&findings)?;
    Ok((findings, matched))
}

/// Returns the key that sorts `/parameters/10` after `/parameters/9`.
fn natural(pointer: &str) -> Vec<(usize, &str)> {
    let parts = pointer.split('/');
    parts
        .map(|part| (part.parse().unwrap_or(0), part))
        .collect()
}

fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    match root.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.remove(&unescape(key));
        }
        Some(Value::Array(list)) => {
            if let Some(index) = key.parse().ok().filter(|index| *index < list.len()) {
                list.remove(index);
            }
        }
        _ => {}
    }
}

/// Merges objects, appends to lists and replaces everything else, as the Overlay specification says.
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(node), Value::Object(update)) => {
            for (key, value) in update {
                match node.get_mut(key) {
                    Some(old) => merge(old, value),
                    None => {
                        node.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(node), Value::Array(update)) => node.extend(update.iter().cloned()),
        (Value::Array(node), update) => node.push(update.clone()),
        (node, update) => *node = update.clone(),
    }
}

#[cfg(test)]
mod tests;
