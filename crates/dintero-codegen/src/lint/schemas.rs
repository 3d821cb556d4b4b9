//! References and schemas, wherever they are.

use serde_json::{Value, json};

use super::{Action, Lint};
use crate::document::escape;
use crate::finding::Rule;
use crate::lower::{self, format_pattern, whole};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

impl Lint<'_> {
    pub(super) fn schema(&mut self, node: &Value, pointer: &str) {
        if let Some(target) = node["$ref"].as_str() {
            self.reference(target, pointer);
        }
        if let Some(types) = node["type"].as_array() {
            self.error(
                Rule::TypeList,
                pointer,
                "has a list of types, which is OpenAPI 3.1",
                "Write one type, with nullable: true for null",
                self.one_type(types, pointer),
            );
        }
        self.patterns(node, pointer);
        self.values(node, pointer);
        if let (Some(values), Some(default)) = (node["enum"].as_array(), node.get("default"))
            && !values.contains(default)
        {
            let why = "The default is none of the values";
            self.warn(
                Rule::UnlistedDefault,
                pointer,
                format!("the default {default} is none of the values"),
                "It is kept in the documentation only",
                [self.remove(&format!("{pointer}/default"), why)],
            );
        }
        for key in ["not", "if", "patternProperties"] {
            if node.get(key).is_some_and(Value::is_object) {
                let why = format!("No Rust type could hold what `{key}` says");
                self.warn(
                    Rule::UnsupportedKeyword,
                    pointer,
                    format!("uses `{key}`, which says nothing a Rust type could hold"),
                    "It is left out",
                    [self.remove(&format!("{pointer}/{key}"), why)],
                );
            }
        }
        for (value, target) in node["discriminator"]["mapping"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let target = target.as_str().unwrap_or_default();
            let inner = target
                .strip_prefix('#')
                .map_or_else(|| format!("/components/schemas/{target}"), str::to_owned);
            if self.root().pointer(&inner).is_none() {
                let place = format!("{pointer}/discriminator/mapping/{}", escape(value));
                self.error(
                    Rule::MissingMapping,
                    pointer,
                    format!("the discriminator maps {value} to {target}, which does not exist"),
                    "Add it, or fix the mapping",
                    [self.remove(&place, format!("{target} does not exist"))],
                );
            }
        }
    }

    /// Reports keywords of schemas whose value is none that they can have, which would be left out without a word.
    fn values(&mut self, node: &Value, pointer: &str) {
        const OTHER_OBJECTS: [&str; 5] = ["in", "content", "schema", "flows", "scheme"];
        let mut others = ["/x-", "/securitySchemes/"].iter();
        if others.any(|part| pointer.contains(part))
            || OTHER_OBJECTS.iter().any(|key| node.get(*key).is_some())
        {
            return;
        }
        let is_name = |name: &Value| name.is_string();
        for (key, value) in node.as_object().into_iter().flatten() {
            let (fits, wanted) = match key.as_str() {
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
                | "maxProperties" => (whole(value).is_some(), "a whole number"),
                "minimum" | "maximum" => (value.is_number(), "a number"),
                "multipleOf" => (
                    value.as_f64().is_some_and(|of| of > 0.0),
                    "a number above 0",
                ),
                "exclusiveMinimum" | "exclusiveMaximum" if value.is_number() => continue,
                "exclusiveMinimum" | "exclusiveMaximum" | "nullable" | "readOnly" | "writeOnly"
                | "deprecated" | "uniqueItems" => (value.is_boolean(), "true or false"),
                "required" => (
                    value
                        .as_array()
                        .is_some_and(|names| names.iter().all(is_name)),
                    "a list of names",
                ),
                "pattern" | "format" => (value.is_string(), "a text"),
                "type" => (
                    value.is_array() || TYPES.iter().any(|kind| value == kind),
                    "one of the six types of OpenAPI 3.0",
                ),
                _ => continue,
            };
            if !fits {
                let number = value
                    .as_str()
                    .and_then(|text| text.parse::<serde_json::Number>().ok());
                let number = number.filter(|_| wanted.contains("number"));
                let update = number.map(|number| {
                    let why = format!("The document writes `{key}` as a text");
                    Action::update(self.root(), pointer, why, json!({ key: number }))
                });
                self.warn(
                    Rule::MisusedKeyword,
                    pointer,
                    format!("has `{key}: {value}`, which must be {wanted}"),
                    "It is left out; correct it with an overlay action",
                    update,
                );
            }
        }
        let combined = ["allOf", "oneOf", "anyOf"]
            .iter()
            .any(|key| node.get(*key).is_some());
        let part = pointer.rsplit('/').nth(1);
        if combined || part.is_some_and(|part| ["allOf", "oneOf", "anyOf"].contains(&part)) {
            // Another part may have it.
            return;
        }
        let names = node["required"].as_array().into_iter().flatten();
        for name in names.filter_map(Value::as_str) {
            let properties = node["properties"].as_object();
            if properties.is_some_and(|properties| !properties.contains_key(name)) {
                let property = json!({"properties": {name: {}}});
                let why = "It is required; what it holds is not known";
                self.warn(
                    Rule::UndeclaredProperty,
                    pointer,
                    format!("requires {name}, which is none of its properties"),
                    "It is not required of requests; declare it with an overlay action",
                    [Action::update(self.root(), pointer, why, property)],
                );
            }
        }
    }

    fn reference(&mut self, target: &str, pointer: &str) {
        match target.strip_prefix('#') {
            None => self.error(
                Rule::ExternalReference,
                pointer,
                format!("refers to {target}, outside of the document"),
                "Copy it in below components",
                [],
            ),
            Some(inner) if lower::target(self.root(), target).is_none() => {
                let missing = inner
                    .strip_prefix("/components/schemas/")
                    .filter(|name| !name.contains(['/', '~']));
                // An overlay can stand in for a schema, not for what only its author knows.
                let actions = missing.map(|name| {
                    Action::update(
                        self.root(),
                        "",
                        format!("The document refers to {name} and lacks it; read as any JSON"),
                        json!({"components": {"schemas": {name: {}}}}),
                    )
                });
                self.error(
                    Rule::MissingReference,
                    pointer,
                    format!("refers to {target}, which does not exist"),
                    "Add it, or fix the reference",
                    actions,
                );
            }
            Some(inner)
                if inner.starts_with("/components/schemas/") && inner.matches('/').count() > 3 =>
            {
                self.error(
                    Rule::PartialReference,
                    pointer,
                    format!("refers to a part of a schema, {target}"),
                    "Make that part a component and refer to it",
                    [],
                );
            }
            Some(_) => {}
        }
    }

    fn patterns(&mut self, node: &Value, pointer: &str) {
        if let Some(pattern) = format_pattern(node) {
            let why = "A regular expression is a pattern, no format";
            let update = json!({"pattern": pattern});
            self.warn(
                Rule::PatternAsFormat,
                pointer,
                format!("has the pattern {pattern} as its format"),
                "It is used as a pattern; move it there in an overlay",
                [
                    Action::update(self.root(), pointer, why, update),
                    self.remove(&format!("{pointer}/format"), why),
                ],
            );
        }
        if let Some(pattern) = node["pattern"].as_str()
            && let Err(error) = regress::Regex::new(pattern)
        {
            let why = "It is no ECMAScript pattern";
            self.warn(
                Rule::InvalidPattern,
                pointer,
                format!("the pattern {pattern} is no ECMAScript pattern ({error})"),
                "It is not checked; fix it in an overlay",
                [self.remove(&format!("{pointer}/pattern"), why)],
            );
        }
    }

    /// Returns the actions that make one type of a list of a type and null.
    fn one_type(&self, types: &[Value], pointer: &str) -> Vec<Option<Action>> {
        let (nulls, others): (Vec<_>, Vec<_>) = types.iter().partition(|kind| *kind == "null");
        let [kind] = others.as_slice() else {
            return Vec::new();
        };
        let mut update = json!({"type": kind});
        if !nulls.is_empty() {
            update["nullable"] = Value::Bool(true);
        }
        let why = "OpenAPI 3.0 knows one type, and nullable";
        vec![
            self.remove(&format!("{pointer}/type"), why),
            Action::update(self.root(), pointer, why, update),
        ]
    }

    pub(super) fn remove(&self, pointer: &str, why: impl Into<String>) -> Option<Action> {
        Action::remove(self.root(), pointer, why)
    }
}
