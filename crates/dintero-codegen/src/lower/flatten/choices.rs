//! `oneOf`, `anyOf` and `discriminator`: a choice becomes one kind of union, or the one type that can hold it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::merge::without_choice;
use super::unions::{Choice, kind};
use super::{Flattener, pointer_of};
use crate::document::{elements, members};
use crate::finding::Rule;
use crate::ir::{Enum, Kind, Meta, Object, Scalar, Schema, Union, Variant};
use crate::lower::keywords::{mapped, only_requires, reference};

impl<'a> Flattener<'a> {
    /// Returns the union of the components that are built on the base of a discriminator: those that the mapping names, and
    /// by their own names all others.
    pub(super) fn discriminated(&self, base: &str, schema: &Value) -> Union {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (value, target) in members(&schema["discriminator"]["mapping"]) {
            let mut name = mapped(target);
            for _ in 0..self.components.len() {
                let other = self.components.get(&name).and_then(reference);
                name = other.unwrap_or(name);
            }
            values.entry(name).or_default().push(value.clone());
        }
        for (name, child) in self.components {
            if !values.contains_key(name) && self.descends(child, base, 0) {
                let value = child["x-discriminator-value"].as_str().unwrap_or(name);
                values.insert(name.clone(), vec![value.to_owned()]);
            }
        }
        let variants = values.into_iter().map(|(name, values)| Variant {
            schema: Schema::reference(name),
            values,
            fields: Default::default(),
        });
        Union {
            tag: tag(schema),
            open: false,
            variants: variants.collect(),
        }
    }

    /// Returns the union that the base of a discriminator stands for; the base itself can be one of its kinds.
    pub(super) fn base_union(&mut self, base: &str, mut union: Union) -> Union {
        let pointer = pointer_of(base);
        for variant in std::mem::take(&mut union.variants) {
            let name = variant.schema.as_reference().unwrap_or_default().to_owned();
            let schema = match name == base {
                true => self.expand(base),
                false => variant.schema,
            };
            let kind = self.outlined(&name).kind;
            if matches!(kind, Kind::Object(_) | Kind::Union(_)) {
                union.variants.push(Variant { schema, ..variant });
            } else {
                union.open = true;
                let problem = format!("{name} is a kind of {base} and no object with properties");
                let help = "Such a value is kept as JSON";
                self.note(Rule::MixedUnion, &pointer, &problem, help);
            }
        }
        union
    }

    /// Returns `true` if a schema extends the component `base`, directly or through others.
    fn descends(&self, child: &Value, base: &str, depth: usize) -> bool {
        let mut parents = elements(&child["allOf"]).filter_map(reference);
        let extends = |parent: &Value| self.descends(parent, base, depth + 1);
        depth < 16
            && parents.any(|name| name == base || self.components.get(&name).is_some_and(extends))
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
            let one = self.expanded(variant.schema.clone());
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
        let base = without_choice(schema);
        let has_base = members(&base["properties"]).next().is_some();
        let empty = |part: &Value| has_base && *part == json!({});
        let mut spliced = Vec::new();
        if schema["discriminator"].is_object() {
            spliced.extend(parts);
        } else {
            self.splice(parts, &mut spliced, &mut BTreeSet::new());
        }
        let mut parts: Vec<(usize, &Value)> = spliced.into_iter().enumerate().collect();
        parts.retain(|(_, part)| !only_requires(part) && !empty(part));
        if parts.is_empty() {
            return self.flatten(&base, pointer);
        }
        let mut choices = Vec::new();
        let mut nullable = false;
        for (index, part) in parts {
            nullable |= self.is_nullable(part, &mut BTreeSet::new());
            // A choice among choices adds nothing to the one that it is in.
            let open = self.extenders(pointer);
            let names = self.names(part);
            let cut = |name: &String| {
                open.contains(&name.as_str())
                    && (self.is_choice(name) || self.unions.contains_key(name))
            };
            if names.iter().any(cut) {
                self.cuts += 1;
            } else if !is_null(part) {
                let base = has_base.then_some((&base, pointer));
                let before = self.cuts;
                let choice = self.choice(part, &format!("{pointer}/{key}/{index}"), base);
                if before == self.cuts || choice.flat.kind != Kind::Any {
                    choices.push(choice);
                }
            }
        }
        let mut out = self.union_of(schema, choices, pointer);
        if nullable {
            out.meta.nullable = Some(true);
        }
        out
    }

