//! Parameters: those that differ from the path, and those that cannot be sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::operations::is_token;
use super::{Action, Lint};
use crate::action::quoted;
use crate::document::elements;
use crate::finding::{Level, Rule};
use crate::ir::path_variables;
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
            None => {
                let [name, place] = [self.name(), self.place()].map(quoted);
                format!("@.name=={name} && @.in=={place}")
            }
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
        let mut parameters = Vec::new();
        for (owner, place) in [(above, item), (pointer, operation)] {
            parameters.extend(elements(&place["parameters"]).map(|element| Listed {
                owner: owner.to_owned(),
                element,
                parameter: resolve(root, element),
            }));
        }
        self.path_parameters(pointer, path, &parameters);
        for (index, listed) in parameters.iter().enumerate() {
            self.parameter(pointer, listed);
            let key = |listed: &Listed<'_>| match listed.place() {
                "header" => (listed.name().to_lowercase(), listed.place().to_owned()),
                place => (listed.name().to_owned(), place.to_owned()),
            };
            let twin =
                |other: &Listed<'_>| other.owner == listed.owner && key(other) == key(listed);
            if parameters[..index].iter().any(twin) {
                let (name, place) = key(listed);
                let problem = format!("the parameter {name} is in the {place} twice");
                self.report(Rule::DuplicateParameter, pointer, problem, []);
            }
        }
    }

    fn path_parameters(&mut self, pointer: &str, path: &str, parameters: &[Listed<'a>]) {
        let mut in_path: BTreeSet<&str> = BTreeSet::new();
        for variable in path_variables(path) {
            if !in_path.insert(variable) {
                let problem = format!("the path has {{{variable}}} twice");
                self.report(Rule::DuplicatePathVariable, pointer, problem, []);
            }
        }
        let declared = || parameters.iter().filter(|listed| listed.place() == "path");
        let names: BTreeSet<&str> = declared().map(Listed::name).collect();
        for missing in in_path.difference(&names) {
            let problem = format!("the path has {{{missing}}}, which is no parameter");
            let why = "The path has it, and the document does not declare it";
            let parameter = json!({"name": missing, "in": "path", "required": true, "schema": {"type": "string"}});
            let update = json!({"parameters": [parameter]});
            let action = Action::update(self.root(), pointer, why, update);
            self.report(Rule::UndeclaredPathVariable, pointer, problem, [action]);
        }
        let mut reported = BTreeSet::new();
        for listed in declared().filter(|listed| !in_path.contains(listed.name())) {
            let unused = listed.name();
            if reported.insert(unused) {
                let problem = format!("the path parameter {unused} is not in the path {path}");
                let action = listed.remove(self.root(), "The path does not have it");
                self.report(Rule::UnusedPathParameter, pointer, problem, [action]);
            }
        }
    }

    fn parameter(&mut self, pointer: &str, listed: &Listed<'a>) {
        let (name, place, parameter) = (listed.name(), listed.place(), listed.parameter);
        let schema = resolve(self.root(), &parameter["schema"]);
        let object = schema["type"] == "object" || schema["properties"].is_object();
        let usual = match place {
            "query" => "form",
            _ => "simple",
        };
        let is_sent = parameter["style"]
            .as_str()
            .is_none_or(|style| style == usual);
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
        } else if place == "path" && (schema["type"] == "array" || schema["items"].is_object()) {
            Some("is a list in the path")
        } else if !is_sent {
            Some("has a style that cannot be sent")
        } else {
            None
        };
        if let Some(problem) = problem {
            // A path cannot do without its variables.
            let action = (place != "path")
                .then(|| listed.remove(self.root(), "It has a form that the client cannot send"));
            let problem = format!("the parameter {name} {problem}");
            self.report(Rule::UnsupportedParameter, pointer, problem, action);
        }
        let document = self.document;
        let loosely = |problem: String, help: &str| {
            let finding = document.finding(Rule::UnsupportedParameter, pointer, problem);
            finding.with_level(Level::Warning).with_help(help)
        };
        // OpenAPI has the first three ignored.
        if place == "header" && of_the_transport(name).is_some_and(|index| index > 2) {
            let problem = format!("the header {name} is set by the client itself");
            let finding = loosely(problem, "The parameter is left out");
            let action = listed.remove(self.root(), "The client sets this header itself");
            self.findings.push(finding.with_actions([action]));
        }
        if parameter["allowReserved"] == true {
            let problem = format!("the parameter {name} may have reserved characters as they are");
            let help = "They are sent percent-encoded, which means the same to a server that decodes its query";
            self.findings.push(loosely(problem, help));
        }
    }
}
