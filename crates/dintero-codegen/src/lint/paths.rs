//! Paths: each is one that a request can have, and no two are the same one.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::document::escape;
use crate::finding::Rule;
use crate::lower::operations::resolve;

/// What a path may have besides letters and digits (RFC 3986), and the braces of variables.
const ALLOWED: &str = "-._~!$&'()*+,;=:@%/{}";

impl Lint<'_> {
    /// Reports paths that no request can have, and returns them.
    pub(super) fn paths(&mut self) -> BTreeSet<String> {
        let mut refused = BTreeSet::new();
        let mut known: BTreeMap<(String, &str), &String> = BTreeMap::new();
        let root = self.root();
        for (path, item) in root["paths"].as_object().into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            let item = resolve(root, item).as_object().into_iter().flatten();
            let methods = item.filter(|(_, operation)| operation.is_object());
            let twin =
                methods.filter_map(|(method, _)| known.insert((without_names(path), method), path));
            let problem = match (problem(path), twin.last()) {
                (Some(problem), _) => problem,
                (None, Some(twin)) => format!("differs from {twin} by the names of variables only"),
                (None, None) => continue,
            };
            let pointer = format!("/paths/{}", escape(path));
            let why = format!("The path {problem}");
            self.error(
                Rule::InvalidPath,
                &pointer,
                format!("the path {problem}"),
                "Correct the path in the document, or remove it with an overlay action",
                [self.remove(&pointer, why)],
            );
            refused.insert(path.clone());
        }
        refused
    }
}

fn problem(path: &str) -> Option<String> {
    let bad = |c: &char| !c.is_alphanumeric() && !ALLOWED.contains(*c);
    if !path.starts_with('/') {
        return Some("does not begin with a slash".to_owned());
    }
    if let Some(bad) = path.chars().find(bad) {
        let part = match bad {
            '?' => ", where a query begins: declare its parameters with `in: query`",
            '#' => ", where a fragment begins, which no request has",
            _ => ", which no path can have",
        };
        return Some(format!("has the character {bad:?}{part}"));
    }
    let encoded =
        |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if !path.split('%').skip(1).all(encoded) {
        return Some("has a % that two hexadecimal digits do not follow".to_owned());
    }
    let segments = || path[1..].split('/');
    if segments().any(|segment| matches!(segment, "." | "..")) {
        return Some("has a segment of dots, which leads to another path".to_owned());
    }
    if path.contains("//") {
        return Some("has two slashes in a row".to_owned());
    }
    let mut open = false;
    for c in path.chars().filter(|c| "{}/".contains(*c)) {
        match (c, open) {
            ('{', false) | ('}', true) => open = !open,
            ('/', false) => {}
            ('}', false) => return Some("has a closing brace without an opening one".to_owned()),
            _ => return Some("has a variable that is not closed".to_owned()),
        }
    }
    if open {
        return Some("has a variable that is not closed".to_owned());
    }
    path.contains("{}")
        .then(|| "has a variable without a name".to_owned())
}

/// Returns a path without the names of its variables.
fn without_names(path: &str) -> String {
    let parts = path.split('{').enumerate();
    let text = |(index, part): (usize, &str)| match index {
        0 => part.to_owned(),
        _ => format!("{{{}", part.find('}').map_or("", |end| &part[end..])),
    };
    parts.map(text).collect()
}
