//! The objects of a document, each as what its place makes it: an operation, a response, a schema.

use serde_json::{Value, json};

use super::{Action, Lint};
use crate::document::{escape, members, unescape};
use crate::finding::Rule;
use crate::lower::{self, operations};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    Body,
    Response,
    Media,
    Schema,
    SecurityScheme,
}

/// How an object holds others under a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    One,
    List,
    Named,
}

/// What an object holds under which keys.
const PARTS: [(Node, Holds, Node, &str); 24] = {
    use Holds::{List, Named, One};
    use Node::*;
    [
        (Document, One, Components, "components"),
        (Document, Named, PathItem, "paths"),
        (Components, Named, Schema, "schemas"),
        (Components, Named, Parameter, "parameters"),
        (Components, Named, Header, "headers"),
        (Components, Named, Body, "requestBodies"),
        (Components, Named, Response, "responses"),
        (Components, Named, PathItem, "pathItems"),
        (Components, Named, SecurityScheme, "securitySchemes"),
        (PathItem, List, Parameter, "parameters"),
        (
            PathItem,
            One,
            Operation,
            "get put post delete patch head options trace",
        ),
        (Operation, List, Parameter, "parameters"),
        (Operation, One, Body, "requestBody"),
        (Operation, Named, Response, "responses"),
        (Parameter, One, Schema, "schema"),
        (Parameter, Named, Media, "content"),
        (Header, One, Schema, "schema"),
        (Body, Named, Media, "content"),
        (Response, Named, Media, "content"),
        (Response, Named, Header, "headers"),
        (Media, One, Schema, "schema"),
        (Schema, Named, Schema, "properties"),
        (Schema, List, Schema, "allOf oneOf anyOf"),
        (Schema, One, Schema, "items additionalProperties not"),
    ]
};

/// What a path item may have beside its operations.
const BESIDE_OPERATIONS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// Our marks without `x-dintero-`, and where they mean something.
const MARKS: [(Node, &str); 4] = [
    (Node::Document, "accounts servers"),
    (Node::Operation, "confirm method paging read-back retry"),
    (Node::Parameter, "personal"),
    (Node::Schema, "keep name one-or-many personal"),
];

