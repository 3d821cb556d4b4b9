//! Step 2: an OpenAPI Overlay 1.0 is applied: the client's names and choices, on a document that stays as upstream wrote it.

use serde_json::{Value, json};
use serde_json_path::JsonPath;

use crate::confirm;
use crate::document::{Document, elements, escape, members, unescape};
use crate::finding::{Errors, Finding, Level, Rule};
use crate::lower::operations::{Found, all};

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
    let mut findings = drop_retry_marks(document);
    let (found, places) = run(document, overlay, strict)?;
    findings.extend(found);
    document.places = places;
    if !strict {
        findings.extend(dangling(document));
    }
    Ok(findings)
}

/// Removes the marks that name a method or an operation to tell an outcome by which does not exist.
fn dangling(document: &mut Document) -> Vec<Finding> {
    let operations = all(document);
    let names = operations.iter();
    let names = names.map(|it| (json!(it.name()), it.operation["operationId"].clone()));
    let (methods, ids): (Vec<Value>, Vec<Value>) = names.unzip();
    let mut found = Vec::new();
    for Found {
        pointer, operation, ..
    } in &operations
    {
        for (mark, name, known) in [
            (READ_BACK, &operation[READ_BACK], &methods),
            (confirm::MARK, &operation[confirm::MARK]["read"], &ids),
        ] {
            if !name.is_null() && !known.contains(name) {
                found.push((format!("{pointer}/{mark}"), name.clone()));
            }
        }
    }
    let findings = found.into_iter().map(|(place, name)| {
        let problem = format!("names {name}, which does not exist");
        let finding = document.finding(Rule::UnknownReadBack, &place, problem);
        remove(&mut document.root, &place);
        let finding = finding.with_level(Level::Warning);
        finding.with_help("The mark is left out")
    });
    findings.collect()
}

const READ_BACK: &str = "x-dintero-read-back";

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
        let finding = overlay.finding(Rule::Overlay, "", "is no Overlay 1.x document");
        findings.push(finding.with_help(help));
    }
    for (index, action) in elements(&overlay.root["actions"]).enumerate() {
        let pointer = format!("/actions/{index}");
        let mut report = |level, problem: String, help: &str| {
            let finding = overlay.finding(Rule::Overlay, &pointer, problem);
            findings.push(finding.with_level(level).with_help(help));
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

/// Removes retry marks of the document itself: whoever writes it must not decide what is sent twice.
fn drop_retry_marks(document: &mut Document) -> Vec<Finding> {
    let mut marks = Vec::new();
    for (path, item) in members(&document.root["paths"]) {
        for (method, operation) in members(item) {
            let names = ["x-dintero-retry", READ_BACK, confirm::MARK].into_iter();
            let found = names.filter(|name| !operation[*name].is_null());
            marks.extend(found.map(|name| format!("/paths/{}/{method}/{name}", escape(path))));
        }
    }
    let problem = "is ignored, since retry marks are read from overlays only";
    let help = "Put it into the overlay, with its reason";
    let dropped = marks.into_iter().map(|mark| {
        let finding = document.finding(Rule::Overlay, &mark, problem);
        remove(&mut document.root, &mark);
        finding.with_level(Level::Warning).with_help(help)
    });
    dropped.collect()
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
