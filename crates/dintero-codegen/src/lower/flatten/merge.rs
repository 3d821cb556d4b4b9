//! `allOf`: several schemas that hold at once become one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Flattener, choices, pointer_of};
use crate::document::escape;
use crate::finding::Rule;
use crate::ir::{Enum, Kind, Object, Scalar, Schema};
use crate::lower::keywords::{meta, only_describes, only_requires, reference, texts};

/// Most merges within each other. A debug build needs up to 32 KiB of stack for each, and threads have 2 MiB.
const MERGED: usize = 40;

impl Flattener<'_> {
    /// Returns one schema that can hold a value of either: all fields of both, those required that both require.
    pub fn either(&mut self, one: Schema, two: Schema, pointer: &str) -> Schema {
        let [first, second] = [&one, &two].map(|schema| {
            let schema = self.expanded(schema.clone());
            let object = schema.as_object();
            object.map(|object| object.required.clone())
        });
        let mut merged = self.merge(one, two, pointer);
        if let Kind::Object(object) = &mut merged.kind {
            object.required = match (first, second) {
                (Some(first), Some(second)) => first.intersection(&second).cloned().collect(),
                _ => BTreeSet::new(),
            };
        }
        merged
    }

    /// Returns the one part of an `allOf` that says what a value is, unless more stands beside it.
    fn lone_part<'v>(&self, schema: &'v Value) -> Option<(usize, &'v Value)> {
        let mut keys = "const enum items properties required type".split(' ');
        let own = keys.any(|key| schema.get(key).is_some())
            || choices(schema).any(|part| !only_requires(part));
        let parts = schema["allOf"].as_array().filter(|_| !own)?;
        let parts = parts.iter().enumerate();
        let mut shaping = parts.filter(|(_, part)| !only_describes(part));
        let part = shaping.next();
        part.filter(|_| shaping.next().is_none())
    }

    /// Returns the component that a schema is nothing but another name or description of.
    pub(super) fn stands_for(&self, schema: &Value) -> Option<String> {
        let lone = || self.stands_for(self.lone_part(schema)?.1);
        reference(schema).or_else(lone)
    }

    pub(super) fn all_of(&mut self, schema: &Value, parts: &[Value], pointer: &str) -> Schema {
        let placed = |index: usize| format!("{pointer}/allOf/{index}");
        // A lone reference with a description beside it keeps the name of its type.
        if let Some((index, part)) = self.lone_part(schema) {
            let mut flat = self.flatten(part, &placed(index));
            for part in parts {
                flat.meta = meta(part).or(flat.meta);
            }
            return flat;
        }
        let mut rest = schema.clone();
        if let Some(rest) = rest.as_object_mut() {
            rest.remove("allOf");
        }
        // What stands here describes the result better than what is referred to, so it comes first.
        let parts = parts.iter().enumerate();
        let (referred, inline): (Vec<_>, Vec<_>) = parts
            .map(|(index, part)| (placed(index), part))
            .partition(|(_, part)| reference(part).is_some());
        let own = (pointer.to_owned(), &rest);
        let own = Some(own).filter(|_| !only_describes(&rest));
        let mut merged: Option<Schema> = None;
        let required = inline.iter().chain(&referred);
        let required = required.flat_map(|(_, part)| texts(&part["required"]));
        let required: Vec<String> = required.chain(texts(&rest["required"])).collect();
        for (place, part) in own.into_iter().chain(inline).chain(referred) {
            let flat = match reference(part) {
                Some(name) => self.extended(&name, &place),
                None => self.flatten(part, &place),
            };
            merged = Some(match merged {
                None => flat,
                Some(before) => self.merge(before, flat, &place),
            });
        }
        let mut merged = merged.unwrap_or_default();
        // `required` may name properties of any part.
        if let Kind::Object(object) = &mut merged.kind {
            object.required.extend(required);
        }
        merged
    }

    /// Returns what a part of an `allOf` refers to. Where that is a choice among others of what is built on it, it adds its
    /// own properties.
    fn extended(&mut self, name: &str, place: &str) -> Schema {
        let open = self.stack.iter().any(|open| open == name);
        if !open && !self.offers(name, &self.extenders(place)) {
            return self.expand(name);
        }
        self.cuts += 1;
        let schema = &self.components[name];
        if self.is_choice(name) && !self.bases.iter().any(|base| base == name) {
            self.bases.push(name.to_owned());
            let base = self.flatten(&without_choice(schema), &pointer_of(name));
            self.bases.pop();
            return base;
        }
        let problem = "allOf leads back to itself";
        self.report(Rule::EndlessAllOf, place, problem);
        Schema::default()
    }

    /// Returns `true` if a component has alternatives.
    pub(super) fn is_choice(&self, name: &str) -> bool {
        let schema = &self.components[name];
        schema["oneOf"].is_array() || schema["anyOf"].is_array()
    }

    /// Returns the components that a part of an `allOf` is a part of.
    pub(super) fn extenders(&self, place: &str) -> Vec<&str> {
        let mut place = place;
        while let Some((outer, _)) = place.rsplit_once("/allOf/") {
            place = outer;
        }
        let name = place.strip_prefix("/components/schemas/");
        if name.is_none_or(|name| name.contains('/')) {
            return Vec::new();
        }
        let open = self.stack.iter().chain(&self.current);
        open.map(String::as_str).collect()
    }

    /// Returns `true` if a component is a choice, at whatever depth, and one of the components is an alternative.
    pub(super) fn offers(&self, name: &str, wanted: &[&str]) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(schema) = open.pop().and_then(|name| self.components.get(&name)) {
            let parts = choices(schema).chain([schema]);
            for part in parts.filter_map(|part| self.stands_for(part)) {
                if wanted.contains(&part.as_str()) {
                    return true;
                }
                if seen.insert(part.clone()) {
                    open.push(part);
                }
            }
        }
        false
    }

    /// Returns what a reference stands for, the base of a discriminator being an ordinary object here.
    pub(super) fn expand(&mut self, name: &str) -> Schema {
        let Some(target) = self.components.get(name) else {
            return Schema::default();
        };
        let key = (name.to_owned(), self.outline);
        if let Some(known) = self.expanded.get(&key) {
            return known.clone();
        }
        if self.stack.iter().any(|open| open == name) {
            self.cuts += 1;
            return Schema::default();
        }
        let before = self.cuts;
        self.stack.push(name.to_owned());
        let flat = self.flatten(target, &pointer_of(name));
        // A component may be nothing but a reference to another one.
        let flat = match flat.as_reference() {
            Some(other) => self.extended(other, &pointer_of(name)),
            None => flat,
        };
        self.stack.pop();
        // What was cut short depends on where the reference stands. In a document of nothing but circles, all ways through
        // them would take for ever.
        if self.cuts == before || self.cuts > 10_000 {
            self.expanded.insert(key, flat.clone());
        }
        flat
    }

    /// Returns the outline of what a reference stands for, if that is an object; everything else as it is.
    pub(super) fn outlined(&mut self, name: &str) -> Schema {
        let before = std::mem::replace(&mut self.outline, true);
        let outline = self.expand(name);
        self.outline = before;
        if before || matches!(outline.kind, Kind::Object(_) | Kind::Union(_)) {
            outline
        } else {
            self.expand(name)
        }
    }

    /// Returns a schema with what it refers to in the place of the reference.
    pub(super) fn expanded(&mut self, schema: Schema) -> Schema {
        let Some(name) = schema.as_reference() else {
            return schema;
        };
        let mut target = self.expand(name);
        target.add_limits(&schema);
        // The name is that of the component, which the result is not.
        target.meta.rust_name = None;
        target.meta = schema.meta.or(target.meta);
        target
    }

    /// Returns one schema for what both say; where they differ, the first goes before the second.
    pub(super) fn merge(&mut self, one: Schema, two: Schema, pointer: &str) -> Schema {
        if one.as_reference().is_some() && one.as_reference() == two.as_reference() {
            return one;
        }
        if self.merging == MERGED {
            // To try what is left could take for ever.
            self.merging = usize::MAX;
            let problem = format!("has schemas merged within each other, {MERGED} levels deep");
            let help =
                "Refer to one schema instead of merging two, or replace one by {} in the overlay";
            let pointer: Vec<&str> = pointer.split('/').take(4).collect();
            self.note(Rule::DeepNesting, &pointer.join("/"), &problem, help);
        }
        if self.merging == usize::MAX {
            return Schema::default();
        }
        self.merging += 1;
        let merged = self.merged(one, two, pointer);
        if self.merging < usize::MAX {
            self.merging -= 1;
        }
        merged
    }

    fn merged(&mut self, one: Schema, two: Schema, pointer: &str) -> Schema {
        let mut one = self.expanded(one);
        let mut two = self.expanded(two);
        if one.constant.is_some() && two.constant.is_some() && one.constant != two.constant {
            (one.constant, two.constant) = (None, None);
        }
        one.constant = one.constant.or(two.constant.take());
        one.format = one.format.or(two.format.take());
        one.meta = one.meta.or(two.meta.clone());
        one.add_limits(&two);
        one.kind = match (one.kind, two.kind) {
            (Kind::Any, kind) | (kind, Kind::Any) => kind,
            (Kind::Union(union), Kind::Object(object)) => {
                Kind::Union(self.distribute(union, (object, two.meta), pointer))
            }
            (Kind::Object(object), Kind::Union(union)) => {
                Kind::Union(self.distribute(union, (object, one.meta.clone()), pointer))
            }
            (Kind::Union(one), Kind::Union(two)) => {
                let (one, two) = match (&one.tag, &two.tag) {
                    (None, Some(_)) => (two, one),
                    _ => (one, two),
                };
                let problem = "two choices hold at once";
                let help = "Each kind of one has the properties of all kinds of the other, none of them required for one kind alone";
                self.note(Rule::MixedUnion, pointer, problem, help);
                let two = two.variants.into_iter().map(|variant| variant.schema);
                let two = two.reduce(|one, two| self.either(one, two, pointer));
                let two = self.expanded(two.unwrap_or_default());
                match two.kind {
                    Kind::Object(object) => {
                        Kind::Union(self.distribute(one, (object, two.meta), pointer))
                    }
                    _ => Kind::Union(one),
                }
            }
            (Kind::Object(one), Kind::Object(two)) => {
                Kind::Object(self.merge_objects(one, two, pointer))
            }
            (Kind::Map(_), Kind::Object(object)) | (Kind::Object(object), Kind::Map(_)) => {
                Kind::Object(object)
            }
            (Kind::Map(one), Kind::Map(two)) => {
                let below = format!("{pointer}/additionalProperties");
                Kind::Map(Box::new(self.merge(*one, *two, &below)))
            }
            (Kind::List(one), Kind::List(two)) => {
                let below = format!("{pointer}/items");
                Kind::List(Box::new(self.merge(*one, *two, &below)))
            }
            (Kind::Enum(mut one), Kind::Enum(mut two)) if one.integer == two.integer => {
                // What tells a kind is what both lists have. Elsewhere more values do no harm: any text is kept.
                let property = pointer.rsplit_once("/properties/").map(|(_, name)| name);
                let is_tag = property.is_some_and(|name| self.tags.contains(name));
                let mut both = one.values.clone();
                both.retain(|value| two.values.contains(value));
                if both.len() == 1 || is_tag && !both.is_empty() {
                    one.values = both;
                } else {
                    two.values.retain(|value| !both.contains(value));
                    one.values.append(&mut two.values);
                }
                Kind::Enum(one)
            }
            (Kind::Enum(listed), Kind::Scalar(scalar))
            | (Kind::Scalar(scalar), Kind::Enum(listed))
                if can_list(scalar, &listed) =>
            {
                Kind::Enum(listed)
            }
            (Kind::Scalar(Scalar::Integer), Kind::Scalar(Scalar::Number))
            | (Kind::Scalar(Scalar::Number), Kind::Scalar(Scalar::Integer)) => {
                Kind::Scalar(Scalar::Number)
            }
            (one, two) if one == two => one,
            _ => {
                let problem = "allOf gives one property two types";
                self.report(Rule::ConflictingAllOf, pointer, problem);
                return Schema {
                    meta: one.meta,
                    ..Schema::default()
                };
            }
        };
        self.check_limits(&one, pointer);
        one
    }

    fn merge_objects(&mut self, mut one: Object, two: Object, pointer: &str) -> Object {
        for (name, property) in two.properties {
            let merged = match one.properties.remove(&name) {
                Some(before) => {
                    let below = format!("{pointer}/properties/{}", escape(&name));
                    self.merge(before, property, &below)
                }
                None => property,
            };
            one.properties.insert(name, merged);
        }
        one.required.extend(two.required);
        one
    }
}

/// Returns a schema without its choice, which leaves what all alternatives share.
pub(super) fn without_choice(schema: &Value) -> Value {
    let mut base = schema.clone();
    if let Some(base) = base.as_object_mut() {
        base.retain(|key, _| !["oneOf", "anyOf", "discriminator"].contains(&key.as_str()));
    }
    base
}

/// Returns `true` if the listed values are of the kind of the scalar.
fn can_list(scalar: Scalar, listed: &Enum) -> bool {
    match scalar {
        Scalar::String => !listed.integer,
        Scalar::Integer | Scalar::Number => listed.integer,
        Scalar::Boolean | Scalar::StringOrNumber => false,
    }
}
