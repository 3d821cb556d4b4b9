//! Step 3: findings about what the next steps cannot handle, or handle otherwise than written: each with its place, with
//! help and, where the document alone is enough to know them, with the overlay actions that fix it.

mod depth;
mod names;
mod nodes;
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
use nodes::Node;

/// Keywords whose texts are shown or sent as they are.
const TEXTS: &str = "const description enum pattern summary title version";

/// Returns the findings about a document that the overlay has been applied to.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint {
        document,
        findings: Vec::new(),
        servers: BTreeSet::new(),
        depths: Default::default(),
        elsewhere: BTreeSet::new(),
    };
    if let Some(finding) = version(document) {
        return vec![finding];
    }
    lint.node(Node::Document, &document.root, "");
    lint.texts(&document.root, "");
    if !lint.depths.reported {
        lint.operations();
    }
    lint.findings
}

/// Returns the error of a document that is not OpenAPI 3.0.
pub fn version(document: &Document) -> Option<Finding> {
    let root = &document.root;
    let (key, problem, help) = match root["openapi"].as_str() {
        _ if !root["swagger"].is_null() => {
            let help = "Convert it to OpenAPI 3.0, for example with swagger2openapi";
            ("/swagger", "is Swagger 2".to_owned(), help)
        }
        None => {
            let help = "Give a complete OpenAPI 3.0 document";
            ("/openapi", "has no OpenAPI version".to_owned(), help)
        }
        Some(version) if version == "3.0" || version.starts_with("3.0.") => return None,
        Some(version) => {
            let help = "Convert it to 3.0: `nullable: true` instead of the type null, one `example` instead of a list";
            ("/openapi", format!("is OpenAPI {version}"), help)
        }
    };
    let finding = document.finding(Rule::OpenApiVersion, key, problem);
    Some(finding.with_help(help))
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
    /// Origins that were reported already.
    servers: BTreeSet<String>,
    depths: depth::Depths,
    /// What references lead to outside of the places that OpenAPI has for it.
    elsewhere: BTreeSet<String>,
}

impl<'a> Lint<'a> {
    fn root(&self) -> &'a Value {
        &self.document.root
    }

    /// Records a finding with the help of its rule, and returns it.
    fn report(
        &mut self,
        rule: Rule,
        pointer: &str,
        problem: impl Into<String>,
        actions: impl IntoIterator<Item = Option<Action>>,
    ) -> &mut Finding {
        let finding = self.document.finding(rule, pointer, problem);
        let index = self.findings.len();
        self.findings.push(finding.with_actions(actions));
        &mut self.findings[index]
    }

    fn remove(&self, pointer: &str, why: impl Into<String>) -> Option<Action> {
        Action::remove(self.root(), pointer, why)
    }

    /// Reports control characters in what is neither documentation nor a value.
    fn texts(&mut self, node: &Value, pointer: &str) {
        match node {
            Value::Object(object) => {
                // Members of `properties` are schemas, whatever they are called; what `example` holds is no schema at all.
                let of_names = ["/properties", "/mapping", "/schemas"];
                let named = of_names.iter().any(|key| pointer.ends_with(key));
                for (key, value) in object {
                    if !named && ["example", "examples", "default"].contains(&key.as_str()) {
                        continue;
                    }
                    let pointer = format!("{pointer}/{}", escape(key));
                    self.control_characters(key, &pointer);
                    let text = TEXTS.split(' ').any(|text| text == key) && !value.is_object();
                    let extension = key.starts_with("x-") && !pointer.starts_with("/components/");
                    if named || !text && !extension {
                        self.texts(value, &pointer);
                    }
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.texts(value, &format!("{pointer}/{index}"));
                }
            }
            Value::String(text) => self.control_characters(text, pointer),
            _ => {}
        }
    }

    fn control_characters(&mut self, text: &str, pointer: &str) {
        if text.contains(is_control) {
            let problem = format!("{text:?} has a line break or another control character");
            self.report(Rule::ControlCharacter, pointer, problem, []);
        }
    }
}

#[cfg(test)]
mod tests;
