//! Schemas: lists of types, and discriminators that lead nowhere.

use serde_json::{Value, json};

use super::Relaxed;
use crate::lower::texts;

impl Relaxed<'_> {
    pub(super) fn schemas(&mut self) {
        let root = self.document.root.clone();
        let mut said: Vec<(String, String, &str)> = Vec::new();
        Self::nodes(&mut self.document.root, &mut |node, pointer| {
            if node["type"].is_array() {
                types(node);
            }
            let mapping = node
                .get_mut("discriminator")
                .and_then(|discriminator| discriminator.get_mut("mapping"))
                .and_then(Value::as_object_mut);
            if let Some(mapping) = mapping {
                mapping.retain(|value, target| {
                    let target = target.as_str().unwrap_or_default();
                    let found = match target.strip_prefix('#') {
                        Some(inner) => root.pointer(inner).is_some(),
                        None => root["components"]["schemas"].get(target).is_some(),
                    };
                    if !found {
                        let problem = format!(
                            "the discriminator maps {value} to {target}, which does not exist"
                        );
                        said.push((pointer.to_owned(), problem, "Such a value is kept as JSON"));
                    }
                    found
                });
            }
        });
        for (pointer, problem, help) in said {
            self.warn(&pointer, problem, help);
        }
    }
}

/// `null` beside one type makes it nullable; several types are a choice.
fn types(node: &mut Value) {
    let types: Vec<String> = texts(&node["type"]).collect();
    let null = types.iter().any(|kind| kind == "null");
    let types: Vec<&String> = types.iter().filter(|kind| *kind != "null").collect();
    let mut choice = node.clone();
    let Some(object) = node.as_object_mut() else {
        return;
    };
    object.remove("type");
    if null {
        object.insert("nullable".to_owned(), json!(true));
    }
    match types.as_slice() {
        [] => {}
        [only] => {
            object.insert("type".to_owned(), json!(only));
        }
        several => {
            if let Some(choice) = choice.as_object_mut() {
                choice.remove("description");
            }
            let parts = several.iter().map(|kind| {
                choice["type"] = json!(kind);
                choice.clone()
            });
            let parts: Vec<Value> = parts.collect();
            object.retain(|key, _| {
                ["description", "nullable", "deprecated"].contains(&key.as_str())
                    || key.starts_with("x-")
            });
            object.insert("anyOf".to_owned(), json!(parts));
        }
    }
}
