//! References and schemas, wherever they are.

use serde_json::{Value, json};

use super::{Action, Lint};
use crate::document::{elements, escape, members};
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
            let problem = "has a list of types, which is OpenAPI 3.1";
            let help = "Write one type, with nullable: true for null";
            let actions = self.one_type(types, pointer);
            self.error(Rule::TypeList, pointer, problem, help, actions);
        }
        self.patterns(node, pointer);
        self.values(node, pointer);
        if let (Some(values), Some(default)) = (node["enum"].as_array(), node.get("default"))
            && !values.contains(default)
        {
            let problem = format!("the default {default} is none of the values");
            let help = "It is kept in the documentation only";
            let why = "The default is none of the values";
            let action = self.remove(&format!("{pointer}/default"), why);
            self.warn(Rule::UnlistedDefault, pointer, problem, help, [action]);
        }
        for key in ["not", "if", "patternProperties", "propertyNames"] {
            if node[key].is_object() {
                let problem = format!("uses `{key}`, which says nothing a Rust type could hold");
                let why = format!("No Rust type could hold what `{key}` says");
                let action = [self.remove(&format!("{pointer}/{key}"), why)];
                self.warn(
                    Rule::UnsupportedKeyword,
                    pointer,
                    problem,
                    "It is left out",
                    action,
                );
            }
        }
        for (value, target) in members(&node["discriminator"]["mapping"]) {
            let target = target.as_str().unwrap_or_default();
            let named = self.root()["components"]["schemas"].get(target).is_some();
            if !named && lower::target(self.root(), target).is_none() {
                let place = format!("{pointer}/discriminator/mapping/{}", escape(value));
                let missing = format!("{target}, which does not exist");
                let problem = format!("the discriminator maps {value} to {missing}");
                let help = "Add it, or fix the mapping";
                let action = self.remove(&place, format!("{target} does not exist"));
                self.error(Rule::MissingMapping, pointer, problem, help, [action]);
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
        for (key, value) in members(node) {
            let bound = Bound::ALL.iter().find(|(_, keyword, _)| keyword == key);
            let unit = bound.map(|(_, _, unit)| *unit);
            let (fits, wanted) = match (unit, key.as_str()) {
                (Some(""), _) if value.is_number() => {
                    (key != "multipleOf" || value.as_f64() > Some(0.0), "above 0")
                }
                (_, key) if FLAGS.split(' ').any(|flag| flag == key) => {
                    (value.is_boolean(), "true or false")
                }
                (Some(""), _) => (false, "a number"),
                (Some(_), _) => (count(value).is_some(), "a whole number"),
                (_, "required") => {
                    let names = value.is_array() && elements(value).all(Value::is_string);
                    (names, "a list of names")
                }
                (_, "pattern" | "format") => (value.is_string(), "a text"),
                (_, "type") => {
                    let known = value.is_array() || TYPES.iter().any(|kind| value == kind);
                    (known, "one of the six types of OpenAPI 3.0")
                }
                _ => continue,
            };
            if !fits {
                let problem = format!("has `{key}: {value}`, which must be {wanted}");
                let help = "It is left out; correct it with an overlay action";
                self.warn(Rule::MisusedKeyword, pointer, problem, help, []);
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
            let problem = format!("requires {name}, which is none of its properties");
            let help = "It is not required of requests; declare it with an overlay action";
            self.warn(Rule::UndeclaredProperty, pointer, problem, help, []);
        }
    }

    fn reference(&mut self, target: &str, pointer: &str) {
        let name = target.strip_prefix("#/components/schemas/");
        if !target.starts_with('#') {
            let problem = format!("refers to {target}, outside of the document");
            let help = "Copy it in below components";
            self.error(Rule::ExternalReference, pointer, problem, help, []);
        } else if lower::target(self.root(), target).is_none() {
            // An overlay can stand in for a schema, not for what only its author knows.
            let missing = name.filter(|name| !name.contains(['/', '~']));
            let action = missing.map(|name| {
                let why = format!("The document refers to {name} and lacks it; read as any JSON");
                let update = json!({"components": {"schemas": {name: {}}}});
                Action::update(self.root(), "", why, update)
            });
            let problem = format!("refers to {target}, which does not exist");
            let help = "Add it, or fix the reference";
            self.error(Rule::MissingReference, pointer, problem, help, action);
        } else if name.is_some_and(|name| name.contains('/')) {
            let problem = format!("refers to a part of a schema, {target}");
            let help = "Make that part a component and refer to it";
            self.error(Rule::PartialReference, pointer, problem, help, []);
        }
    }

    fn patterns(&mut self, node: &Value, pointer: &str) {
        if let Some(pattern) = format_pattern(node) {
            let problem = format!("has the pattern {pattern} as its format");
            let help = "It is used as a pattern; move it there in an overlay";
            let why = "A regular expression is a pattern, no format";
            let update = Action::update(self.root(), pointer, why, json!({"pattern": pattern}));
            let actions = [update, self.remove(&format!("{pointer}/format"), why)];
            self.warn(Rule::PatternAsFormat, pointer, problem, help, actions);
        }
        if let Some(pattern) = node["pattern"].as_str()
            && let Err(error) = regress::Regex::new(pattern)
        {
            let problem = format!("the pattern {pattern} is no ECMAScript pattern ({error})");
            let help = "It is not checked; fix it in an overlay";
            let why = "It is no ECMAScript pattern";
            let action = self.remove(&format!("{pointer}/pattern"), why);
            self.warn(Rule::InvalidPattern, pointer, problem, help, [action]);
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