    fn choice(&mut self, part: &Value, place: &str, base: Option<(&Value, &str)>) -> Choice {
        let names = self.names(part);
        let union = names.iter().find_map(|name| self.unions.get(name).cloned());
        let (mut flat, mut held) = match (names.first(), union) {
            (Some(name), Some(union)) if base.is_none() => {
                (Schema::new(Kind::Union(union)), Schema::reference(name))
            }
            (Some(name), _) if base.is_none() => (self.outlined(name), Schema::reference(name)),
            (Some(name), _) => (self.expand(name), Schema::reference(name)),
            (None, _) => {
                let flat = self.flatten(part, place);
                (flat.clone(), flat)
            }
        };
        if let Some((base, pointer)) = base {
            let base = self.flatten(base, pointer);
            let merged = self.merge(flat.clone(), base, place);
            // A kind that is built on the base has everything of it already.
            if merged.kind != flat.kind {
                held = merged.clone();
            }
            flat = merged;
        }
        let mut objects = Vec::new();
        self.objects(&flat, &mut objects, &mut BTreeSet::new());
        Choice {
            names,
            flat,
            objects,
            held,
        }
    }

    /// Returns the component that a schema refers to, followed by those that stand for nothing but another one.
    pub(super) fn names(&self, part: &Value) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut next = self.stands_for(part);
        while let Some(name) = next.filter(|name| !names.contains(name)) {
            let inner = self.components.get(&name);
            let inner = inner.filter(|_| !self.kinds.contains(&name));
            next = inner.and_then(|inner| self.stands_for(inner));
            next = next.filter(|next| !self.offers(next, &[&name]));
            names.push(name);
        }
        names
    }

    /// Collects the objects that a value of a schema can be.
    fn objects(&mut self, flat: &Schema, objects: &mut Vec<Object>, seen: &mut BTreeSet<String>) {
        match &flat.kind {
            Kind::Object(object) => objects.push(object.clone()),
            Kind::Union(union) => {
                for variant in &union.variants {
                    let inner = match variant.schema.as_reference() {
                        Some(name) if !seen.insert(name.to_owned()) => continue,
                        Some(name) => self.outlined(name),
                        None => variant.schema.clone(),
                    };
                    self.objects(&inner, objects, seen);
                }
            }
            _ => {}
        }
    }

    fn union_of(&mut self, schema: &Value, mut choices: Vec<Choice>, pointer: &str) -> Schema {
        if choices.is_empty() {
            return Schema::default();
        }
        // A choice with a tag is one that will grow.
        if choices.len() == 1 && tag(schema).is_none() {
            return choices.remove(0).held;
        }
        let choices = choices.into_iter();
        let (objects, others): (Vec<_>, Vec<_>) =
            choices.partition(|choice| !choice.objects.is_empty());
        if objects.is_empty() {
            return self.without_objects(others, pointer);
        }
        let free = |choice: &Choice| match &choice.flat.kind {
            Kind::Any => true,
            Kind::Map(values) => values.kind == Kind::Any,
            _ => false,
        };
        if !others.iter().all(free) {
            let problem = "oneOf mixes objects with other kinds";
            let help = "What is none of the objects is kept as JSON";
            self.note(Rule::MixedUnion, pointer, problem, help);
        }
        let mapping = &schema["discriminator"]["mapping"];
        let mut union = self.union(tag(schema), mapping, &objects, pointer);
        union.open |= !others.is_empty();
        Schema::new(Kind::Union(union))
    }

    /// Collects the alternatives of a choice: a choice among choices is a choice among what all of them offer.
    fn splice<'v>(&self, parts: &'v [Value], out: &mut Vec<&'v Value>, seen: &mut BTreeSet<String>)
    where
        'a: 'v,
    {
        for part in parts {
            let inner = match reference(part) {
                Some(name) if !seen.insert(name.clone()) => continue,
                Some(name) => self.components.get(&name),
                None => Some(part),
            };
            let choice = inner.and_then(|inner| {
                let list = match (inner.get("oneOf"), inner.get("anyOf")) {
                    (Some(list), None) | (None, Some(list)) => list.as_array()?,
                    _ => return None,
                };
                let only = |key: &str| ["oneOf", "anyOf", "description", "title"].contains(&key);
                members(inner).all(|(key, _)| only(key)).then_some(list)
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
                let mut values = BTreeSet::new();
                for choice in choices {
                    if let Kind::Enum(listed) = choice.flat.kind {
                        values.extend(listed.values);
                    }
                }
                if !values.is_empty() {
                    let (integer, values) = (false, values.into_iter().collect());
                    return Schema::new(Kind::Enum(Enum { integer, values }));
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
                let problem = "oneOf mixes kinds that share no Rust type";
                self.report(Rule::MixedUnion, pointer, problem);
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
    part["type"] == "null" || part["enum"] == json!([null])
}
