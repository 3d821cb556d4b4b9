//! `allOf`: several schemas that hold at once become one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Flattener, any, copy, copy_meta, is_object, only_describes, only_required, reference, texts,
    with_meta,
};
use crate::document::escape;
use crate::finding::Rule;

impl Flattener<'_> {
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

    pub(super) fn all_of(
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
        let mut shaping = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| !only_describes(part));
        if let (Some((index, part)), None, false) = (shaping.next(), shaping.next(), own) {
            let mut flat = self.flatten(part, &format!("{pointer}/allOf/{index}"), stack);
            for part in parts {
                flat = with_meta(part, flat);
            }
            return flat;
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
    pub(super) fn expand(
        &mut self,
        schema: &Value,
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        let Some(name) = reference(schema).map(str::to_owned) else {
            return schema.clone();
        };
        let Some(target) = self.components.get(&name).cloned() else {
            return any();
        };
        let key = (name.clone(), self.outline);
        if let Some(known) = self.expanded.get(&key) {
            return known.clone();
        }
        if stack.contains(&name) {
            self.cuts += 1;
            self.warn(
                Rule::EndlessAllOf,
                pointer,
                "allOf leads back to itself",
                "The recursion is cut here; refer to it from a property instead",
            );
            return any();
        }
        let before = self.cuts;
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
        // What was cut short depends on where the reference stands.
        if self.cuts == before {
            self.expanded.insert(key, flat.clone());
        }
        flat
    }

    /// The outline of what a reference stands for, if that is an object; everything else as it is.
    pub(super) fn outlined(
        &mut self,
        schema: &Value,
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
        let before = std::mem::replace(&mut self.outline, true);
        let outline = self.expand(schema, pointer, stack);
        self.outline = before;
        if before || is_object(&outline) || outline["x-union"].is_object() {
            outline
        } else {
            self.expand(schema, pointer, stack)
        }
    }

    pub(super) fn merge(
        &mut self,
        one: Value,
        two: Value,
        pointer: &str,
        stack: &mut Vec<String>,
    ) -> Value {
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
                    Rule::ConflictingAllOf,
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
}
