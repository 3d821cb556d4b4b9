//! What kind of object stands where in an OpenAPI document: one with keywords, one with names, or plain data.

use std::collections::BTreeSet;

use serde_json::Value;

/// What an object is by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Its keys are OpenAPI's: a schema, an operation, the document.
    Keywords,
    /// Its keys are names and its values have keywords: paths, properties, responses.
    Names,
    /// Its keys are names and its values are objects with names: callbacks.
    Callbacks,
    /// Whatever it holds is a value: an example, an extension.
    Data,
}

impl Shape {
    /// The shape of what stands under a key of an object of this shape.
    pub fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Data, _) => Self::Data,
            (Self::Names, _) => Self::Keywords,
            (Self::Callbacks, _) => Self::Names,
            (Self::Keywords, "callbacks") => Self::Callbacks,
            (
                Self::Keywords,
                "paths" | "properties" | "patternProperties" | "responses" | "headers" | "schemas"
                | "requestBodies" | "securitySchemes" | "links" | "content" | "encoding"
                | "variables" | "parameters" | "mapping" | "scopes",
            ) => Self::Names,
            (
                Self::Keywords,
                "example" | "examples" | "default" | "enum" | "const" | "security" | "required",
            ) => Self::Data,
            (Self::Keywords, key) if key.starts_with("x-") => Self::Data,
            (Self::Keywords, _) => Self::Keywords,
        }
    }
}

/// HTTP methods of a path item.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

/// The operations of a document, as `POST /path`.
pub fn operations(root: &Value) -> BTreeSet<String> {
    let items = root["paths"].as_object().into_iter().flatten();
    items
        .flat_map(|(path, item)| {
            let methods = METHODS.iter().filter(|method| item[**method].is_object());
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

/// A path whose variables have no names: those may change without the path being another one.
pub fn nameless(path: &str) -> String {
    let mut parts = path.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("{}");
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Shape, nameless};

    #[test]
    fn a_property_called_example_is_a_schema_and_an_example_is_none() {
        assert_eq!(Shape::Keywords.below("example"), Shape::Data);
        let properties = Shape::Keywords.below("properties");
        assert_eq!(properties.below("example"), Shape::Keywords);
    }

    #[test]
    fn the_names_of_path_variables_do_not_count() {
        assert_eq!(nameless("/a/{b}/c-{d}.e"), "/a/{}/c-{}.e");
        assert_eq!(nameless("/a"), "/a");
    }
}
