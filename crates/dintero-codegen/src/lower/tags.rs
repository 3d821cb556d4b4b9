//! The tags of unions: which value a variant has in a request.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Kind, Scalar, Schema, Type};
use crate::kept::escaped;

/// The tags of a variant, each with its value where there is only one.
type Tags = BTreeMap<String, Option<String>>;

/// Gives every tag its value, and variants that do not declare their tag the property: sent without it, they could not be
/// distinguished from the others. What may be absent or `null` has no constant value otherwise.
pub fn add(mut types: BTreeMap<String, Type>) -> BTreeMap<String, Type> {
    let tags = tags(&types);
    let literals = types.clone();
    for (name, kind) in &mut types {
        let Kind::Object(object) = &mut kind.schema.kind else {
            continue;
        };
        for (name, property) in &mut object.properties {
            if !object.required.contains(name) {
                property.constant = None;
            }
        }
        for (name, value) in tags.get(name).into_iter().flatten() {
            let property = object.properties.entry(name.clone());
            let property = property.or_insert_with(|| {
                let mut missing = Schema::new(Kind::Scalar(Scalar::String));
                let description = "Tells which kind of object this is.";
                missing.meta.description = Some(description.to_owned());
                missing
            });
            property.constant = value.clone().or(property.constant.take());
            if property.constant.is_none() && !object.required.contains(name) {
                object.required_in_requests.insert(name.clone());
            }
        }
        for property in object.properties.values_mut() {
            if property.is_nullable() || literal(property, &literals).is_none() {
                property.constant = None;
            }
        }
    }
    types
}

/// Returns the only value of a property as a Rust literal of the type that it has; `None` where it is of another type.
pub fn literal(property: &Schema, types: &BTreeMap<String, Type>) -> Option<String> {
    let only = property.constant.as_ref()?;
    let integer = || Some(format!("{}i64", only.parse::<i64>().ok()?));
    let mut kind = &property.kind;
    if let Kind::Ref(name) = kind {
        kind = &types.get(name)?.schema.kind;
    }
    match kind {
        Kind::Scalar(Scalar::Integer) => integer(),
        Kind::Scalar(Scalar::Number) => integer().or_else(|| {
            let number = only.parse::<f64>().ok()?;
            number.is_finite().then(|| format!("{number:?}"))
        }),
        Kind::Scalar(Scalar::Boolean) => Some(only.parse::<bool>().ok()?.to_string()),
        Kind::Enum(listed) if listed.integer => integer(),
        Kind::Enum(_) | Kind::Any | Kind::Scalar(Scalar::String | Scalar::StringOrNumber) => {
            Some(escaped(only))
        }
        _ => None,
    }
}

/// Returns the tags of the objects in tagged unions, those in unions among the variants included.
fn tags(types: &BTreeMap<String, Type>) -> BTreeMap<String, Tags> {
    // Of unions around that of the object, and of its own.
    let mut found: [BTreeMap<String, Tags>; 2] = Default::default();
    let unions = types.values().filter_map(|kind| match &kind.schema.kind {
        Kind::Union(union) => Some((union, union.tag.as_ref()?)),
        _ => None,
    });
    for (union, tag) in unions {
        // One variant can be listed several times, each with a value of its own.
        let mut values: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
        for variant in &union.variants {
            if let Some(name) = variant.schema.as_reference() {
                values.entry(name).or_default().extend(&variant.values);
            }
        }
        for (name, values) in values {
            let only = values.first().filter(|_| values.len() == 1);
            let only = only.map(|only| (*only).clone());
            let mut objects = BTreeSet::new();
            within(name, tag, types, &mut objects);
            for object in objects {
                let tags = &mut found[usize::from(object == name)];
                let tags = tags.entry(object.to_owned()).or_default();
                let known = tags.entry(tag.clone()).or_insert_with(|| only.clone());
                if *known != only {
                    *known = None;
                }
            }
        }
    }
    // What the union says that an object is a variant of goes before what is said of the union that it is in.
    let [inner, mut direct] = found;
    for (name, mut tags) in inner {
        let direct = direct.entry(name).or_default();
        tags.append(direct);
        *direct = tags;
    }
    direct
}

/// Collects the objects that a variant can be. Unions among the variants that have the same tag say themselves what it is.
fn within<'t>(
    name: &'t str,
    tag: &str,
    types: &'t BTreeMap<String, Type>,
    objects: &mut BTreeSet<&'t str>,
) {
    match types.get(name).map(|kind| &kind.schema.kind) {
        Some(Kind::Object(_)) => {
            objects.insert(name);
        }
        Some(Kind::Union(union)) if union.tag.as_deref() != Some(tag) => {
            for inner in union.references() {
                within(inner, tag, types, objects);
            }
        }
        _ => {}
    }
}
