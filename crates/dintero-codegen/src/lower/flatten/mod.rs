//! Schemas made simple: `allOf` merged, `oneOf`/`anyOf`/`discriminator` turned into one kind of union, everything else
//! reduced to objects, maps, lists and scalars. What comes out has these forms, each with its descriptive keys:
//!
//! `{$ref}`, `{type: object, properties, required}`, `{type: object, additionalProperties}`, `{type: array, items}`,
//! `{type: string|integer|number|boolean, ...}`, `{x-any}`, `{x-string-or-number}`, `{x-union: {tag?, variants}}`.

mod choices;
mod merge;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};

pub(super) const PREFIX: &str = "#/components/schemas/";
/// Keys that describe a node and stay with it whatever becomes of the rest.
const META: [&str; 12] = [
    "description",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
    "default",
    "x-evidence",
    "x-dintero-personal",
    "x-dintero-name",
    "x-dintero-one-or-many",
    "x-required-weak",
    "x-upstream-default",
];

/// Flattens the schemas of a document, and remembers what it had to give up.
pub struct Flattener<'a> {
    document: &'a Document,
    components: &'a Map<String, Value>,
    /// The tag and the variants of each component that is a discriminator's base.
    unions: BTreeMap<String, Value>,
    /// What references stand for, whole or as an outline; without it, schemas that refer to each other take for ever.
    expanded: BTreeMap<(String, bool), Value>,
    /// Is only the outline of objects wanted: the names of their properties, and the lists of values among them?
    outline: bool,
    /// How often a reference led back to what it is in.
    cuts: usize,
    /// What was read more loosely than written.
    pub findings: Vec<Finding>,
}

impl<'a> Flattener<'a> {
    /// Looks through all components for discriminators.
    pub fn new(document: &'a Document, components: &'a Map<String, Value>) -> Self {
        let mut flattener = Self {
            document,
            components,
            unions: BTreeMap::new(),
            expanded: BTreeMap::new(),
            outline: false,
            cuts: 0,
            findings: Vec::new(),
        };
        for (name, schema) in components {
            if schema["discriminator"].is_object()
                && schema["oneOf"].is_null()
                && schema["anyOf"].is_null()
            {
                let union = flattener.discriminated(name, schema);
                flattener.unions.insert(name.clone(), union);
            }
        }
        flattener
    }

    /// A component as it is when referred to.
    pub fn component(&mut self, name: &str) -> Value {
        match (
            self.unions.get(name).cloned(),
            self.components.get(name).cloned(),
        ) {
            (Some(mut union), Some(schema)) => {
                copy_meta(&schema, &mut union);
                union
            }
            (None, Some(schema)) => self.flatten(
                &schema,
                &format!("/components/schemas/{}", escape(name)),
                &mut Vec::new(),
            ),
            (_, None) => any(),
        }
    }

    /// A schema anywhere else.
    pub fn inline(&mut self, schema: &Value, pointer: &str) -> Value {
        self.flatten(schema, pointer, &mut Vec::new())
    }

    /// What a flattened schema is when no name stands between.
    pub fn whole(&mut self, schema: &Value) -> Value {
        let mut whole = schema.clone();
        for _ in 0..16 {
            let Some(name) = reference(&whole).map(str::to_owned) else {
                break;
            };
            whole = self.component(&name);
        }
        whole
    }

