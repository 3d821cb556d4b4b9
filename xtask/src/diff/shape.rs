//! What a schema says in the end, whether it is written in one piece, by `$ref`, or as `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use dintero_codegen::lower::format_pattern;
use serde_json::Value;

use super::label::{below, component, follow};

/// Schemas that hold together (`allOf` of them), as JSON pointers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub Vec<String>);

impl Node {
    /// One schema.
    pub fn at(pointer: impl Into<String>) -> Self {
        Self(vec![pointer.into()])
    }

    /// The place that stands for it in reports.
    pub fn pointer(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

/// What the schemas of a node say together.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The schemas that say something, references followed: equal for nodes that mean the same.
    pub leaves: Vec<String>,
    /// The component schema that the node is, if it is one and no more.
    pub name: Option<String>,
    /// All component schemas in it.
    pub parts: BTreeSet<String>,
    /// `type`, or what it must be by the other keywords.
    pub kind: Option<String>,
    /// May it be null?
    pub nullable: bool,
    /// Keywords whose value is compared as it is: `format`, `pattern`, `default`, limits.
    pub facts: BTreeMap<&'static str, (Value, String)>,
    /// Values and their places.
    pub values: Option<Vec<(Value, String)>>,
    /// Properties.
    pub fields: BTreeMap<String, Node>,
    /// Required properties.
    pub required: BTreeSet<String>,
    /// `additionalProperties`
    pub rest: Rest,
    /// Elements of a list.
    pub items: Option<Node>,
    /// The schemas of `oneOf` or `anyOf`.
    pub choices: Vec<Node>,
    /// Name of the discriminating property.
    pub tag: Option<String>,
    /// Values of that property by component schema.
    pub mapping: BTreeMap<String, BTreeSet<String>>,
    /// Never sent by clients.
    pub read_only: bool,
    /// Never sent by the API.
    pub write_only: bool,
    /// On the way out.
    pub deprecated: bool,
    /// Text for people.
    pub description: String,
}

/// `additionalProperties`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// Anything.
    #[default]
    Open,
    /// Nothing.
    Closed,
    /// Values of this schema.
    Of(Node),
}

/// Keywords with a plain value.
const FACTS: [&str; 14] = [
    "format",
    "pattern",
    "default",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxProperties",
    "minProperties",
    "multipleOf",
];

/// Keywords that say nothing about values.
const PROSE: [&str; 7] = [
    "description",
    "title",
    "example",
    "examples",
    "externalDocs",
    "xml",
    "allOf",
];

impl Shape {
    /// Reads a node of a document.
    pub fn of(root: &Value, node: &Node) -> Self {
        let mut shape = Self::default();
        let mut seen = BTreeSet::new();
        for pointer in &node.0 {
            shape.take(root, pointer, &mut seen);
        }
        if let [only] = node.0.as_slice() {
            shape.name = named(root, only);
        }
        shape.infer();
        shape
    }

