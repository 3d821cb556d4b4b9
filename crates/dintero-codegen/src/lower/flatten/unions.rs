//! How the objects of a union are distinguished: by the discriminator, by a property that gives each other values, or by the
//! properties that only one of them has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Flattener;
use crate::finding::Rule;
use crate::ir::{Kind, Scalar, Schema, Union, Variant};
use crate::lower::keywords::mapped;

/// One alternative of a choice.
pub(super) struct Choice {
    /// The component that it refers to.
    pub name: Option<String>,
    /// What it is, with what stands beside the choice.
    pub flat: Schema,
    /// What a union holds of it: the reference, where there is one that says all of it.
    pub held: Schema,
}

impl Choice {
    /// Returns the properties of the object that it is.
    fn properties(&self) -> &BTreeMap<String, Schema> {
        const NONE: &BTreeMap<String, Schema> = &BTreeMap::new();
        self.flat
            .as_object()
            .map_or(NONE, |object| &object.properties)
    }

    /// Returns the values that it lists for a property.
    fn listed(&self, property: &str) -> Vec<String> {
        match self
            .properties()
            .get(property)
            .map(|property| &property.kind)
        {
            Some(Kind::Enum(listed)) if !listed.integer => listed.values.clone(),
            _ => Vec::new(),
        }
    }

    fn variant(&self, values: Vec<String>) -> Variant {
        Variant {
            schema: self.held.clone(),
            values,
        }
    }
}

impl Flattener<'_> {
    /// Returns a union whose objects are distinguished by the properties that only one of them has.
    pub(super) fn by_properties(&mut self, objects: &[Choice], pointer: &str) -> Union {
        let names = |index: usize| objects[index].properties().keys();
        let others = |index: usize| (0..objects.len()).filter(move |other| *other != index);
        let own = |index: usize| -> Vec<String> {
            let others: BTreeSet<&String> = others(index).flat_map(names).collect();
            let own = names(index).filter(|name| !others.contains(name));
            own.cloned().collect()
        };
        let (special, general): (Vec<usize>, Vec<usize>) =
            (0..objects.len()).partition(|index| !own(*index).is_empty());
        // One that has nothing of its own is looked for last, by whatever it has. That must then mean the same in all
        // others: a value would be taken for one that it is not.
        let (unsure, general): (Vec<usize>, Vec<usize>) = general.into_iter().partition(|index| {
            others(*index).any(|other| clash(&objects[*index], &objects[other]))
        });
        if !unsure.is_empty() {
            self.warn(
                Rule::MixedUnion,
                pointer,
                "oneOf has objects that nothing tells apart",
                "Such a value is kept as JSON",
            );
        }
        let special = special
            .into_iter()
            .map(|index| objects[index].variant(own(index)));
        let general = general
            .into_iter()
            .map(|index| objects[index].variant(names(index).cloned().collect()));
        Union {
            tag: None,
            open: !unsure.is_empty(),
            variants: special.chain(general).collect(),
        }
    }
}

/// Returns the union that a discriminator describes.
pub(super) fn by_discriminator(tag: String, mapping: &Value, objects: &[Choice]) -> Union {
    let variant = |choice: &Choice| {
        let name = choice.name.clone().unwrap_or_default();
        let mapping = mapping.as_object().into_iter().flatten();
        let mapping = mapping.filter(|(_, target)| mapped(target) == name);
        let mut values: Vec<String> = mapping.map(|(value, _)| value.clone()).collect();
        if values.is_empty() {
            values = choice.listed(&tag);
        }
        if values.is_empty() {
            values.push(name);
        }
        choice.variant(values)
    };
    Union {
        variants: objects.iter().map(variant).collect(),
        tag: Some(tag),
        open: false,
    }
}

/// Returns the union whose objects are distinguished by the first property that gives each of them values of its own.
pub(super) fn by_common_tag(objects: &[Choice]) -> Option<Union> {
    let [first, _, ..] = objects else {
        return None;
    };
    let tells_apart = |name: &&String| {
        let mut seen = BTreeSet::new();
        objects.iter().all(|choice| {
            let values = choice.listed(name);
            !values.is_empty() && values.into_iter().all(|value| seen.insert(value))
        })
    };
    let tag = first.properties().keys().find(tells_apart)?;
    let variant = |choice: &Choice| choice.variant(choice.listed(tag));
    Some(Union {
        tag: Some(tag.clone()),
        open: false,
        variants: objects.iter().map(variant).collect(),
    })
}

/// Returns `true` if two choices share a property that differs in kind.
fn clash(one: &Choice, two: &Choice) -> bool {
    one.properties().iter().any(|(name, property)| {
        let other = two.properties().get(name);
        other.is_some_and(|other| differ(property, other))
    })
}

/// Returns `true` if a value of one schema may not be a value of the other.
fn differ(one: &Schema, two: &Schema) -> bool {
    match (&one.kind, &two.kind) {
        (Kind::Any, _) | (_, Kind::Any) => false,
        (Kind::List(one), Kind::List(two)) => differ(one, two),
        _ => kind(one) != kind(two) || one.as_reference() != two.as_reference(),
    }
}

/// Returns the kind of a value, as far as kinds can share a type.
pub(super) fn kind(schema: &Schema) -> &'static str {
    match &schema.kind {
        Kind::Scalar(Scalar::String) => "string",
        Kind::Enum(listed) if !listed.integer => "string",
        Kind::Scalar(Scalar::Integer) | Kind::Enum(_) => "integer",
        Kind::Scalar(Scalar::Number) => "number",
        Kind::Scalar(Scalar::Boolean) => "boolean",
        Kind::List(_) => "array",
        Kind::Object(_) | Kind::Map(_) => "object",
        Kind::Any | Kind::Ref(_) | Kind::Union(_) | Kind::Scalar(Scalar::StringOrNumber) => "any",
    }
}