    /// Does it, or what it refers to, allow `null`?
    fn is_nullable(&self, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
        let target = reference(schema)
            .filter(|name| seen.insert((*name).to_owned()))
            .and_then(|name| self.components.get(name));
        let alone = schema["allOf"].as_array().filter(|parts| parts.len() == 1);
        let choices = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|key| schema[*key].as_array())
            .flatten();
        schema["nullable"] == true
            || schema["type"] == "null"
            || schema["enum"]
                .as_array()
                .is_some_and(|values| values.contains(&Value::Null))
            || target
                .into_iter()
                .chain(alone.into_iter().flatten())
                .chain(choices)
                .any(|part| self.is_nullable(part, seen))
    }

    fn flatten(&mut self, schema: &Value, pointer: &str, stack: &mut Vec<String>) -> Value {
        let Some(object) = schema.as_object() else {
            return any();
        };
        if let Some(name) = reference(schema) {
            if !self.components.contains_key(name) {
                return any();
            }
            let mut out = json!({"$ref": format!("{PREFIX}{name}")});
            copy_meta(schema, &mut out);
            if self.is_nullable(schema, &mut BTreeSet::new()) {
                out["nullable"] = json!(true);
            }
            return out;
        }
        let mut out = if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
            self.all_of(schema, parts, pointer, stack)
        } else if let Some((key, parts)) = ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| Some((*key, object.get(*key)?.as_array()?)))
        {
            self.one_of(schema, key, parts, pointer, stack)
        } else {
            self.plain(schema, pointer, stack)
        };
        if let Some(name) = out.as_object_mut().filter(|_| object.contains_key("allOf")) {
            name.remove("x-dintero-name");
        }
        with_meta(schema, out)
    }

    fn plain(&mut self, schema: &Value, pointer: &str, stack: &mut Vec<String>) -> Value {
        let kind = schema["type"].as_str().or_else(|| implied_type(schema));
        let kind = kind.map(|kind| match kind {
            "integer" if is_beyond_i64(schema) => "number",
            kind => kind,
        });
        match kind {
            Some("object") => {
                let properties = schema["properties"].as_object();
                if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
                    let mut out =
                        json!({"type": "object", "properties": {}, "required": schema["required"]});
                    if out["required"].as_array().is_none() {
                        out["required"] = json!([]);
                    }
                    for (name, property) in properties {
                        let below = format!("{pointer}/properties/{}", escape(name));
                        out["properties"][name] = if self.outline && is_compound(property) {
                            any()
                        } else {
                            self.flatten(property, &below, stack)
                        };
                    }
                    if schema["additionalProperties"].is_object() {
                        self.warn(
                            Rule::TypedExtraProperties,
                            pointer,
                            "has typed additional properties beside its own",
                            "They are kept as unknown fields",
                        );
                    }
                    if schema
                        .get("x-evidence-required")
                        .or(schema.get("x-required-evidence"))
                        .is_some()
                    {
                        out["x-required-weak"] = json!(true);
                    }
                    out
                } else if schema["additionalProperties"].is_object() && !self.outline {
                    let below = format!("{pointer}/additionalProperties");
                    let values = self.flatten(&schema["additionalProperties"], &below, stack);
                    json!({"type": "object", "additionalProperties": values})
                } else {
                    json!({"type": "object", "additionalProperties": any()})
                }
            }
            Some("array") => {
                let items = if self.outline && is_compound(&schema["items"]) {
                    any()
                } else {
                    self.flatten(&schema["items"], &format!("{pointer}/items"), stack)
                };
                let mut out = json!({"type": "array", "items": items});
                copy(schema, &mut out, &["minItems", "maxItems", "uniqueItems"]);
                out
            }
            Some(kind @ ("string" | "integer" | "number" | "boolean")) => {
                let mut out = json!({"type": kind});
                copy(
                    schema,
                    &mut out,
                    &[
                        "format",
                        "pattern",
                        "minLength",
                        "maxLength",
                        "minimum",
                        "maximum",
                        "exclusiveMinimum",
                        "exclusiveMaximum",
                    ],
                );
                let values = schema["enum"]
                    .as_array()
                    .map_or(&[] as &[Value], Vec::as_slice);
                let (null, mut values): (Vec<&Value>, Vec<&Value>) =
                    values.iter().partition(|value| value.is_null());
                if let Some(only) = schema.get("const").filter(|_| values.is_empty()) {
                    values.push(only);
                    out["x-const"] = only.clone();
                }
                if !null.is_empty() {
                    out["nullable"] = json!(true);
                }
                // Of other kinds there is no list that could be left open.
                let listed = match kind {
                    "string" => values
                        .iter()
                        .all(|value| !value.is_object() && !value.is_array()),
                    "integer" => values.iter().all(|value| value.is_i64()),
                    _ => false,
                };
                if listed && !values.is_empty() {
                    out["enum"] = json!(values);
                }
                out
            }
            _ => {
                let mut out = any();
                if schema["type"] == "null"
                    || schema["enum"]
                        .as_array()
                        .is_some_and(|values| values.contains(&Value::Null))
                {
                    out["nullable"] = json!(true);
                }
                out
            }
        }
    }

    /// Says what is read more loosely than written, once.
    pub fn warn(&mut self, rule: Rule, pointer: &str, problem: &str, help: &str) {
        let finding = self
            .document
            .finding(Level::Warning, pointer, problem, help)
            .with_rule(rule);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// The component a schema refers to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(PREFIX)
}

