//! `allOf`: several schemas that hold at once become one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Flattener, pointer_of};
use crate::document::escape;
use crate::finding::{Level, Rule};
use crate::ir::{Enum, Kind, Object, Scalar, Schema};
use crate::lower::keywords::{meta, only_describes, only_requires, reference, texts};

/// Most tokens of the pointer to what is merged: two for each level, and up to 128 to where merging begins.
const MERGED: usize = 256;

impl Flattener<'_> {
    /// Returns one schema that can hold a value of either: all fields of both, those required that both require.
    pub fn either(&mut self, one: Schema, two: Schema, pointer: &str) -> Schema {
        let [first, second] = [&one, &two].map(|schema| {
            let schema = self.expanded(schema.clone(), pointer);
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

    pub(super) fn all_of(&mut self, schema: &Value, parts: &[Value], pointer: &str) -> Schema {
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
            || choices.into_iter().any(|part| !only_requires(part));
        let placed = parts
            .iter()
            .enumerate()
            .map(|(index, part)| (format!("{pointer}/allOf/{index}"), part));
        // A lone reference with a description beside it keeps the name of its type.
        let mut shaping = placed.clone().filter(|(_, part)| !only_describes(part));
        if let (Some((place, part)), None, false) = (shaping.next(), shaping.next(), own) {
            let mut flat = self.flatten(part, &place);
            for part in parts {
                flat.meta = meta(part).or(flat.meta);
            }
            return flat;
        }
        // What stands here describes the result better than what is referred to, so it comes first.
        let (referred, inline): (Vec<_>, Vec<_>) =
            placed.partition(|(_, part)| reference(part).is_some());
        let own = own.then(|| (pointer.to_owned(), &rest));
        let mut merged: Option<Schema> = None;
        for (place, part) in own.into_iter().chain(inline).chain(referred) {
            let flat = match reference(part) {
                Some(name) => self.expand(&name, &place),
                None => self.flatten(part, &place),
            };
            merged = Some(match merged {
                None => flat,
                Some(before) => self.merge(before, flat, &place),
            });
        }
        let mut merged = merged.unwrap_or_default();
        // `required` beside `allOf`, or in a part without properties, may name properties of any part.
        if let Kind::Object(object) = &mut merged.kind {
            let required = parts.iter().chain([&rest]).map(|part| &part["required"]);
            object.required.extend(required.flat_map(texts));
        }
        merged
    }

    /// Returns what a reference stands for, the base of a discriminator being an ordinary object here.
    pub(super) fn expand(&mut self, name: &str, pointer: &str) -> Schema {
        let Some(target) = self.components.get(name) else {
            return Schema::default();
        };
        let key = (name.to_owned(), self.outline);
        if let Some(known) = self.expanded.get(&key) {
            return known.clone();
        }
        if self.stack.iter().any(|open| open == name) {
            self.cuts += 1;
            self.warn(
                Rule::EndlessAllOf,
                pointer,
                "allOf leads back to itself",
                "The recursion is cut here; refer to it from a property instead",
            );
            return Schema::default();
        }
        let before = self.cuts;
        self.stack.push(name.to_owned());
        let flat = self.flatten(target, &pointer_of(name));
        // A component may be nothing but a reference to another one.
        let flat = match flat.as_reference() {
            Some(other) => self.expand(other, pointer),
            None => flat,
        };
        self.stack.pop();
        // What was cut short depends on where the reference stands.
        if self.cuts == before {
            self.expanded.insert(key, flat.clone());
        }
        flat
    }

    /// Returns the outline of what a reference stands for, if that is an object; everything else as it is.
    pub(super) fn outlined(&mut self, name: &str, pointer: &str) -> Schema {
        let before = std::mem::replace(&mut self.outline, true);
        let outline = self.expand(name, pointer);
        self.outline = before;
        if before || matches!(outline.kind, Kind::Object(_) | Kind::Union(_)) {
            outline
        } else {
            self.expand(name, pointer)
        }
    }

    /// Returns a schema with what it refers to in the place of the reference.
    pub(super) fn expanded(&mut self, schema: Schema, pointer: &str) -> Schema {
        let Some(name) = schema.as_reference() else {
            return schema;
        };
        let mut target = self.expand(name, pointer);
        target.add_limits(&schema);
        target.meta = schema.meta.or(target.meta);
        target
    }

    /// Returns one schema for what both say; where they differ, the first goes before the second.
    pub(super) fn merge(&mut self, one: Schema, two: Schema, pointer: &str) -> Schema {
        if one.as_reference().is_some() && one.as_reference() == two.as_reference() {
            return one;
        }
        if pointer.matches('/').count() > MERGED {
            let problem = "has schemas merged deeper than 64 levels of properties";
            let help =
                "Refer to one schema instead of merging two, or replace one by {} in the overlay";
            let pointer: Vec<&str> = pointer.split('/').take(4).collect();
            let finding = self
                .document
                .finding(Level::Error, &pointer.join("/"), problem, help);
            self.findings.push(finding.with_rule(Rule::DeepNesting));
            return Schema::default();
        }
        let mut one = self.expanded(one, pointer);
        let mut two = self.expanded(two, pointer);
        if one.constant.is_some() && two.constant.is_some() && one.constant != two.constant {
            (one.constant, two.constant) = (None, None);
        }
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
            (Kind::Enum(mut one), Kind::Enum(two)) if one.integer == two.integer => {
                for value in two.values {
                    if !one.values.contains(&value) {
                        one.values.push(value);
                    }
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
                self.warn(
                    Rule::ConflictingAllOf,
                    pointer,
                    "allOf gives one property two types",
                    "It is read as any JSON; pick one type with an overlay action",
                );
                return Schema {
                    meta: one.meta,
                    ..Schema::default()
                };
            }
        };
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

/// Returns `true` if the listed values are of the kind of the scalar.
fn can_list(scalar: Scalar, listed: &Enum) -> bool {
    match scalar {
        Scalar::String => !listed.integer,
        Scalar::Integer | Scalar::Number => listed.integer,
        Scalar::Boolean | Scalar::StringOrNumber => false,
    }
}