impl Lint<'_> {
    /// Checks an object and all that it holds.
    pub(super) fn node(&mut self, kind: Node, node: &Value, pointer: &str) {
        let Some(object) = node.as_object() else {
            // A schema may be `true` or `false`.
            if kind != Node::Schema || !node.is_boolean() {
                let problem = format!("is {}, which must be an object", shown(node));
                self.report(Rule::MisusedKeyword, pointer, problem, []);
            }
            return;
        };
        match &node["$ref"] {
            Value::Null => {}
            Value::String(target) => self.reference(kind, target, pointer),
            other => self.misused("$ref", other, "a text", pointer),
        }
        for (key, value) in object {
            if let Some(mark) = key.strip_prefix("x-dintero-") {
                self.mark(kind, (mark, value), &format!("{pointer}/{key}"));
            }
        }
        match kind {
            Node::Schema => {
                self.schema(node, pointer);
                self.depth(node, pointer);
            }
            Node::PathItem => {
                for key in object.keys() {
                    let known = operations::METHODS.iter().chain(&BESIDE_OPERATIONS);
                    if !key.starts_with("x-") && !known.into_iter().any(|known| known == key) {
                        let problem = format!("has `{key}`, which is no method of OpenAPI 3.0");
                        self.report(Rule::MisusedKeyword, pointer, problem, []);
                    }
                }
            }
            Node::Operation => {
                for (code, _) in members(&node["responses"]) {
                    let known = operations::is_status(code) || code == "default";
                    if !known && !code.starts_with("x-") {
                        let problem = format!("has the response `{code}`, which is no status");
                        self.report(Rule::MisusedKeyword, pointer, problem, []);
                    }
                }
            }
            _ => {}
        }
        for (_, holds, part, keys) in PARTS.iter().filter(|(owner, ..)| *owner == kind) {
            for key in keys.split(' ') {
                if let Some(value) = node.get(key) {
                    self.part((*holds, *part), key, value, pointer);
                }
            }
        }
    }

    fn mark(&mut self, kind: Node, (mark, value): (&str, &Value), pointer: &str) {
        let known = MARKS.iter().filter(|(owner, _)| *owner == kind);
        let mut known = known.flat_map(|(_, marks)| marks.split(' '));
        let problem = match mark {
            _ if !known.any(|known| known == mark) => {
                format!("x-dintero-{mark} is no mark of a {kind:?}")
            }
            "personal" | "one-or-many" if !value.is_boolean() => {
                format!("is {}, which must be true or false", shown(value))
            }
            "name" | "method" | "retry" | "read-back" | "keep" if !value.is_string() => {
                format!("is {}, which must be a text", shown(value))
            }
            _ => return,
        };
        self.report(Rule::InvalidMark, pointer, problem, []);
    }

    fn part(&mut self, (holds, part): (Holds, Node), key: &str, value: &Value, pointer: &str) {
        let below = format!("{pointer}/{key}");
        match (holds, value) {
            (Holds::One, _) => self.node(part, value, &below),
            (Holds::List, Value::Array(list)) => {
                for (index, element) in list.iter().enumerate() {
                    self.node(part, element, &format!("{below}/{index}"));
                }
            }
            (Holds::Named, Value::Object(named)) => {
                for (name, value) in named {
                    // What begins so is an extension where names are not free.
                    let fixed = [Node::PathItem, Node::Response].contains(&part);
                    if !fixed || !name.starts_with("x-") {
                        self.node(part, value, &format!("{below}/{}", escape(name)));
                    }
                }
            }
            (Holds::List, _) => self.misused(key, value, "a list", pointer),
            (Holds::Named, _) => self.misused(key, value, "an object", pointer),
        }
    }

    /// Reports a keyword whose value is none that it can have, and which is left out.
    pub(super) fn misused(&mut self, key: &str, value: &Value, wanted: &str, pointer: &str) {
        let problem = format!("has `{key}: {}`, which must be {wanted}", shown(value));
        self.report(Rule::MisusedKeyword, pointer, problem, []);
    }

    fn reference(&mut self, kind: Node, target: &str, pointer: &str) {
        let name = target.strip_prefix("#/components/schemas/");
        let found = lower::target(self.root(), target);
        let (rule, problem, action) = if !target.starts_with('#') {
            let problem = format!("refers to {target}, outside of the document");
            (Rule::ExternalReference, problem, None)
        } else if found.is_none() {
            // An overlay can stand in for a schema, not for what only its author knows.
            let missing = name.filter(|name| !name.contains(['/', '~']));
            let action = missing.map(|name| {
                let why = format!("The document refers to {name} and lacks it; read as any JSON");
                let update = json!({"components": {"schemas": {name: {}}}});
                Action::update(self.root(), "", why, update)
            });
            let problem = format!("refers to {target}, which does not exist");
            (Rule::MissingReference, problem, action)
        } else if let Some(is) = component(target).filter(|is| *is != kind) {
            let problem = format!("refers to {target}, a {is:?} where a {kind:?} must be");
            (Rule::MisplacedReference, problem, None)
        } else if name.is_some_and(|name| name.contains('/')) {
            let problem = format!("refers to a part of a schema, {target}");
            let why = format!("Written out, since a reference leads to a whole schema: {target}");
            let update = Action::update(
                self.root(),
                pointer,
                &why,
                found.cloned().unwrap_or_default(),
            );
            let actions = [self.remove(&format!("{pointer}/$ref"), why), update];
            self.report(Rule::PartialReference, pointer, problem, actions);
            return;
        } else {
            let is_extension = target.contains("/x-");
            if let (true, Some(found)) = (is_extension, found)
                && self.elsewhere.insert(target.to_owned())
            {
                self.node(kind, found, target.trim_start_matches('#'));
            }
            return;
        };
        self.report(rule, pointer, problem, action);
    }
}

/// Returns a value as JSON, cut short.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Returns what a reference leads to, if it is a component of a kind that OpenAPI 3.0 has.
fn component(target: &str) -> Option<Node> {
    let (section, name) = target.strip_prefix("#/components/")?.split_once('/')?;
    let is_section = |(owner, _, _, key): &&(Node, _, _, &str)| {
        *owner == Node::Components && *key == unescape(section)
    };
    let found = PARTS.iter().find(is_section);
    found.filter(|_| !name.contains('/')).map(|part| part.2)
}
