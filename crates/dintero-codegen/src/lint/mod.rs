//! Step 3: what the next steps cannot handle, or handle otherwise than written, by JSON pointer, with a help and, where
//! one can be told from the document alone, with the overlay actions that mend it.

mod names;
mod operations;
mod parameters;
mod schemas;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::action::{Action, path};
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};

/// Looks through a document that the overlay has been applied to.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint {
        document,
        findings: Vec::new(),
        servers: BTreeSet::new(),
    };
    let version = document.root["openapi"].as_str().unwrap_or_default();
    if version != "3.0" && !version.starts_with("3.0.") {
        let found = if version.is_empty() {
            "no OpenAPI version".to_owned()
        } else {
            format!("OpenAPI {version}")
        };
        lint.error(
            Rule::OpenApiVersion,
            "/openapi",
            format!("the document has {found}"),
            "Convert it to OpenAPI 3.0",
            [],
        );
        return lint.findings;
    }
    lint.nodes(&document.root, "");
    lint.operations();
    lint.findings
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
    /// Origins that were reported already.
    servers: BTreeSet<String>,
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
        let finding = self.document.finding(Level::Error, pointer, problem, help);
        self.push(finding, rule, actions);
    }

    fn warn(
        &mut self,
        rule: Rule,
        pointer: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
        actions: impl IntoIterator<Item = Option<Action>>,
    ) {
        let finding = self
            .document
            .finding(Level::Warning, pointer, problem, help);
        self.push(finding, rule, actions);
    }

    fn push(
        &mut self,
        mut finding: Finding,
        rule: Rule,
        actions: impl IntoIterator<Item = Option<Action>>,
    ) {
        finding.rule = rule;
        // Half of a help is none.
        finding.actions = actions
            .into_iter()
            .collect::<Option<_>>()
            .unwrap_or_default();
        self.findings.push(finding);
    }

    fn nodes(&mut self, node: &Value, pointer: &str) {
        match node {
            Value::Object(object) => {
                // Members of `properties` are schemas, whatever they are called; what `example` holds is no schema at all.
                let named = pointer.ends_with("/properties") || pointer.ends_with("/mapping");
                if !named {
                    self.schema(node, pointer);
                }
                for (key, value) in object.iter().filter(|(key, _)| {
                    named || !["example", "examples", "default"].contains(&key.as_str())
                }) {
                    self.nodes(value, &format!("{pointer}/{}", escape(key)));
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.nodes(value, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lint;
    use crate::document::Document;
    use crate::finding::Finding;
    use crate::overlay;

    const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.example/v1'}]\nx-dintero-servers: {'https://a.example': api}\n";

    fn document(text: &str) -> Document {
        Document::parse("x.yaml", &format!("{HEAD}{text}")).unwrap()
    }

    /// What one piece of a document is found to be, each finding as text.
    pub(super) fn found(text: &str) -> String {
        let findings = lint(&document(text));
        let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
        texts.join("\n")
    }

    /// Applies the actions that are offered for the finding with this rule, and lints again: it must be gone.
    pub(super) fn mended(text: &str, rule: &str) {
        let mut document = document(text);
        let is = |finding: &&Finding| finding.rule.id() == rule;
        let finding = lint(&document).iter().find(is).cloned();
        let finding = finding.unwrap_or_else(|| panic!("{rule} is not in {text}"));
        let actions: Vec<Value> = finding
            .actions
            .iter()
            .map(super::Action::to_value)
            .collect();
        assert!(!actions.is_empty(), "no action for {finding}");
        let overlay = json!({"overlay": "1.0.0", "actions": actions}).to_string();
        let overlay = Document::parse("o.yaml", &overlay).unwrap();
        overlay::apply(&mut document, &overlay, true).unwrap_or_else(|error| panic!("{error}"));
        let left = lint(&document).into_iter().find(|finding| is(&finding));
        assert_eq!(left, None, "{}", document.root);
    }

    #[test]
    fn a_sound_document_has_no_findings() {
        let text = "paths: {/a: {get: {operationId: a, x-dintero-method: a, responses: {'200': {description: ok}}}}}";
        assert_eq!(found(text), "");
    }

    #[test]
    fn other_versions_are_refused_at_once() {
        let document = Document::parse("x.yaml", "openapi: 3.1.0\n").unwrap();
        assert_eq!(
            lint(&document)[0].to_string(),
            "x.yaml:1 #/openapi: the document has OpenAPI 3.1.0. Convert it to OpenAPI 3.0"
        );
    }
}
