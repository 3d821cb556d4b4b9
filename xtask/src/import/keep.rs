//! What the hand-written crate names of the API: a document that lacks it, such as an older one, keeps it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dintero_codegen::lower::operations::route;
use serde_json::Value;

use crate::diff::surface::Surface;

/// Returns the facts of the surface that the crate rests on and a new surface does not have: the fields, values and
/// methods whose names are among the words of its source.
pub fn lost(root: &Path, before: &str, now: &str) -> Vec<String> {
    let mut words = BTreeSet::new();
    add_words(&root.join("crates/dintero/src"), &mut words);
    let now = facts(now, &words);
    let before = facts(before, &words);
    // Types that a field leads to need not be named.
    loop {
        let used = before.iter().filter(|fact| words.contains(&fact.0));
        let used: Vec<&Fact> = used.collect();
        let count = words.len();
        let types = used.iter().flat_map(|fact| split(&fact.2));
        words.extend(types.map(str::to_owned));
        if words.len() == count {
            let lost = used.into_iter().filter(|fact| !now.contains(*fact));
            let lost = lost.map(|(owner, name, said)| format!("{owner} {name}{said}"));
            return lost.collect();
        }
    }
}

/// A type or method, a part of it and what is said about that.
type Fact = (String, String, String);

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn add_words(path: &Path, words: &mut BTreeSet<String>) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        add_words(&entry.path(), words);
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    words.extend(split(&text).map(str::to_owned));
}

/// Returns what a surface says that a program could rest on, without limits and documentation.
fn facts(surface: &str, words: &BTreeSet<String>) -> BTreeSet<Fact> {
    let surface = Surface::parse(surface);
    let mut found = BTreeSet::new();
    for (name, operation) in surface.operations {
        found.insert((name, "->".to_owned(), operation.success));
    }
    for (owner, kind) in surface.types {
        for (part, facts) in kind.parts {
            let mut said = String::new();
            if kind.kind == "struct" {
                said = format!(": {}", facts["type"]);
                let mut flags = vec!["required", "nullable"];
                flags.retain(|flag| facts.contains_key(*flag));
                said.extend(flags.into_iter().map(|flag| format!(" {flag}")));
            }
            let name = facts.get("rust").unwrap_or(&part);
            if words.contains(name) {
                found.insert((owner.clone(), name.clone(), said));
            }
        }
    }
    found
}

/// Adds what a document lacks of another one, whose variables in paths have other names perhaps.
pub fn add_all(document: &mut Value, other: &Value) {
    let known = other["paths"].as_object();
    let same = |path: &str| known.is_some_and(|known| known.contains_key(path));
    let twin = |path: &str| {
        let mut known = known.into_iter().flatten();
        known.any(|(known, _)| route(known) == route(path))
    };
    if let Some(paths) = document["paths"].as_object_mut() {
        paths.retain(|path, _| same(path) || !twin(path));
    }
    add(document, other);
}

/// Adds what a document lacks of another one. Where the two differ in kind, the other one counts.
fn add(document: &mut Value, other: &Value) {
    let (Value::Object(object), Value::Object(others)) = (&mut *document, other) else {
        return;
    };
    for (key, theirs) in others {
        let Some(ours) = object.get_mut(key) else {
            object.insert(key.clone(), theirs.clone());
            continue;
        };
        let same = same_kind(ours, theirs);
        match (key.as_str(), ours.as_array_mut()) {
            ("enum", Some(list)) => {
                let theirs = theirs.as_array().into_iter().flatten();
                let more: Vec<&Value> = theirs.filter(|value| !list.contains(value)).collect();
                list.extend(more.into_iter().cloned());
            }
            ("required" | "parameters", Some(list)) => {
                *list = theirs.as_array().cloned().unwrap_or_default();
            }
            _ if same => add(ours, theirs),
            _ => ours.clone_from(theirs),
        }
    }
}

/// Returns `true` if what stands at one place of two documents has the same Rust type but for its parts.
fn same_kind(one: &Value, two: &Value) -> bool {
    let shape = "$ref type format nullable readOnly writeOnly allOf oneOf anyOf";
    let mut parts = ["enum", "properties", "items"].into_iter();
    one.is_object() == two.is_object()
        && shape.split(' ').all(|key| one.get(key) == two.get(key))
        && parts.all(|key| one.get(key).is_some() == two.get(key).is_some())
}
