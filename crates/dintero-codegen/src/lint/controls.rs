//! Control characters: descriptions, defaults, examples and values may have them, nothing else.

use serde_json::Value;

use super::Lint;
use crate::document::escape;
use crate::finding::Rule;
use crate::markdown::is_control;

/// Keywords whose texts are shown or sent as they are; what is in them is no part of the API's description.
const TEXTS: [&str; 10] = [
    "const",
    "default",
    "description",
    "enum",
    "example",
    "examples",
    "pattern",
    "summary",
    "title",
    "version",
];

/// Keywords whose keys are names and no keywords.
const NAMES: [&str; 8] = [
    "content",
    "headers",
    "mapping",
    "parameters",
    "paths",
    "properties",
    "responses",
    "schemas",
];

impl Lint<'_> {
    /// Reports the keys and texts with control characters below a node. Those of `named` nodes are names, no keywords.
    pub(super) fn controls(&mut self, node: &Value, pointer: &str, named: bool) {
        match node {
            Value::String(text) => self.control(text, pointer),
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.controls(value, &format!("{pointer}/{index}"), false);
                }
            }
            Value::Object(object) => {
                for (key, value) in object {
                    let pointer = format!("{pointer}/{}", escape(key));
                    self.control(key, &pointer);
                    let text = TEXTS.contains(&key.as_str())
                        || key.starts_with("x-") && !key.starts_with("x-dintero-");
                    if named || !text {
                        let holds_names = NAMES.contains(&key.as_str());
                        self.controls(value, &pointer, holds_names && !named);
                    }
                }
            }
            _ => {}
        }
    }

    fn control(&mut self, text: &str, pointer: &str) {
        if text.contains(is_control) {
            let problem = format!("{text:?} has a line break or another control character");
            let help = "Remove it from the document, or the part with it in the overlay";
            self.error(Rule::ControlCharacter, pointer, problem, help, []);
        }
    }
}
