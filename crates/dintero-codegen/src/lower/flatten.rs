//! Schemas made simple: `allOf` merged, `oneOf`/`anyOf`/`discriminator` turned into one kind of union, everything else
//! reduced to objects, maps, lists and scalars. What comes out has these forms, each with its descriptive keys:
//!
//! `{$ref}`, `{type: object, properties, required}`, `{type: object, additionalProperties}`, `{type: array, items}`,
//! `{type: string|integer|number|boolean, ...}`, `{x-any}`, `{x-string-or-number}`, `{x-union: {tag?, variants}}`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Document, escape};
use crate::finding::{Finding, Level};

const PREFIX: &str = "#/components/schemas/";
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

    /// One schema that can hold a value of either: all fields of both, those required that both require.
    pub fn either(&mut self, one: Value, two: Value, pointer: &str) -> Value {
        let mut stack = Vec::new();
        let both: BTreeSet<String> = {
            let expanded = [
                self.expand(&one, pointer, &mut stack),
                self.expand(&two, pointer, &mut stack),
            ];
            let two: BTreeSet<String> = texts(&expanded[1]["required"]).collect();
            texts(&expanded[0]["required"])
                .filter(|name| two.contains(name))
                .collect()
        };
        let mut merged = self.merge(one, two, pointer, &mut stack);
        if merged["properties"].is_object() {
            merged["required"] = json!(both);
        }
        merged
    }

    fn discriminated(&self, base: &str, schema: &Value) -> Value {
        let tag = &schema["discriminator"]["propertyName"];
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            for (value, target) in mapping {
                values
                    .entry(target_name(target))
                    .or_default()
                    .push(value.clone());
            }
        } else {
            for (name, child) in self
                .components
                .iter()
                .filter(|(_, child)| self.descends(child, base, 0))
            {
                let value = child["x-discriminator-value"].as_str().unwrap_or(name);
                values
                    .entry(name.clone())
                    .or_default()
                    .push(value.to_owned());
            }
        }
        json!({"x-union": {"tag": tag, "variants": variants(values)}})
    }

    /// Is it built on another component, be it over several steps?
    fn descends(&self, child: &Value, base: &str, depth: usize) -> bool {
        let parents = child["allOf"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(reference);
        depth < 16
            && parents.into_iter().any(|parent| {
                parent == base
                    || self
                        .components
                        .get(parent)
                        .is_some_and(|parent| self.descends(parent, base, depth + 1))
            })
    }

    /// Does it, or what it refers to, allow `null`?
    fn is_nullable(&self, schema: &Value, depth: usize) -> bool {
        let target = reference(schema)
            .and_then(|name| self.components.get(name))
            .filter(|_| depth < 16);
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
                .any(|part| self.is_nullable(part, depth + 1))
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
            if self.is_nullable(schema, 0) {
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
                        out["properties"][name] = self.flatten(property, &below, stack);
                    }
                    if schema["additionalProperties"].is_object() {
                        self.warn(
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
                } else if schema["additionalProperties"].is_object() {
                    let below = format!("{pointer}/additionalProperties");
                    let values = self.flatten(&schema["additionalProperties"], &below, stack);
                    json!({"type": "object", "additionalProperties": values})
                } else {
                    json!({"type": "object", "additionalProperties": any()})
                }
            }
            Some("array") => {
                let items = self.flatten(&schema["items"], &format!("{pointer}/items"), stack);
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
            _ => any(),
        }
    }

    fn all_of(
        &mut self,
        schema: &Value,
        parts: &[Value],
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        let mut rest = schema.clone();
        if let Some(rest) = rest.as_object_mut() {
            rest.remove("allOf");
        }
        let choices = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|key| rest[*key].as_array())
            .flatten();
        let own = ["properties", "type", "required"]
            .iter()
            .any(|key| rest.get(*key).is_some())
            || choices.into_iter().any(|part| !only_required(part));
        // A lone reference with a description beside it keeps the name of its type.
        if let ([part], false) = (parts, own) {
            return self.flatten(part, &format!("{pointer}/allOf/0"), stack);
        }
        // What stands here describes the whole better than what is referred to, so it comes first.
        let mut ordered: Vec<(String, &Value)> = Vec::new();
        if own {
            ordered.push((pointer.to_owned(), &rest));
        }
        let place = |index: usize| format!("{pointer}/allOf/{index}");
        ordered.extend(
            parts
                .iter()
                .enumerate()
                .filter(|(_, part)| reference(part).is_none())
                .map(|(i, part)| (place(i), part)),
        );
        ordered.extend(
            parts
                .iter()
                .enumerate()
                .filter(|(_, part)| reference(part).is_some())
                .map(|(i, part)| (place(i), part)),
        );
        let mut merged: Option<Value> = None;
        for (place, part) in ordered {
            let flat = if reference(part).is_some() {
                self.expand(part, &place, stack)
            } else {
                self.flatten(part, &place, stack)
            };
            merged = Some(match merged {
                None => flat,
                Some(before) => self.merge(before, flat, &place, stack),
            });
        }
        let mut merged = merged.unwrap_or_else(any);
        // `required` beside `allOf` may name properties of any part.
        if merged["properties"].is_object() {
            let required: BTreeSet<String> = texts(&merged["required"])
                .chain(texts(&rest["required"]))
                .collect();
            merged["required"] = json!(required);
        }
        merged
    }

    /// What a reference stands for, the base of a discriminator being an ordinary object here.
    fn expand(&mut self, schema: &Value, pointer: &str, stack: &mut Vec<String>) -> Value {
        let Some(name) = reference(schema).map(str::to_owned) else {
            return schema.clone();
        };
        let Some(target) = self.components.get(&name).cloned() else {
            return any();
        };
        if stack.contains(&name) {
            self.warn(
                pointer,
                "allOf leads back to itself",
                "The recursion is cut here; refer to it from a property instead",
            );
            return any();
        }
        stack.push(name.clone());
        let flat = self.flatten(
            &target,
            &format!("/components/schemas/{}", escape(&name)),
            stack,
        );
        // A component may be nothing but a reference to another one.
        let flat = if reference(&flat).is_some() {
            self.expand(&flat, pointer, stack)
        } else {
            flat
        };
        stack.pop();
        flat
    }

    fn merge(&mut self, one: Value, two: Value, pointer: &str, stack: &mut Vec<String>) -> Value {
        if reference(&one).is_some() && reference(&one) == reference(&two) {
            return one;
        }
        let mut one = if reference(&one).is_some() {
            with_meta(&one, self.expand(&one, pointer, stack))
        } else {
            one
        };
        let mut two = if reference(&two).is_some() {
            with_meta(&two, self.expand(&two, pointer, stack))
        } else {
            two
        };
        if one
            .get("x-const")
            .is_some_and(|value| two.get("x-const").is_some_and(|other| value != other))
        {
            [&mut one, &mut two]
                .into_iter()
                .filter_map(Value::as_object_mut)
                .for_each(|object| drop(object.remove("x-const")));
        }
        if one.get("x-any").is_some() {
            return with_meta(&one, two);
        }
        if two.get("x-any").is_some() {
            copy_meta(&two, &mut one);
            return one;
        }
        copy_meta(&two, &mut one);
        if one["x-union"].is_object() && is_object(&two) {
            return self.distribute(one, &two, pointer, stack);
        }
        if two["x-union"].is_object() && is_object(&one) {
            let two = with_meta(&one, two);
            return self.distribute(two, &one, pointer, stack);
        }
        let kinds = (
            one["type"].as_str().map(str::to_owned),
            two["type"].as_str().map(str::to_owned),
        );
        match (kinds.0.as_deref(), kinds.1.as_deref()) {
            (Some("object"), Some("object")) => {
                match (one["properties"].is_object(), two["properties"].is_object()) {
                    (true, true) => {
                        for (name, property) in two["properties"].as_object().into_iter().flatten()
                        {
                            let below = format!("{pointer}/properties/{}", escape(name));
                            let merged = match one["properties"].get(name) {
                                Some(before) => {
                                    self.merge(before.clone(), property.clone(), &below, stack)
                                }
                                None => property.clone(),
                            };
                            one["properties"][name] = merged;
                        }
                        let required: BTreeSet<String> = texts(&one["required"])
                            .chain(texts(&two["required"]))
                            .collect();
                        one["required"] = json!(required);
                    }
                    (false, true) => return with_meta(&one, two),
                    (true, false) => {}
                    (false, false) => {
                        let below = format!("{pointer}/additionalProperties");
                        let (a, b) = (
                            one["additionalProperties"].clone(),
                            two["additionalProperties"].clone(),
                        );
                        one["additionalProperties"] = self.merge(a, b, &below, stack);
                    }
                }
                one
            }
            (Some("array"), Some("array")) => {
                one["items"] = self.merge(
                    one["items"].clone(),
                    two["items"].clone(),
                    &format!("{pointer}/items"),
                    stack,
                );
                copy(&two, &mut one, &["minItems", "maxItems", "uniqueItems"]);
                one
            }
            (Some(a), Some(b))
                if a == b || matches!((a, b), ("integer", "number") | ("number", "integer")) =>
            {
                if a != b {
                    one["type"] = json!("number");
                }
                if let (Some(_), Some(more)) = (one["enum"].as_array(), two["enum"].as_array()) {
                    for value in more {
                        if one["enum"]
                            .as_array()
                            .is_some_and(|values| !values.contains(value))
                        {
                            one["enum"]
                                .as_array_mut()
                                .into_iter()
                                .for_each(|values| values.push(value.clone()));
                        }
                    }
                }
                if let Some(two) = two.as_object() {
                    for (key, value) in two {
                        one.as_object_mut().into_iter().for_each(|one| {
                            one.entry(key).or_insert_with(|| value.clone());
                        });
                    }
                }
                one
            }
            _ if one == two => one,
            _ => {
                self.warn(
                    pointer,
                    "allOf gives one property two types",
                    "It is read as any JSON; pick one type with an overlay action",
                );
                let mut out = any();
                copy_meta(&one, &mut out);
                out
            }
        }
    }

    /// What stands beside a choice of objects is a part of each of them.
    fn distribute(
        &mut self,
        mut union: Value,
        object: &Value,
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        for variant in union["x-union"]["variants"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            let one = self.expand(&variant["schema"], pointer, stack);
            variant["schema"] = self.merge(one, object.clone(), pointer, stack);
            variant["schema"]
                .as_object_mut()
                .into_iter()
                .for_each(|schema| drop(schema.remove("x-dintero-name")));
        }
        union
    }

    fn one_of(
        &mut self,
        schema: &Value,
        key: &str,
        parts: &[Value],
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        let mut base = schema.clone();
        if let Some(base) = base.as_object_mut() {
            base.remove("oneOf");
            base.remove("anyOf");
            base.remove("discriminator");
        }
        let has_base = base["properties"]
            .as_object()
            .is_some_and(|properties| !properties.is_empty());
        let empty = |part: &Value| has_base && part.as_object().is_some_and(Map::is_empty);
        let parts: Vec<(usize, &Value)> = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| !only_required(part) && !empty(part))
            .collect();
        if parts.is_empty() {
            return self.flatten(&base, pointer, stack);
        }
        let mut names = Vec::new();
        let mut flat = Vec::new();
        for (index, part) in &parts {
            let place = format!("{pointer}/{key}/{index}");
            if part["type"] == "null" || part["enum"] == json!([null]) {
                names.push(None);
                flat.push(json!({"x-null": true}));
                continue;
            }
            names.push(reference(part).map(str::to_owned));
            let mut one = if reference(part).is_some() {
                self.expand(part, &place, stack)
            } else {
                self.flatten(part, &place, stack)
            };
            if has_base {
                let base = self.flatten(&base, pointer, stack);
                one = self.merge(one, base, &place, stack);
            }
            flat.push(one);
        }
        let nullable = flat.iter().any(|part| part.get("x-null").is_some());
        let kept: Vec<usize> = (0..flat.len())
            .filter(|index| flat[*index].get("x-null").is_none())
            .collect();
        // A choice with a tag is one that will grow.
        let tagged = schema["discriminator"]["propertyName"].is_string();
        let mut out = if let ([only], false) = (kept.as_slice(), tagged) {
            match &names[*only] {
                Some(name) if !has_base => json!({"$ref": format!("{PREFIX}{name}")}),
                _ => flat[*only].clone(),
            }
        } else if kept.iter().all(|index| is_object(&flat[*index])) {
            self.object_union(schema, &kept, &names, &flat, has_base)
        } else if kept.iter().any(|index| is_object(&flat[*index])) {
            let (objects, others): (Vec<usize>, Vec<usize>) =
                kept.iter().partition(|index| is_object(&flat[**index]));
            if others.iter().any(|index| !is_free(&flat[*index])) {
                self.warn(
                    pointer,
                    "oneOf mixes objects with other kinds",
                    "What is none of the objects is kept as JSON",
                );
            }
            let mut union = self.object_union(schema, &objects, &names, &flat, has_base);
            union["x-union"]["open"] = json!(true);
            union
        } else {
            self.mixed(&kept, &flat, pointer, stack)
        };
        if nullable {
            out["nullable"] = json!(true);
        }
        out
    }

    fn object_union(
        &self,
        schema: &Value,
        kept: &[usize],
        names: &[Option<String>],
        flat: &[Value],
        has_base: bool,
    ) -> Value {
        let variant = |index: usize, values: Vec<String>| match &names[index] {
            Some(name) if !has_base => {
                json!({"schema": {"$ref": format!("{PREFIX}{name}")}, "values": values})
            }
            _ => json!({"schema": flat[index], "values": values}),
        };
        if let Some(tag) = schema["discriminator"]["propertyName"].as_str() {
            let mapping = schema["discriminator"]["mapping"].as_object();
            let list: Vec<Value> = kept
                .iter()
                .map(|index| {
                    let name = names[*index].clone().unwrap_or_default();
                    let mut values: Vec<String> = mapping
                        .into_iter()
                        .flatten()
                        .filter(|(_, target)| target_name(target) == name)
                        .map(|(value, _)| value.clone())
                        .collect();
                    if values.is_empty() {
                        values = texts(&flat[*index]["properties"][tag]["enum"]).collect();
                    }
                    if values.is_empty() {
                        values.push(name);
                    }
                    variant(*index, values)
                })
                .collect();
            return json!({"x-union": {"tag": tag, "variants": list}});
        }
        if let Some(tag) = common_tag(kept.iter().map(|index| &flat[*index])) {
            let list: Vec<Value> = kept
                .iter()
                .map(|index| {
                    variant(
                        *index,
                        texts(&flat[*index]["properties"][&tag]["enum"]).collect(),
                    )
                })
                .collect();
            return json!({"x-union": {"tag": tag, "variants": list}});
        }
        let keys = |index: usize| {
            flat[index]["properties"]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
        };
        let own = |index: usize| -> Vec<String> {
            let others: BTreeSet<&String> = kept
                .iter()
                .filter(|other| **other != index)
                .flat_map(|other| keys(*other))
                .collect();
            keys(index)
                .filter(|key| !others.contains(key))
                .cloned()
                .collect()
        };
        // One that has nothing of its own is looked for last, by whatever it has.
        let (special, general): (Vec<usize>, Vec<usize>) =
            kept.iter().partition(|index| !own(**index).is_empty());
        let special = special.into_iter().map(|index| variant(index, own(index)));
        let list: Vec<Value> = special
            .chain(
                general
                    .into_iter()
                    .map(|index| variant(index, keys(index).cloned().collect())),
            )
            .collect();
        json!({"x-union": {"variants": list}})
    }

    fn mixed(
        &mut self,
        kept: &[usize],
        flat: &[Value],
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        let kinds: BTreeSet<&str> = kept
            .iter()
            .map(|index| flat[*index]["type"].as_str().unwrap_or("any"))
            .collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        match kinds.as_slice() {
            ["string"] => {
                // A list of values beside free text is what every list of values is here: open.
                let mut out = json!({"type": "string"});
                let values: BTreeSet<String> = kept
                    .iter()
                    .flat_map(|index| texts(&flat[*index]["enum"]))
                    .collect();
                if !values.is_empty() {
                    out["enum"] = json!(values);
                }
                out
            }
            ["number"] | ["integer", "number"] => json!({"type": "number"}),
            ["integer"] => json!({"type": "integer"}),
            ["boolean"] => json!({"type": "boolean"}),
            ["number", "string"] | ["integer", "string"] | ["integer", "number", "string"] => {
                json!({"x-string-or-number": true})
            }
            ["array"] => {
                let mut list = kept.iter().map(|index| flat[*index].clone());
                let first = list.next().unwrap_or_else(any);
                list.fold(first, |one, two| self.merge(one, two, pointer, stack))
            }
            ["array", "string"] => {
                let list = kept
                    .iter()
                    .map(|index| &flat[*index])
                    .find(|part| part["type"] == "array");
                let mut out = list.cloned().unwrap_or_else(any);
                out["x-dintero-one-or-many"] = json!(true);
                out
            }
            _ => {
                self.warn(
                    pointer,
                    "oneOf mixes kinds that share no Rust type",
                    "It is read as any JSON",
                );
                any()
            }
        }
    }

    fn warn(&mut self, pointer: &str, construct: &str, remedy: &str) {
        let finding = self
            .document
            .finding(Level::Warning, pointer, construct, remedy);
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

/// Alternatives of required fields say nothing about the shape.
fn only_required(part: &Value) -> bool {
    let known = |key: &String| ["required", "description", "title", "type"].contains(&key.as_str());
    part["required"].is_array() && part.as_object().is_some_and(|part| part.keys().all(known))
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
    target.strip_prefix(PREFIX).unwrap_or(target).to_owned()
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

/// A field that each of several objects gives other values.
fn common_tag<'v>(objects: impl Iterator<Item = &'v Value>) -> Option<String> {
    let objects: Vec<&Value> = objects.collect();
    if objects.len() < 2 {
        return None;
    }
    let candidates = objects.first()?["properties"].as_object()?.keys();
    candidates
        .filter(|name| {
            let mut seen = BTreeSet::new();
            objects.iter().all(|object| {
                let mut values = texts(&object["properties"][*name]["enum"]).peekable();
                values.peek().is_some() && values.all(|value| seen.insert(value))
            })
        })
        .min()
        .cloned()
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
