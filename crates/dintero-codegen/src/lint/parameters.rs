//! Parameters: those that differ from the path, and those that cannot be sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::operations::is_token;
use super::{Action, Lint};
use crate::action::quoted;
use crate::finding::Rule;
use crate::lower::messages::of_the_transport;
use crate::lower::operations::resolve;

/// A parameter of an operation and the list it is in.
struct Listed<'a> {
    /// Pointer to the path item or operation.
    owner: String,
    /// The element of its list, perhaps a reference.
    element: &'a Value,
    /// What it is.
    parameter: &'a Value,
}

impl Listed<'_> {
    fn name(&self) -> &str {
        self.parameter["name"].as_str().unwrap_or_default()
    }

    fn place(&self) -> &str {
        self.parameter["in"].as_str().unwrap_or_default()
    }

    /// Returns the action that removes it from its list. It goes by name, not by index: an action before may remove another.
    fn remove(&self, root: &Value, why: &str) -> Option<Action> {
        let list = super::path(root, &format!("{}/parameters", self.owner))?;
        let is = match self.element["$ref"].as_str() {
            Some(target) => format!("@['$ref']=={}", quoted(target)),
            None => format!(
                "@.name=={} && @.in=={}",
                quoted(self.name()),
                quoted(self.place())
            ),
        };
        Some(Action {
            target: format!("{list}[?({is})]"),
            description: why.to_owned(),
            update: None,
        })
    }
}

impl<'a> Lint<'a> {
    pub(super) fn parameters(
        &mut self,
        pointer: &str,
        path: &str,
        item: &'a Value,
        operation: &'a Value,
    ) {
        let root = self.root();
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        let parameters: Vec<Listed<'a>> = [(above, item), (pointer, operation)]
            .into_iter()
            .flat_map(|(owner, place)| {
                let list = place["parameters"].as_array().into_iter().flatten();
                list.map(|element| Listed {
                    owner: owner.to_owned(),
                    element,
                    parameter: resolve(root, element),
                })
            })
            .collect();
        self.path_parameters(pointer, path, &parameters);
        for listed in &parameters {
            self.parameter(pointer, listed);
        }
    }

    fn path_parameters(&mut self, pointer: &str, path: &str, parameters: &[Listed<'a>]) {
        let mut in_path: BTreeSet<&str> = BTreeSet::new();
        for variable in path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
        {
            if !in_path.insert(variable) {
                self.error(
                    Rule::DuplicatePathVariable,
                    pointer,
                    format!("the path has {{{variable}}} twice"),
                    "Rename one of them and declare it",
                    [],
                );
            }
        }
        let declared = || parameters.iter().filter(|listed| listed.place() == "path");
        let names: BTreeSet<&str> = declared().map(Listed::name).collect();
        for missing in in_path.difference(&names) {
            let parameter = json!({"name": missing, "in": "path", "required": true, "schema": {"type": "string"}});
            self.error(
                Rule::UndeclaredPathVariable,
                pointer,
                format!("the path has {{{missing}}}, which is no parameter"),
                "Declare it with `in: path`",
                [Action::update(
                    self.root(),
                    pointer,
                    "The path has it, and the document does not declare it",
                    json!({"parameters": [parameter]}),
                )],
            );
        }
        let mut reported = BTreeSet::new();
        for listed in declared().filter(|listed| !in_path.contains(listed.name())) {
            let unused = listed.name();
            if reported.insert(unused) {
                self.error(
                    Rule::UnusedPathParameter,
                    pointer,
                    format!("the path parameter {unused} is not in the path {path}"),
                    "Put it there, or remove it",
                    [listed.remove(self.root(), "The path does not have it")],
                );
            }
        }
    }

    fn parameter(&mut self, pointer: &str, listed: &Listed<'a>) {
        let (name, place, parameter) = (listed.name(), listed.place(), listed.parameter);
        let schema = resolve(self.root(), &parameter["schema"]);
        let object = schema["type"] == "object" || schema["properties"].is_object();
        let usual = if matches!(place, "query" | "cookie") {
            "form"
        } else {
            "simple"
        };
        let style = parameter["style"].as_str().unwrap_or(usual);
        let problem = if place == "cookie" {
            Some("is a cookie")
        } else if name.is_empty() || !["query", "header", "path"].contains(&place) {
            Some("has no name, or no place that OpenAPI 3.0 knows")
        } else if place == "header" && !is_token(name) {
            Some("has a name that no header can have")
        } else if parameter["content"].is_object() {
            Some("is described by `content`")
        } else if object {
            Some("is an object")
        } else if !matches!(
            (place, style),
            ("query", "form") | ("path" | "header", "simple")
        ) {
            Some("has a style that cannot be sent")
        } else {
            None
        };
        if let Some(problem) = problem {
            // A path cannot do without its variables.
            let action = (place != "path")
                .then(|| listed.remove(self.root(), "It has a form that the client cannot send"));
            self.error(
                Rule::UnsupportedParameter,
                pointer,
                format!("the parameter {name} {problem}"),
                "Rewrite it with an overlay action, or remove it there",
                action,
            );
        }
        // OpenAPI has the first three ignored.
        if place == "header" && of_the_transport(name).is_some_and(|index| index > 2) {
            self.warn(
                Rule::UnsupportedParameter,
                pointer,
                format!("the header {name} is set by the client itself"),
                "The parameter is left out",
                [listed.remove(self.root(), "The client sets this header itself")],
            );
        }
        if parameter["allowReserved"] == true {
            self.warn(
                Rule::UnsupportedParameter,
                pointer,
                format!("the parameter {name} may have reserved characters as they are"),
                "They are sent percent-encoded, which means the same to a server that decodes its query",
                [],
            );
        }
        if place == "path" && (schema["type"] == "array" || schema["items"].is_object()) {
            self.error(
                Rule::UnsupportedParameter,
                pointer,
                format!("the path parameter {name} is a list"),
                "Make it a text with an overlay action",
                [],
            );
        }
    }
}
