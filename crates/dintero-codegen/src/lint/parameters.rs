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
use crate::lower::operations::{Found, resolve};

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
    pub(super) fn parameters(&mut self, found: &Found<'a>) {
        let (root, pointer) = (self.root(), found.pointer.as_str());
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        let mut parameters = Vec::new();
        for (owner, place) in [(above, found.item), (pointer, found.operation)] {
            parameters.extend(elements(&place["parameters"]).map(|element| Listed {
                owner: owner.to_owned(),
                element,
                parameter: resolve(root, element),
            }));
        }
        self.path_parameters(pointer, found.path, &parameters);
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
        let root = self.root();
        let schema = resolve(root, &parameter["schema"]);
        let object = schema["type"] == "object" || schema["properties"].is_object();
        let usual = match place {
            "query" => "form",
            _ => "simple",
        };
        let is_sent = parameter["style"]
            .as_str()
            .is_none_or(|style| style == usual);
        let list = schema["type"] == "array" || schema["items"].is_object();
        let known = !name.is_empty() && ["query", "header", "path"].contains(&place);
        let problems = [
            (place == "cookie", "is a cookie"),
            (!known, "has no name, or no place that OpenAPI 3.0 knows"),
            (
                place == "header" && !is_token(name),
                "has a name that no header can have",
            ),
            (
                parameter["content"].is_object(),
                "is described by `content`",
            ),
            (object, "is an object"),
            (place == "path" && list, "is a list in the path"),
            (!is_sent, "has a style that cannot be sent"),
        ];
        if let Some((_, problem)) = problems.iter().find(|(is_so, _)| *is_so) {
            // A path cannot do without its variables.
            let why = "It has a form that the client cannot send";
            let action = (place != "path").then(|| listed.remove(root, why));
            let problem = format!("the parameter {name} {problem}");
            self.report(Rule::UnsupportedParameter, pointer, problem, action);
        }
        let mut loosely = |problem: String, help: &str, action| {
            let finding = self.report(Rule::UnsupportedParameter, pointer, problem, action);
            (finding.level, finding.help) = (Level::Warning, help.to_owned());
        };
        // OpenAPI has the first three ignored.
        if place == "header" && of_the_transport(name).is_some_and(|index| index > 2) {
            let problem = format!("the header {name} is set by the client itself");
            let action = listed.remove(root, "The client sets this header itself");
            loosely(problem, "The parameter is left out", Some(action));
        }
        if parameter["allowReserved"] == true {
            let problem = format!("the parameter {name} may have reserved characters as they are");
            let help = "They are sent percent-encoded, which means the same to a server that decodes its query";
            loosely(problem, help, None);
        }
    }
}
