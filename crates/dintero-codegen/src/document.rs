//! Step 1: YAML or JSON text into a JSON tree that knows the line of every node.
//!
//! This is the only reader of documents in the workspace: the generator, `cargo xtask import` and the sandbox's build
//! script read with it.

mod json;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use saphyr_parser::Parser;
use serde_json::Value;

use crate::finding::{Errors, Finding, Rule};
use crate::kept::KeptNames;
use json::Json;
use reader::{Events, Reader};

/// An OpenAPI or overlay document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name for messages, usually the file name.
    pub name: String,
    /// The content.
    pub root: Value,
    /// The names that the client has already.
    pub names: KeptNames,
    /// The nodes that each action of the overlay was applied to.
    #[cfg_attr(
        not(feature = "generate"),
        expect(dead_code, reason = "only lint reads it")
    )]
    pub(crate) places: Vec<Vec<String>>,
    lines: BTreeMap<String, usize>,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read, or [`parse`](Self::parse) refuses its text.
    pub fn read(path: &Path) -> Result<Self, Errors> {
        // The whole path, since an overlay has the file name of its document.
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let problem = format!("cannot be read: {error}");
            Finding::of_file(&name, problem, "Check the path and its permissions")
        })?;
        Self::parse(&name, &text)
    }

    /// Reads YAML 1.2 or JSON.
    ///
    /// Aliases and merge keys (`<<`) are resolved. Keys are texts, as written. A number is read as such unless it has
    /// leading zeros or is listed in a schema of the type `string`: these are texts, as written.
    ///
    /// # Errors
    /// The text is neither YAML nor JSON, holds no object, has a key that is not a scalar, or one that stands twice in an
    /// object.
    pub fn parse(name: &str, text: &str) -> Result<Self, Errors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
        let json = inside.map(|_| serde_json::from_str::<Value>(text));
        let events = match json {
            Some(Ok(_)) => Events::Json(Json {
                rest: text,
                line: 1,
            }),
            _ => Events::Yaml(Box::new(Parser::new_from_str(text))),
        };
        let mut reader = Reader::new(name, events);
        let root = match (reader.read(), json) {
            // Of a text with keys in quotes, the error as JSON is the one that helps.
            (Err(_), Some(Err(error))) if inside.is_some_and(|text| text.starts_with('"')) => {
                return Err(not_json(name, &error).into());
            }
            (root, _) => root?,
        };

        if !root.is_object() {
            let help = "Give an OpenAPI 3.0 document";
            let mut finding = Finding::of_file(name, "is not an object", help);
            finding.line = Some(1);
            return Err(finding.into());
        }
        Ok(Self {
            name: name.to_owned(),
            root,
            names: KeptNames::default(),
            places: Vec::new(),
            lines: reader.lines,
        })
    }

    /// Returns the line of a node, or of the nearest node around it that the text has.
    pub fn line(&self, pointer: &str) -> Option<usize> {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return Some(*line);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// Returns a finding about a node of this document, with the level and the help of its rule.
    pub fn finding(&self, rule: Rule, pointer: &str, problem: impl Into<String>) -> Finding {
        Finding {
            pointer: pointer.to_owned(),
            line: self.line(pointer),
            ..Finding::new(rule, &self.name, problem)
        }
    }
}

fn not_json(name: &str, error: &serde_json::Error) -> Finding {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let mut finding = if said == "recursion limit exceeded" {
        let problem = "has nodes nested deeper than 128";
        Finding::of_file(name, problem, "Move the inner ones to components")
    } else {
        let problem = format!("is not valid JSON: {said}");
        Finding::of_file(name, problem, "Correct the syntax on or before this line")
    };
    finding.line = Some(error.line());
    finding
}

/// Returns a key as one token of a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns the key that a token of a JSON pointer stands for.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Returns the members of an object; any other node has none.
pub fn members(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node.as_object().into_iter().flatten()
}

/// Returns the elements of a list; any other node has none.
pub fn elements(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}
