//! What the hand-written crate names of the API: a document that lacks it, such as an older one, keeps it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::page::nameless;

/// Returns the lines of the surface that the crate rests on and a new surface does not have: the fields, values and
/// methods whose names are among the words of its source.
pub fn lost(root: &Path, before: &str, now: &str) -> Vec<String> {
    let mut words = BTreeSet::new();
    add_words(&root.join("crates/dintero/src"), &mut words);
    let now: BTreeSet<Fact> = now.lines().filter_map(|line| fact(line, &words)).collect();
    let before: Vec<Fact> = before
        .lines()
        .filter_map(|line| fact(line, &words))
        .collect();
    // Types that a field leads to need not be named.
    let mut used: Vec<&Fact> = Vec::new();
    loop {
        let count = used.len();
        used = before
            .iter()
            .filter(|(owner, ..)| words.contains(owner))
            .collect();
        let types = used.iter().flat_map(|(.., said)| split(said));
        words.extend(types.map(str::to_owned));
        if used.len() == count {
            break;
        }
    }
    let lost = used.into_iter().filter(|fact| !now.contains(*fact));
    lost.map(|(owner, name, said)| format!("{owner} {name}{said}"))
        .collect()
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

/// Returns what a line of the surface says that a program could rest on, without limits and documentation.
fn fact(line: &str, words: &BTreeSet<String>) -> Option<Fact> {
    let tokens: Vec<&str> = line.split(' ').collect();
    let [kind, owner, part, rest @ ..] = tokens.as_slice() else {
        return None;
    };
    let rust = rest.iter().find_map(|token| token.strip_prefix("rust="));
    let wire = part.strip_suffix(':');
    let (name, said) = match *kind {
        "struct" => {
            let flags = ["required", "nullable"];
            let flags = rest.iter().filter(|token| flags.contains(token));
            let said: Vec<&str> = rest.first().into_iter().chain(flags).copied().collect();
            (rust.or(wire)?, format!(": {}", said.join(" ")))
        }
        "enum" | "union" => (wire?, String::new()),
        "operation" if rest.contains(&"->") => ("->", (*rest.last()?).to_owned()),
        _ => return None,
    };
    let named = name == "->" || words.contains(name);
    named.then(|| ((*owner).to_owned(), name.to_owned(), said))
}

/// Adds what a document lacks of another one, whose variables in paths have other names perhaps.
pub fn add_all(document: &mut Value, other: &Value) {
    let known = other["paths"].as_object();
    let same = |path: &str| known.is_some_and(|known| known.contains_key(path));
    let twin = |path: &str| {
        let mut known = known.into_iter().flatten();
        known.any(|(known, _)| nameless(known) == nameless(path))
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
    const SHAPE: [&str; 9] = [
        "$ref",
        "type",
        "format",
        "nullable",
        "readOnly",
        "writeOnly",
        "allOf",
        "oneOf",
        "anyOf",
    ];
    let parts = ["enum", "properties", "items"];
    one.is_object() == two.is_object()
        && SHAPE.iter().all(|key| one.get(key) == two.get(key))
        && parts
            .iter()
            .all(|key| one.get(key).is_some() == two.get(key).is_some())
}
