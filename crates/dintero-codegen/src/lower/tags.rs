//! The tags of unions: which value a variant has in a request.

use std::collections::BTreeMap;

use crate::ir::{Kind, Meta, Scalar, Schema, Type};

/// The property that tells a variant, with its value where there is only one.
#[derive(Clone, PartialEq)]
struct Tag {
    name: String,
    value: Option<String>,
}

/// Gives every tag its value, and variants that do not declare their tag the property: sent without it, they could not be
/// distinguished from the others. What may be absent or `null` has no constant value otherwise.
pub fn add(mut types: BTreeMap<String, Type>) -> BTreeMap<String, Type> {
    let tags = tags(&types);
    for (name, kind) in &mut types {
        let Kind::Object(object) = &mut kind.schema.kind else {
            continue;
        };
        for (name, property) in &mut object.properties {
            if !object.required.contains(name) {
                property.constant = None;
            }
        }
        if let Some(Tag { name, value }) = tags.get(name) {
            let missing = || Schema {
                meta: Meta {
                    description: Some("Tells which kind of object this is.".to_owned()),
                    ..Meta::default()
                },
                ..Schema::new(Kind::Scalar(Scalar::String))
            };
            let property = object
                .properties
                .entry(name.clone())
                .or_insert_with(missing);
            property.constant = value.clone().or(property.constant.take());
        }
        for property in object.properties.values_mut() {
            if property.is_nullable() {
                property.constant = None;
            }
        }
    }
    types
}

/// Returns the tag of each variant of a tagged union, wherever the variant is used.
fn tags(types: &BTreeMap<String, Type>) -> BTreeMap<String, Tag> {
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    for kind in types.values() {
        let Kind::Union(union) = &kind.schema.kind else {
            continue;
        };
        let Some(name) = &union.tag else {
            continue;
        };
        for variant in &union.variants {
            let Some(variant_name) = variant.schema.as_reference() else {
                continue;
            };
            let tag = Tag {
                name: name.clone(),
                value: match variant.values.as_slice() {
                    [value] => Some(value.clone()),
                    _ => None,
                },
            };
            let known = tags
                .entry(variant_name.to_owned())
                .or_insert_with(|| tag.clone());
            if *known != tag {
                known.value = None;
            }
        }
    }
    tags
}
