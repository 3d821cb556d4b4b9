//! Actions of an OpenAPI Overlay that resolve a finding.

use std::fmt;

use serde_json::{Value, json};

use crate::document::unescape;

/// One action of an OpenAPI Overlay 1.0 document, ready to be added to the `actions` of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it acts on, as a JSONPath of RFC 9535.
    pub target: String,
    /// Why.
    pub description: String,
    /// What it merges into the target; without it, the target is removed.
    pub update: Option<Value>,
}

impl Action {
    /// Returns the action that merges into the node at a pointer, or `None` if the document has no such node.
    pub fn update(
        root: &Value,
        pointer: &str,
        description: impl Into<String>,
        update: Value,
    ) -> Option<Self> {
        let removal = Self::remove(root, pointer, description)?;
        let update = Some(update);
        Some(Self { update, ..removal })
    }

    /// Returns the action that removes the node at a pointer, or `None` if the document has no such node.
    pub fn remove(root: &Value, pointer: &str, description: impl Into<String>) -> Option<Self> {
        Some(Self {
            target: path(root, pointer)?,
            description: description.into(),
            update: None,
        })
    }

    /// Returns the action as an object of an overlay document.
    pub fn to_value(&self) -> Value {
        let mut action = json!({"target": self.target, "description": self.description});
        match &self.update {
            Some(update) => action["update"] = update.clone(),
            None => action["remove"] = Value::Bool(true),
        }
        action
    }
}

/// As YAML: an element of the list `actions`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A JSON value is a YAML value.
        let [target, description] = [&self.target, &self.description].map(|text| json!(text));
        write!(f, "- target: {target}\n  description: {description}\n  ")?;
        match &self.update {
            Some(update) => write!(f, "update: {update}"),
            None => f.write_str("remove: true"),
        }
    }
}

/// Returns the JSONPath of the node at a JSON pointer, or `None` if the document has no such node.
pub fn path(root: &Value, pointer: &str) -> Option<String> {
    let mut path = "$".to_owned();
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        let key = unescape(token);
        node = match node {
            Value::Object(object) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                match key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(plain) {
                    true => path.push_str(&format!(".{key}")),
                    false => path.push_str(&format!("[{}]", quoted(&key))),
                }
                object.get(&key)?
            }
            Value::Array(list) => {
                let index: usize = key.parse().ok()?;
                path.push_str(&format!("[{index}]"));
                list.get(index)?
            }
            _ => return None,
        };
    }
    Some(path)
}

/// Returns a text in single quotes, as RFC 9535 has it.
pub fn quoted(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests;
