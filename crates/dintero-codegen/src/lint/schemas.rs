//! References and schemas, wherever they are.

use serde_json::{Value, json};

use super::{Action, Lint};
use crate::document::escape;
use crate::finding::Rule;
use crate::ir::Bound;
use crate::lower::{self, count, format_pattern, texts};

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
        for key in ["not", "if", "patternProperties", "propertyNames"] {
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
            let schemas = &self.root()["components"]["schemas"];
            let named = schemas.get(target).is_some();
            if !named && lower::target(self.root(), target).is_none() {
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
        const FLAGS: &str =
            "nullable readOnly writeOnly deprecated uniqueItems exclusiveMinimum exclusiveMaximum";
        const OTHER_OBJECTS: [&str; 5] = ["in", "content", "schema", "flows", "scheme"];
        let mut others = ["/x-", "/securitySchemes/"].iter();
        if others.any(|part| pointer.contains(part))
            || OTHER_OBJECTS.iter().any(|key| node.get(*key).is_some())
        {
            return;
        }
        for (key, value) in node.as_object().into_iter().flatten() {
            let bound = Bound::ALL.iter().find(|(_, keyword)| keyword == key);
            let unit = bound.map(|(bound, _)| bound.unit());
            let (fits, wanted) = match (unit, key.as_str()) {
                (Some(""), _) if value.is_number() => {
                    (key != "multipleOf" || value.as_f64() > Some(0.0), "above 0")
                }
                (_, key) if FLAGS.split(' ').any(|flag| flag == key) => {
                    (value.is_boolean(), "true or false")
                }
                (Some(""), _) => (false, "a number"),
                (Some(_), _) => (count(value).is_some(), "a whole number"),
                (_, "required") => (
                    texts(value).count() == value.as_array().map_or(usize::MAX, Vec::len),
                    "a list of names",
                ),
                (_, "pattern" | "format") => (value.is_string(), "a text"),
                (_, "type") => (
                    value.is_array() || TYPES.iter().any(|kind| value == kind),
                    "one of the six types of OpenAPI 3.0",
                ),
                _ => continue,
            };
            if !fits {
                self.warn(
                    Rule::MisusedKeyword,
                    pointer,
                    format!("has `{key}: {value}`, which must be {wanted}"),
                    "It is left out; correct it with an overlay action",
                    [],
                );
            }
        }
        const COMBINED: [&str; 3] = ["allOf", "oneOf", "anyOf"];
        let part = pointer.rsplit('/').nth(1).unwrap_or_default();
        let properties = node["properties"].as_object();
        // Another part of a combination may have what this one requires.
        let alone = !COMBINED.contains(&part) && COMBINED.iter().all(|key| node[*key].is_null());
        let Some(properties) = properties.filter(|_| alone) else {
            return;
        };
        for name in texts(&node["required"]).filter(|name| !properties.contains_key(name)) {
            self.warn(
                Rule::UndeclaredProperty,
                pointer,
                format!("requires {name}, which is none of its properties"),
                "It is not required of requests; declare it with an overlay action",
                [],
            );
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
