//! `oneOf`, `anyOf` and `discriminator`: a choice becomes one kind of union, or the one type that can hold it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Flattener, PREFIX, any, is_free, is_object, only_required, reference, target_name, texts,
    variants,
};
use crate::finding::Rule;

impl<'a> Flattener<'a> {
    pub(super) fn discriminated(&self, base: &str, schema: &Value) -> Value {
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

    /// What stands beside a choice of objects is a part of each of them.
    pub(super) fn distribute(
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

    pub(super) fn one_of(
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
        let mut spliced = Vec::new();
        if schema["discriminator"].is_object() {
            spliced.extend(parts);
        } else {
            self.splice(parts, &mut spliced, &mut BTreeSet::new());
        }
        let parts: Vec<(usize, &Value)> = spliced
            .into_iter()
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
            let mut one = if reference(part).is_some() && !has_base {
                self.outlined(part, &place, stack)
            } else if reference(part).is_some() {
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
        let nullable = flat.iter().any(|part| part.get("x-null").is_some())
            || parts
                .iter()
                .any(|(_, part)| self.is_nullable(part, &mut BTreeSet::new()));
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
            self.object_union(pointer, schema, &kept, &names, &flat, has_base)
        } else if kept.iter().any(|index| is_object(&flat[*index])) {
            let (objects, others): (Vec<usize>, Vec<usize>) =
                kept.iter().partition(|index| is_object(&flat[**index]));
            if others.iter().any(|index| !is_free(&flat[*index])) {
                self.warn(
                    Rule::MixedUnion,
                    pointer,
                    "oneOf mixes objects with other kinds",
                    "What is none of the objects is kept as JSON",
                );
            }
            let mut union = self.object_union(pointer, schema, &objects, &names, &flat, has_base);
            if union["x-union"].is_object() {
                union["x-union"]["open"] = json!(true);
            }
            union
        } else {
            self.mixed(&kept, &flat, pointer, stack)
        };
        if nullable {
            out["nullable"] = json!(true);
        }
        out
    }

    /// A choice among choices is a choice among what all of them offer.
    fn splice<'v>(&self, parts: &'v [Value], out: &mut Vec<&'v Value>, seen: &mut BTreeSet<String>)
    where
        'a: 'v,
    {
        for part in parts {
            let named = reference(part).filter(|name| seen.insert((*name).to_owned()));
            let inner = match named {
                Some(name) => self.components.get(name),
                None => Some(part),
            };
            let choice = inner.and_then(Value::as_object).and_then(|inner| {
                let only = |key: &String| {
                    ["oneOf", "anyOf", "description", "title"].contains(&key.as_str())
                };
                let list = match (inner.get("oneOf"), inner.get("anyOf")) {
                    (Some(list), None) | (None, Some(list)) => list.as_array()?,
                    _ => return None,
                };
                inner.keys().all(only).then_some(list)
            });
            match choice {
                Some(list) => self.splice(list, out, seen),
                None if out.contains(&part) => {}
                None => out.push(part),
            }
        }
    }

    fn object_union(
        &mut self,
        pointer: &str,
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
        // What it has must then mean the same in all others: a value would be taken for one that it is not.
        let clashes = |index: usize| {
            let properties = |index: usize| flat[index]["properties"].as_object();
            kept.iter().filter(|other| **other != index).any(|other| {
                properties(index).into_iter().flatten().any(|(name, one)| {
                    let two = properties(*other).and_then(|other| other.get(name));
                    two.is_some_and(|two| clash(one, two))
                })
            })
        };
        let (unsure, general): (Vec<usize>, Vec<usize>) =
            general.into_iter().partition(|index| clashes(*index));
        if !unsure.is_empty() {
            self.warn(
                Rule::MixedUnion,
                pointer,
                "oneOf has objects that nothing tells apart",
                "Such a value is kept as JSON",
            );
        }
        if special.is_empty() && general.is_empty() {
            return any();
        }
        let special = special.into_iter().map(|index| variant(index, own(index)));
        let list: Vec<Value> = special
            .chain(
                general
                    .into_iter()
                    .map(|index| variant(index, keys(index).cloned().collect())),
            )
            .collect();
        json!({"x-union": {"variants": list, "open": !unsure.is_empty()}})
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
                    Rule::MixedUnion,
                    pointer,
                    "oneOf mixes kinds that share no Rust type",
                    "It is read as any JSON",
                );
                any()
            }
        }
    }
}

/// Could a value of one be none of the other?
fn clash(one: &Value, two: &Value) -> bool {
    let kind = |schema: &Value| (schema["type"].clone(), schema["$ref"].clone());
    let any = |schema: &Value| schema.get("x-any").is_some();
    if any(one) || any(two) {
        return false;
    }
    kind(one) != kind(two) || one["items"].is_object() && clash(&one["items"], &two["items"])
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
