//! Step 3: findings about what the next steps cannot handle, or handle otherwise than written: each with its place, with
//! help and, where the document alone is enough to know them, with the overlay actions that fix it.

mod depth;
mod names;
mod operations;
mod parameters;
mod paths;
mod schemas;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::action::{Action, path};
use crate::document::{Document, escape};
use crate::finding::{Finding, Rule};
use crate::markdown::is_control;

/// Keywords whose texts are shown or sent as they are.
const TEXTS: &str = "const description enum pattern summary title version";

/// Returns the findings about a document that the overlay has been applied to.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint {
        document,
        findings: Vec::new(),
        servers: BTreeSet::new(),
        depths: Default::default(),
    };
    let version = document.root["openapi"].as_str().unwrap_or_default();
    if version != "3.0" && !version.starts_with("3.0.") {
        let problem = match version {
            "" => "the document has no OpenAPI version".to_owned(),
            _ => format!("the document has OpenAPI {version}"),
        };
        let help = "Convert it to OpenAPI 3.0";
        lint.error(Rule::OpenApiVersion, "/openapi", problem, help, []);
        return lint.findings;
    }
    lint.nodes(&document.root, "");
    if !lint.depths.reported {
        lint.operations();
    }
    lint.findings
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
    /// Origins that were reported already.
    servers: BTreeSet<String>,
    depths: depth::Depths,
}

impl<'a> Lint<'a> {
    fn root(&self) -> &'a Value {
        &self.document.root
    }

    fn error(
        &mut self,
        rule: Rule,
        pointer: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
        actions: impl IntoIterator<Item = Option<Action>>,
    ) {
        let finding = self.document.error(rule, pointer, problem, help);
        self.findings.push(finding.with_actions(actions));
    }

    fn warn(
        &mut self,
        rule: Rule,
        pointer: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
        actions: impl IntoIterator<Item = Option<Action>>,
    ) {
        let finding = self.document.warning(rule, pointer, problem, help);
        self.findings.push(finding.with_actions(actions));
    }

    fn nodes(&mut self, node: &Value, pointer: &str) {
        match node {
            Value::Object(object) => {
                // Members of `properties` are schemas, whatever they are called; what `example` holds is no schema at all.
                let of_names = ["/properties", "/mapping", "/schemas"];
                let named = of_names.iter().any(|key| pointer.ends_with(key));
                if !named {
                    self.schema(node, pointer);
                    self.depth(node, pointer);
                }
                for (key, value) in object {
                    if !named && ["example", "examples", "default"].contains(&key.as_str()) {
                        continue;
                    }
                    let pointer = format!("{pointer}/{}", escape(key));
                    self.control_characters(key, &pointer);
                    let text = TEXTS.split(' ').any(|text| text == key) && !value.is_object();
                    let extension = key.starts_with("x-") && !pointer.starts_with("/components/");
                    if named || !text && !extension {
                        self.nodes(value, &pointer);
                    }
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.nodes(value, &format!("{pointer}/{index}"));
                }
            }
            Value::String(text) => self.control_characters(text, pointer),
            _ => {}
        }
    }

    fn control_characters(&mut self, text: &str, pointer: &str) {
        if text.contains(is_control) {
            let problem = format!("{text:?} has a line break or another control character");
            let help = "Remove it from the document, or the part with it in the overlay";
            self.error(Rule::ControlCharacter, pointer, problem, help, []);
        }
    }
}

#[cfg(test)]
mod tests;
