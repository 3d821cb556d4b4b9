//! The overlay of an imported document: actions that have nothing to act on, and the text without them.

use std::collections::BTreeMap;

use dintero_codegen::action::Action;
use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::{lower, overlay};
use serde_json::Value;

use super::report::is_personal;

/// Above what `--fix` added. The next `--fix` replaces all below.
const HEAD: &str = "  # Added by `cargo xtask import --fix`, which replaces all below. Move what is to stay above this line.\n";

/// Why each action, by its index, has nothing to act on.
pub type Unmatched = BTreeMap<usize, &'static str>;

/// Finds the actions that have nothing to act on in a document, and those that had only because of others of them.
pub fn unmatched(document: &Document, overlay: &Document) -> Result<Unmatched, Errors> {
    let mut found = Unmatched::new();
    let all = overlay.root["actions"].as_array();
    let all: Vec<&Value> = all.into_iter().flatten().collect();
    loop {
        let left: Vec<usize> = (0..all.len())
            .filter(|index| !found.contains_key(index))
            .collect();
        let mut rest = overlay.clone();
        rest.root["actions"] = left.iter().map(|index| all[*index].clone()).collect();
        let mut laid = document.clone();
        let places = overlay::places(&mut laid, &rest)?;
        let places: Vec<(usize, Vec<String>)> = left.into_iter().zip(places).collect();
        let before = found.len();
        let mut replaced: Vec<&String> = Vec::new();
        for (index, places) in &places {
            if places.is_empty() {
                found.insert(*index, "matches nothing");
            } else if refers_to_nothing(&all[*index]["update"], &laid.root) {
                found.insert(*index, "refers to a component that the document lacks");
                replaced.extend(places);
            }
        }
        // To replace a node takes two actions: one that removes what stands there, and one that adds.
        for (index, places) in &places {
            let half = |place: &String| {
                let above = place.rsplit_once('/').map_or("", |(above, _)| above);
                replaced.iter().any(|replaced| *replaced == above)
            };
            if all[*index]["remove"] == true && !places.is_empty() && places.iter().all(half) {
                let problem = "removes what an action that has nothing to act on was to replace";
                found.insert(*index, problem);
            }
        }
        if found.len() == before {
            return Ok(found);
        }
    }
}

fn refers_to_nothing(node: &Value, root: &Value) -> bool {
    match node {
        Value::Object(object) => object.iter().any(|(key, below)| {
            let target = below.as_str().filter(|_| key == "$ref");
            match target.filter(|target| target.starts_with('#')) {
                Some(target) => lower::target(root, target).is_none(),
                None => refers_to_nothing(below, root),
            }
        }),
        Value::Array(list) => list.iter().any(|below| refers_to_nothing(below, root)),
        _ => false,
    }
}

/// An action by its index, and how many places of the old and of the new document it matches.
pub type Fewer = (usize, usize, usize);

/// Finds the actions that hide personal data and match fewer places than before, but still some.
pub fn personal_with_fewer_places(
    old: &Document,
    new: &Document,
    overlay: &Document,
) -> Result<Vec<Fewer>, Errors> {
    let before = overlay::places(&mut old.clone(), overlay)?;
    let now = overlay::places(&mut new.clone(), overlay)?;
    let counts = before.iter().zip(&now).enumerate();
    let fewer = counts.filter_map(|(action, (before, now))| {
        let (before, now) = (before.len(), now.len());
        let personal = is_personal(&overlay.root["actions"][action]);
        let fewer = personal && (1..before).contains(&now);
        fewer.then_some((action, before, now))
    });
    Ok(fewer.collect())
}

/// Returns the text of an overlay without these actions.
pub fn without(overlay: &Document, text: &str, gone: &Unmatched) -> Result<String, String> {
    if gone.is_empty() {
        return Ok(text.to_owned());
    }
    let mut wanted = overlay.root.clone();
    let actions = overlay.root["actions"].as_array();
    let actions = || actions.into_iter().flatten().enumerate();
    let count = actions().count();
    let left = actions().filter(|(index, _)| !gone.contains_key(index));
    wanted["actions"] = left.map(|(_, action)| action.clone()).collect();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = |index: usize| overlay.line(&format!("/actions/{index}"));
    let start = |index: usize| match index < count {
        true => line(index).map_or(0, |line| line - 1),
        false => lines.len(),
    };
    let mut kept = vec![true; lines.len()];
    for index in gone.keys() {
        let (first, mut end) = (start(*index), start(index + 1));
        // Comments and empty lines above the next action are about that one.
        let is_apart = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        while end > first + 1 && is_apart(lines[end - 1]) {
            end -= 1;
        }
        kept[first..end.max(first)].fill(false);
    }
    let lines = lines.into_iter().zip(kept).filter(|(_, kept)| *kept);
    let text: String = lines.map(|(line, _)| line).collect();
    match Document::parse("", &text) {
        Ok(document) if document.root == wanted => Ok(text),
        _ => {
            let help = "write each action on lines of its own";
            Err(format!("{} cannot be edited; {help}", overlay.name))
        }
    }
}

/// Returns the overlay as it was before `--fix` added to it.
pub fn unfixed(overlay: &str) -> &str {
    overlay.split(HEAD).next().unwrap_or(overlay)
}

/// Returns the overlay with these actions at its end.
pub fn fixed(name: &str, overlay: &str, added: &[Action]) -> Result<String, String> {
    if added.is_empty() {
        return Ok(overlay.to_owned());
    }
    let root = |text: &str| Document::parse(name, text).map(|document| document.root);
    let mut wanted = root(overlay);
    if let Ok(Value::Array(actions)) = wanted.as_mut().map(|root| &mut root["actions"]) {
        actions.extend(added.iter().map(Action::to_value));
    }
    let mut text = overlay.trim_end().to_owned();
    text.push('\n');
    text.push_str(HEAD);
    for action in added {
        text.push_str(&format!("  {}\n", action.to_string().replace('\n', "\n  ")));
    }
    let is = root(&text);
    match is == wanted && is.is_ok() {
        true => Ok(text),
        false => Err(format!(
            "{name} cannot be appended to; write `actions` last, as a list indented by two spaces"
        )),
    }
}

#[cfg(test)]
mod tests;
