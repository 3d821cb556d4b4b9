//! For a document that nobody prepared an overlay for: what the lint would refuse is said in other words where it can
//! be, and left out where it cannot; each with a warning. One exotic operation does not keep the others from users.

mod names;
mod parameters;
mod references;
mod schemas;

use serde_json::{Value, json};

use crate::document::{Document, escape};
use crate::finding::{Errors, Finding, Level, Rule};
use crate::lower::operations::{
    all, json_content, known_server, resolve, server_url, split_origin,
};

/// Says what can be said in other words.
pub fn relax(document: &mut Document) -> Vec<Finding> {
    let mut relaxed = Relaxed {
        document,
        findings: Vec::new(),
    };
    relaxed.version();
    relaxed.path_items();
    relaxed.references();
    relaxed.schemas();
    relaxed.servers();
    relaxed.names();
    relaxed.parameters();
    relaxed.bodies();
    relaxed.findings
}

/// Takes out the operations that errors point at; `None` if there are none, or none would be left.
pub fn leave_out(document: &mut Document, errors: &Errors) -> Option<Vec<Finding>> {
    let places: Vec<(String, String, String)> = all(document)
        .into_iter()
        .map(|(pointer, path, method, ..)| (pointer, path.to_owned(), method.to_owned()))
        .collect();
    let mut left_out = Vec::new();
    for (pointer, path, method) in &places {
        let about = |finding: &&Finding| {
            finding.level == Level::Error
                && finding
                    .pointer
                    .strip_prefix(pointer.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some(first) = errors.0.iter().find(about) else {
            continue;
        };
        let Some(item) = document.root["paths"][path].as_object_mut() else {
            continue;
        };
        if first.rule == Rule::UnknownPaging {
            if let Some(operation) = item[method].as_object_mut() {
                operation.remove("x-dintero-paging");
            }
            left_out.push(Finding {
                level: Level::Warning,
                help: "It has no pages".to_owned(),
                ..first.clone()
            });
            continue;
        }
        item.remove(method);
        left_out.push(Finding {
            level: Level::Warning,
            help: format!("The operation is left out. {}", first.help),
            ..first.clone()
        });
    }
    if left_out.is_empty() || left_out.len() == places.len() {
        return None;
    }
    let mut relaxed = Relaxed {
        document,
        findings: left_out,
    };
    relaxed.read_backs();
    Some(relaxed.findings)
}

struct Relaxed<'a> {
    document: &'a mut Document,
    findings: Vec<Finding>,
}

impl Relaxed<'_> {
    fn warn(&mut self, pointer: &str, problem: impl Into<String>, help: &str) {
        let finding = self
            .document
            .finding(Level::Warning, pointer, problem, help)
            .with_rule(Rule::Relaxed);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// What 3.1 says otherwise than 3.0 is told by the constructs themselves.
    fn version(&mut self) {
        let version = match &self.document.root["openapi"] {
            Value::String(version) => version.clone(),
            Value::Number(version) => version.to_string(),
            _ => return,
        };
        if version == "3.0" {
            self.document.root["openapi"] = json!("3.0.3");
        } else if version == "3.1" || version.starts_with("3.1.") {
            let problem = format!("the document has OpenAPI {version}");
            self.warn(
                "/openapi",
                problem,
                "It is read as 3.0; what only 3.1 can say is left out",
            );
            self.document.root["openapi"] = json!("3.0.3");
        }
    }

    /// Every path gets an item of its own.
    fn path_items(&mut self) {
        let root = self.document.root.clone();
        let items = self.document.root["paths"].as_object_mut();
        for (_, item) in items.into_iter().flatten() {
            if item["$ref"].is_string() {
                let mut target = resolve(&root, item).clone();
                if let Some(target) = target.as_object_mut() {
                    for (key, value) in item.as_object().into_iter().flatten() {
                        target.insert(key.clone(), value.clone());
                    }
                    target.remove("$ref");
                }
                *item = target;
            }
        }
    }

    /// An origin that the overlay does not name is taken for the one host that every API has.
    fn servers(&mut self) {
        let root = &self.document.root;
        let mut unknown: Vec<(String, Option<String>)> = Vec::new();
        for (pointer, _, _, item, operation) in all(self.document) {
            let origin =
                server_url(root, item, operation).map(|url| split_origin(&url).0.to_owned());
            let known = origin
                .as_ref()
                .is_some_and(|origin| known_server(root, origin).is_some());
            if !known && !unknown.iter().any(|(_, other)| *other == origin) {
                unknown.push((pointer, origin));
            }
        }
        for (pointer, origin) in unknown {
            let (problem, origin) = match origin {
                Some(origin) => (format!("is on the unknown server {origin:?}"), origin),
                None => {
                    self.document.root["servers"] = json!([{"url": "/"}]);
                    let problem = "has no server, nor has the document".to_owned();
                    (problem, String::new())
                }
            };
            if !self.document.root["x-dintero-servers"].is_object() {
                self.document.root["x-dintero-servers"] = json!({});
            }
            self.document.root["x-dintero-servers"][origin] = json!("api");
            let help = "It is called on the host of the API; say in x-dintero-servers in the overlay which one it is";
            self.warn(&pointer, problem, help);
        }
    }

    /// A body that cannot be sent and could say nothing is no body.
    fn bodies(&mut self) {
        let root = &self.document.root;
        let mut silent = Vec::new();
        for (pointer, path, method, _, operation) in all(self.document) {
            let body = resolve(root, &operation["requestBody"]);
            let says_nothing = |content: &Value| {
                let schema = resolve(root, &content["schema"]);
                schema["type"] == "object"
                    && schema["properties"]
                        .as_object()
                        .is_none_or(serde_json::Map::is_empty)
                    && !schema["additionalProperties"].is_object()
            };
            if body.is_object()
                && json_content(body).is_none()
                && body["required"] != true
                && body["content"]
                    .as_object()
                    .is_some_and(|content| content.values().all(says_nothing))
            {
                silent.push((pointer, path.to_owned(), method.to_owned()));
            }
        }
        for (pointer, path, method) in silent {
            if let Some(operation) = self.operation(&path, &method) {
                operation.remove("requestBody");
            }
            self.warn(
                &format!("{pointer}/requestBody"),
                "is no JSON, not required, and empty",
                "It is left out",
            );
        }
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
    ) -> Option<&mut serde_json::Map<String, Value>> {
        self.document
            .root
            .get_mut("paths")?
            .get_mut(path)?
            .get_mut(method)?
            .as_object_mut()
    }

    /// Calls `each` with every node that may be a schema or a reference, and its pointer: all but examples.
    fn nodes(root: &mut Value, each: &mut dyn FnMut(&mut Value, &str)) {
        fn walk(node: &mut Value, pointer: &str, each: &mut dyn FnMut(&mut Value, &str)) {
            let named = ["/properties", "/mapping", "/components/schemas"]
                .iter()
                .any(|end| pointer.ends_with(end));
            if node.is_object() && !named {
                each(node, pointer);
            }
            match node {
                Value::Object(object) => {
                    for (key, value) in object.iter_mut().filter(|(key, _)| {
                        named || !["example", "examples", "default", "enum"].contains(&key.as_str())
                    }) {
                        walk(value, &format!("{pointer}/{}", escape(key)), each);
                    }
                }
                Value::Array(list) => {
                    for (index, value) in list.iter_mut().enumerate() {
                        walk(value, &format!("{pointer}/{index}"), each);
                    }
                }
                _ => {}
            }
        }
        walk(root, "", each);
    }
}