    fn take(&mut self, root: &Value, pointer: &str, seen: &mut BTreeSet<String>) {
        let pointer = follow(root, pointer);
        if !seen.insert(pointer.clone()) {
            return;
        }
        let Some(Value::Object(schema)) = root.pointer(&pointer) else {
            return;
        };
        if let Some(name) = component(&pointer)
            && pointer.matches('/').count() == 3
        {
            self.parts.insert(name);
        }
        let says = |key: &String| !PROSE.contains(&key.as_str()) && !key.starts_with("x-");
        if schema.keys().any(says) {
            self.leaves.push(pointer.clone());
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        match schema.get("type") {
            Some(Value::String(kind)) => self.kind = Some(kind.clone()),
            Some(Value::Array(kinds)) => {
                for kind in kinds.iter().filter_map(Value::as_str) {
                    match kind {
                        "null" => self.nullable = true,
                        kind => self.kind = Some(kind.to_owned()),
                    }
                }
            }
            _ => {}
        }
        self.nullable |= flag("nullable");
        self.read_only |= flag("readOnly");
        self.write_only |= flag("writeOnly");
        self.deprecated |= flag("deprecated");
        if self.description.is_empty() {
            self.description = text("description").unwrap_or_default().trim().to_owned();
        }
        // Upstream writes some patterns into `format`.
        let pattern = format_pattern(root.pointer(&pointer).unwrap_or(&Value::Null));
        for key in FACTS {
            let value = match (key, pattern) {
                ("format", Some(_)) => None,
                ("pattern", Some(_)) => schema.get("pattern").or(schema.get("format")),
                _ => schema.get(key),
            };
            if let Some(value) = value {
                let place = below(&pointer, key);
                match self.facts.get(key) {
                    Some((known, _)) if !tighter(key, value, known) => {}
                    _ => {
                        self.facts.insert(key, (value.clone(), place));
                    }
                }
            }
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            self.take_values(values, &below(&pointer, "enum"));
        }
        if let Some(Value::Object(fields)) = schema.get("properties") {
            let place = below(&pointer, "properties");
            for name in fields.keys() {
                let node = self.fields.entry(name.clone()).or_default();
                node.0.push(below(&place, name));
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        self.required.extend(required.map(str::to_owned));
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => self.rest = Rest::Closed,
            Some(Value::Object(rest)) if !rest.is_empty() && self.rest != Rest::Closed => {
                let place = below(&pointer, "additionalProperties");
                match &mut self.rest {
                    Rest::Of(node) => node.0.push(place),
                    rest => *rest = Rest::Of(Node::at(place)),
                }
            }
            _ => {}
        }
        if schema.contains_key("items") {
            let place = below(&pointer, "items");
            self.items.get_or_insert_default().0.push(place);
        }
        if let Some(discriminator) = schema.get("discriminator") {
            self.tag = discriminator["propertyName"].as_str().map(str::to_owned);
            for (value, target) in discriminator["mapping"].as_object().into_iter().flatten() {
                let target = target.as_str().unwrap_or_default();
                let name = target.rsplit('/').next().unwrap_or_default().to_owned();
                self.mapping.entry(name).or_default().insert(value.clone());
            }
        }
        for key in ["oneOf", "anyOf"] {
            let count = schema
                .get(key)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let place = below(&pointer, key);
            if count == 1 {
                self.take(root, &below(&place, "0"), seen);
            } else {
                let choices = (0..count).map(|index| Node::at(below(&place, &index.to_string())));
                self.choices.extend(choices);
            }
        }
        let all = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..all {
            self.take(root, &format!("{pointer}/allOf/{index}"), seen);
        }
    }

    fn take_values(&mut self, values: &[Value], place: &str) {
        let mut list: Vec<(Value, String)> = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if value.is_null() {
                self.nullable = true;
            } else {
                list.push((value.clone(), below(place, &index.to_string())));
            }
        }
        if let Some(known) = &self.values {
            list.retain(|(value, _)| known.iter().any(|(known, _)| known == value));
        }
        self.values = Some(list);
    }

    fn infer(&mut self) {
        self.leaves.sort();
        if self.kind.is_some() {
            return;
        }
        let first = self.values.as_ref().and_then(|values| values.first());
        let kind = if !self.fields.is_empty() || matches!(self.rest, Rest::Of(_)) {
            "object"
        } else if self.items.is_some() {
            "array"
        } else {
            match first.map(|(value, _)| value) {
                Some(Value::String(_)) => "string",
                Some(Value::Number(number)) if number.is_f64() => "number",
                Some(Value::Number(_)) => "integer",
                Some(Value::Bool(_)) => "boolean",
                _ => return,
            }
        };
        self.kind = Some(kind.to_owned());
    }
}

/// The component that a schema is, also where `allOf` of it alone adds a description.
fn named(root: &Value, pointer: &str) -> Option<String> {
    let pointer = follow(root, pointer);
    if pointer.matches('/').count() == 3
        && let Some(name) = component(&pointer)
    {
        return Some(name);
    }
    let schema = root.pointer(&pointer)?.as_object()?;
    let prose = schema
        .keys()
        .all(|key| PROSE.contains(&key.as_str()) || key.starts_with("x-"));
    let all = schema.get("allOf")?.as_array()?;
    if prose && all.len() == 1 {
        named(root, &format!("{pointer}/allOf/0"))
    } else {
        None
    }
}

/// Of two limits that hold together the tighter one counts; of other keywords the first.
fn tighter(key: &str, value: &Value, known: &Value) -> bool {
    let (Some(value), Some(known)) = (value.as_f64(), known.as_f64()) else {
        return false;
    };
    (key.starts_with("max") && value < known) || (key.starts_with("min") && value > known)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Node, Shape};

    #[test]
    fn all_of_and_one_piece_say_the_same() {
        let root = json!({"components": {"schemas": {
            "A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "B": {"description": "b", "allOf": [{"$ref": "#/components/schemas/A"}]},
            "C": {"allOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/C"},
                {"properties": {"a": {"maxLength": 3}, "b": {"enum": ["x", null]}}}]}
        }}});
        let of = |pointer: &str| Shape::of(&root, &Node::at(pointer));
        let b = of("/components/schemas/B");
        assert_eq!(b.leaves, of("/components/schemas/A").leaves);
        assert_eq!(b.description, "b");
        let c = of("/components/schemas/C");
        assert_eq!(c.fields.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert!(c.required.contains("a"));
        let a = Shape::of(&root, &c.fields["a"]);
        assert_eq!(a.kind.as_deref(), Some("string"));
        assert_eq!(a.facts["maxLength"].0, 3);
        let b = Shape::of(&root, &c.fields["b"]);
        assert!(b.nullable);
        assert_eq!(
            (b.kind.as_deref(), b.values.map(|values| values.len())),
            (Some("string"), Some(1))
        );
    }

    #[test]
    fn a_wrapper_with_a_description_is_the_component() {
        let root = json!({"components": {"schemas": {"A": {"type": "string"}}},
            "x": {"description": "text", "allOf": [{"$ref": "#/components/schemas/A"}]},
            "y": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/A"}]}});
        assert_eq!(Shape::of(&root, &Node::at("/x")).name.as_deref(), Some("A"));
        assert_eq!(Shape::of(&root, &Node::at("/y")).name, None);
    }
}
