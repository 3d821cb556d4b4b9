//! Keywords of schemas.

use serde_json::{Value, json};

use super::{Action, Lint};
use crate::document::{elements, escape, members};
use crate::finding::Rule;
use crate::ir::Bound;
use crate::lower::{self, count, format_pattern, text, texts};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

impl Lint<'_> {
    pub(super) fn schema(&mut self, node: &Value, pointer: &str) {
        if let Some(types) = node["type"].as_array() {
            let problem = "has a list of types, which is OpenAPI 3.1";
            let actions = self.one_type(types, pointer);
            self.report(Rule::TypeList, pointer, problem, actions);
        }
        self.patterns(node, pointer);
        self.values(node, pointer);
        if let (Some(values), Some(default)) = (node["enum"].as_array(), node.get("default"))
            && !values.contains(default)
        {
            let problem = format!("the default {default} is none of the values");
            let why = "The default is none of the values";
            let action = self.remove(&format!("{pointer}/default"), why);
            self.report(Rule::UnlistedDefault, pointer, problem, [action]);
        }
        for key in ["not", "if", "patternProperties", "propertyNames"] {
            if node[key].is_object() {
                let problem = format!("uses `{key}`, which says nothing a Rust type could hold");
                let why = format!("No Rust type could hold what `{key}` says");
                let action = self.remove(&format!("{pointer}/{key}"), why);
                self.report(Rule::UnsupportedKeyword, pointer, problem, [action]);
            }
        }
        for (value, target) in members(&node["discriminator"]["mapping"]) {
            let target = text(target);
            let named = self.root()["components"]["schemas"].get(&target).is_some();
            if !named && lower::target(self.root(), &target).is_none() {
                let place = format!("{pointer}/discriminator/mapping/{}", escape(value));
                let missing = format!("{target}, which does not exist");
                let problem = format!("the discriminator maps {value} to {missing}");
                let action = self.remove(&place, format!("{target} does not exist"));
                self.report(Rule::MissingMapping, pointer, problem, [action]);
            }
        }
    }

    /// Reports keywords whose value is none that they can have, which would be left out without a word.
    fn values(&mut self, node: &Value, pointer: &str) {
        const FLAGS: &str =
            "nullable readOnly writeOnly deprecated uniqueItems exclusiveMinimum exclusiveMaximum";
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
                (_, "enum") => (value.is_array(), "a list"),
                (_, "discriminator") => {
                    let named = value["propertyName"].is_string();
                    (named, "an object with `propertyName`")
                }
                (_, "pattern" | "format") => (value.is_string(), "a text"),
                (_, "type") => {
                    let known = value.is_array() || TYPES.iter().any(|kind| value == kind);
                    (known, "one of the six types of OpenAPI 3.0")
                }
                _ => continue,
            };
            if !fits {
                self.misused(key, value, wanted, pointer);
            }
        }
        const COMBINED: [&str; 3] = ["allOf", "oneOf", "anyOf"];
        let properties = node["properties"].as_object();
        // Another part of a combination may have what this one requires.
        let combined = |key: &&str| node[*key].is_array() || pointer.contains(&format!("/{key}/"));
        let alone = !COMBINED.iter().any(combined);
        let Some(properties) = properties.filter(|_| alone) else {
            return;
        };
        for name in texts(&node["required"]).filter(|name| !properties.contains_key(name)) {
            let problem = format!("requires {name}, which is none of its properties");
            self.report(Rule::UndeclaredProperty, pointer, problem, []);
        }
    }

    fn patterns(&mut self, node: &Value, pointer: &str) {
        if let Some(pattern) = format_pattern(node) {
            let problem = format!("has the pattern {pattern} as its format");
            let why = "A regular expression is a pattern, no format";
            let update = Action::update(self.root(), pointer, why, json!({"pattern": pattern}));
            let actions = [update, self.remove(&format!("{pointer}/format"), why)];
            self.report(Rule::PatternAsFormat, pointer, problem, actions);
        }
        if let Some(pattern) = node["pattern"].as_str()
            && let Err(error) = regress::Regex::new(pattern)
        {
            let problem = format!("the pattern {pattern} is no ECMAScript pattern ({error})");
            let why = "It is no ECMAScript pattern";
            let action = self.remove(&format!("{pointer}/pattern"), why);
            self.report(Rule::InvalidPattern, pointer, problem, [action]);
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
}