/// The texts of a list.
pub fn texts(list: &Value) -> impl Iterator<Item = String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
}

/// Says something about a schema and nothing about its shape.
fn only_describes(part: &Value) -> bool {
    let known = |key: &String| {
        META.contains(&key.as_str())
            || key.starts_with("x-")
            || ["title", "example", "examples", "externalDocs", "xml"].contains(&key.as_str())
    };
    part.as_object().is_some_and(|part| part.keys().all(known))
}

/// Alternatives of required fields say nothing about the shape.
fn only_required(part: &Value) -> bool {
    let known = |key: &String| ["required", "description", "title", "type"].contains(&key.as_str());
    part["required"].is_array() && part.as_object().is_some_and(|part| part.keys().all(known))
}

/// Is it made of other schemas?
fn is_compound(schema: &Value) -> bool {
    let keys = [
        "allOf",
        "oneOf",
        "anyOf",
        "properties",
        "additionalProperties",
    ];
    keys.iter().any(|key| schema.get(*key).is_some())
}

fn is_object(schema: &Value) -> bool {
    schema["type"] == "object" && schema["properties"].is_object()
}

/// Any JSON, or any object.
fn is_free(schema: &Value) -> bool {
    schema.get("x-any").is_some() || schema["additionalProperties"].get("x-any").is_some()
}

fn any() -> Value {
    json!({"x-any": true})
}

fn target_name(target: &Value) -> String {
    let target = target.as_str().unwrap_or_default();
    match target.strip_prefix(PREFIX) {
        Some(name) => name.replace("~1", "/").replace("~0", "~"),
        None => target.to_owned(),
    }
}

fn variants(values: BTreeMap<String, Vec<String>>) -> Vec<Value> {
    let variant =
        |(name, values)| json!({"schema": {"$ref": format!("{PREFIX}{name}")}, "values": values});
    values.into_iter().map(variant).collect()
}

fn implied_type(schema: &Value) -> Option<&'static str> {
    if schema["properties"].is_object() || schema["additionalProperties"].is_object() {
        Some("object")
    } else if schema["items"].is_object() {
        Some("array")
    } else {
        let listed = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|value| !value.is_null());
        let values: Vec<&Value> = listed.chain(schema.get("const")).collect();
        if values.is_empty() {
            None
        } else if values.iter().all(|value| value.is_string()) {
            Some("string")
        } else {
            values
                .iter()
                .all(|value| value.is_i64())
                .then_some("integer")
        }
    }
}

/// Has it integers that only a number of any size holds?
fn is_beyond_i64(schema: &Value) -> bool {
    let beyond = |value: &Value| {
        value.is_number()
            && !value.is_i64()
            && value.as_f64().is_none_or(|value| value.fract() == 0.0)
    };
    schema["format"] == "uint64"
        || schema["enum"]
            .as_array()
            .is_some_and(|values| values.iter().any(beyond))
}

fn copy(from: &Value, to: &mut Value, keys: &[&str]) {
    for key in keys {
        if let Some(value) = from.get(*key)
            && to.get(*key).is_none()
        {
            to[*key] = value.clone();
        }
    }
}

fn copy_meta(from: &Value, to: &mut Value) {
    copy(from, to, &META);
}

fn with_meta(from: &Value, mut to: Value) -> Value {
    for key in META {
        if let Some(value) = from.get(key) {
            to[key] = value.clone();
        }
    }
    to
}
