//! `oneOf`, `anyOf` and `discriminator`: a choice becomes one kind of union, or the one type that can hold it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Flattener;
use super::unions::{Choice, by_common_tag, by_discriminator, kind};
use crate::finding::Rule;
use crate::ir::{Enum, Kind, Meta, Object, Scalar, Schema, Union, Variant};
use crate::lower::keywords::{mapped, only_requires, reference};

impl<'a> Flattener<'a> {
    /// Returns the union of the components that are built on the base of a discriminator.
    pub(super) fn discriminated(&self, base: &str, schema: &Value) -> Union {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            for (value, target) in mapping {
                let values = values.entry(mapped(target)).or_default();
                values.push(value.clone());
            }
        } else {
            for (name, child) in self.components {
                if self.descends(child, base, 0) {
                    let value = child["x-discriminator-value"].as_str().unwrap_or(name);
                    values.insert(name.clone(), vec![value.to_owned()]);
                }
            }
        }
        let variants = values.into_iter().map(|(name, values)| Variant {
            schema: Schema::reference(name),
            values,
        });
        Union {
            tag: tag(schema),
            open: false,
            variants: variants.collect(),
        }
    }

    /// Returns `true` if a schema extends the component `base`, directly or through others.
    fn descends(&self, child: &Value, base: &str, depth: usize) -> bool {
        let parents = child["allOf"].as_array().into_iter().flatten();
        depth < 16
            && parents.filter_map(reference).any(|name| {
                let parent = self.components.get(&name);
                name == base || parent.is_some_and(|parent| self.descends(parent, base, depth + 1))
            })
    }

    /// Returns the union with what stands beside it as a part of each of its objects.
    pub(super) fn distribute(
        &mut self,
        mut union: Union,
        (object, meta): (Object, Meta),
        pointer: &str,
    ) -> Union {
        let object = Schema {
            meta,
            ..Schema::new(Kind::Object(object))
        };
        for variant in &mut union.variants {
            let one = self.expanded(variant.schema.clone(), pointer);
            variant.schema = self.merge(one, object.clone(), pointer);
            variant.schema.meta.rust_name = None;
        }
        union
    }

    pub(super) fn one_of(
        &mut self,
        schema: &Value,
        key: &str,
        parts: &[Value],
        pointer: &str,
    ) -> Schema {
        let mut base = schema.clone();
        if let Some(base) = base.as_object_mut() {
            base.retain(|key, _| !["oneOf", "anyOf", "discriminator"].contains(&key.as_str()));
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
            .filter(|(_, part)| !only_requires(part) && !empty(part))
            .collect();
        if parts.is_empty() {
            return self.flatten(&base, pointer);
        }
        let mut choices = Vec::new();
        let mut nullable = false;
        for (index, part) in parts {
            nullable |= self.is_nullable(part, &mut BTreeSet::new());
            if !is_null(part) {
                let base = has_base.then_some((&base, pointer));
                choices.push(self.choice(part, &format!("{pointer}/{key}/{index}"), base));
            }
        }
        let mut out = self.union_of(schema, choices, pointer);
        if nullable {
            out.meta.nullable = Some(true);
        }
        out
    }

    fn choice(&mut self, part: &Value, place: &str, base: Option<(&Value, &str)>) -> Choice {
        let name = reference(part);
        let mut flat = match &name {
            Some(name) if base.is_none() => self.outlined(name, place),
            Some(name) => self.expand(name, place),
            None => self.flatten(part, place),
        };
        if let Some((base, pointer)) = base {
            let base = self.flatten(base, pointer);
            flat = self.merge(flat, base, place);
        }
        let held = match &name {
            Some(name) if base.is_none() => Schema::reference(name),
            _ => flat.clone(),
        };
        Choice { name, flat, held }
    }

    fn union_of(&mut self, schema: &Value, mut choices: Vec<Choice>, pointer: &str) -> Schema {
        if choices.is_empty() {
            return Schema::default();
        }
        // A choice with a tag is one that will grow.
        if choices.len() == 1 && tag(schema).is_none() {
            return choices.remove(0).held;
        }
        if !choices
            .iter()
            .any(|choice| choice.flat.as_object().is_some())
        {
            return self.without_objects(choices, pointer);
        }
        let (objects, others): (Vec<_>, Vec<_>) = choices
            .into_iter()
            .partition(|choice| choice.flat.as_object().is_some());
        let free = |choice: &Choice| match &choice.flat.kind {
            Kind::Any => true,
            Kind::Map(values) => values.kind == Kind::Any,
            _ => false,
        };
        if !others.iter().all(free) {
            self.warn(
                Rule::MixedUnion,
                pointer,
                "oneOf mixes objects with other kinds",
                "What is none of the objects is kept as JSON",
            );
        }
        let mut union = match tag(schema) {
            Some(tag) => by_discriminator(tag, &schema["discriminator"]["mapping"], &objects),
            None => {
                by_common_tag(&objects).unwrap_or_else(|| self.by_properties(&objects, pointer))
            }
        };
        if union.variants.is_empty() {
            return Schema::default();
        }
        union.open |= !others.is_empty();
        Schema::new(Kind::Union(union))
    }

    /// Collects the alternatives of a choice: a choice among choices is a choice among what all of them offer.
    fn splice<'v>(&self, parts: &'v [Value], out: &mut Vec<&'v Value>, seen: &mut BTreeSet<String>)
    where
        'a: 'v,
    {
        for part in parts {
            let named = reference(part).filter(|name| seen.insert(name.clone()));
            let inner = match named {
                Some(name) => self.components.get(&name),
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

    /// Returns the type that can hold a value of each kind.
    fn without_objects(&mut self, choices: Vec<Choice>, pointer: &str) -> Schema {
        let kinds: BTreeSet<&str> = choices.iter().map(|choice| kind(&choice.flat)).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let scalar = match kinds.as_slice() {
            ["string"] => {
                // Listed values beside free text are what every enum is here: open.
                let values = choices.iter().flat_map(|choice| match &choice.flat.kind {
                    Kind::Enum(listed) => listed.values.as_slice(),
                    _ => &[],
                });
                let values: BTreeSet<String> = values.cloned().collect();
                if !values.is_empty() {
                    return Schema::new(Kind::Enum(Enum {
                        integer: false,
                        values: values.into_iter().collect(),
                    }));
                }
                Scalar::String
            }
            ["number"] | ["integer", "number"] => Scalar::Number,
            ["integer"] => Scalar::Integer,
            ["boolean"] => Scalar::Boolean,
            ["number", "string"] | ["integer", "string"] | ["integer", "number", "string"] => {
                Scalar::StringOrNumber
            }
            ["array"] => {
                // A limit of one alternative is none of the others.
                let lists = choices.into_iter().map(|mut choice| {
                    choice.flat.visit_mut(&mut |schema| schema.limits.clear());
                    choice.flat
                });
                let merged = lists.reduce(|one, two| self.merge(one, two, pointer));
                return merged.unwrap_or_default();
            }
            ["array", "string"] => {
                let mut lists = choices.into_iter().map(|choice| choice.flat);
                let list = lists.find(|flat| matches!(flat.kind, Kind::List(_)));
                let mut list = list.unwrap_or_default();
                list.meta.one_or_many = Some(true);
                return list;
            }
            _ => {
                self.warn(
                    Rule::MixedUnion,
                    pointer,
                    "oneOf mixes kinds that share no Rust type",
                    "It is read as any JSON",
                );
                return Schema::default();
            }
        };
        Schema::new(Kind::Scalar(scalar))
    }
}

fn tag(schema: &Value) -> Option<String> {
    let tag = schema["discriminator"]["propertyName"].as_str();
    tag.map(str::to_owned)
}

fn is_null(part: &Value) -> bool {
    part["type"] == "null" || part["enum"] == Value::Array(vec![Value::Null])
}
