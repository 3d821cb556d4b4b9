//! Paths: each is one that a request can have, and no two are the same one.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::document::{escape, members};
use crate::finding::Rule;
use crate::lower::operations::{resolve, route};

/// What a path may have besides letters and digits (RFC 3986), and the braces of variables.
const ALLOWED: &str = "-._~!$&'()*+,;=:@%/{}";

impl Lint<'_> {
    /// Reports paths that no request can have, and returns them.
    pub(super) fn paths(&mut self) -> BTreeSet<String> {
        let mut refused = BTreeSet::new();
        let mut known: BTreeMap<(String, &str), &String> = BTreeMap::new();
        let root = self.root();
        for (path, item) in members(&root["paths"]).filter(|(path, _)| !path.starts_with("x-")) {
            let item = members(resolve(root, item));
            let methods = item.filter(|(_, operation)| operation.is_object());
            let twin = methods.filter_map(|(method, _)| known.insert((route(path), method), path));
            let problem = match (problem(path), twin.last()) {
                (Some(problem), _) => problem,
                (None, Some(twin)) => format!("differs from {twin} by the names of variables only"),
                (None, None) => continue,
            };
            let pointer = format!("/paths/{}", escape(path));
            let action = self.remove(&pointer, format!("The path {problem}"));
            let problem = format!("the path {problem}");
            self.report(Rule::InvalidPath, &pointer, problem, [action]);
            refused.insert(path.clone());
        }
        refused
    }
}

/// Returns what is wrong with a path.
pub(super) fn problem(path: &str) -> Option<String> {
    // Control characters are refused with those of all names.
    let bad = |c: &char| !c.is_alphanumeric() && !c.is_control() && !ALLOWED.contains(*c);
    if let Some(bad) = path.chars().find(bad).filter(|_| path.starts_with('/')) {
        let part = match bad {
            '?' => ", where a query begins: declare its parameters with `in: query`",
            '#' => ", where a fragment begins, which no request has",
            _ => ", which no path can have",
        };
        return Some(format!("has the character {bad:?}{part}"));
    }
    let encoded =
        |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());

    // Whether a variable is open at the end, or what is wrong before.
    let variables = path.chars().try_fold(false, |open, c| match (c, open) {
        ('{', false) => Ok(true),
        ('}', true) => Ok(false),
        ('{' | '/', true) => Err("has a variable that is not closed"),
        ('}', false) => Err("has a closing brace without an opening one"),
        _ => Ok(open),
    });
    let decoded = path.replace("%2e", ".").replace("%2E", ".");
    let mut segments = decoded.split('/');
    let problem = if !path.starts_with('/') {
        "does not begin with a slash"
    } else if !path.split('%').skip(1).all(encoded) {
        "has a % that two hexadecimal digits do not follow"
    } else if segments.any(|segment| matches!(segment, "." | "..")) {
        "has a segment of dots, which leads to another path"
    } else if path.contains("//") {
        "has two slashes in a row"
    } else if let Err(problem) = variables {
        problem
    } else if variables == Ok(true) {
        "has a variable that is not closed"
    } else if path.contains("{}") {
        "has a variable without a name"
    } else {
        return None;
    };
    Some(problem.to_owned())
}
