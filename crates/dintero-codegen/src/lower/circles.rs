//! Types that lead back to themselves: a union is none of its own kinds, and an object without end cannot be sent.

use std::collections::{BTreeMap, BTreeSet};

use super::flatten::{Flattener, pointer_of};
use crate::finding::Rule;
use crate::ir::{Kind, Schema};

type Schemas = BTreeMap<String, Schema>;

/// Resolves unions that hold themselves, directly or through other unions, and objects that require themselves.
pub fn resolve(flat: &mut Schemas, flattener: &mut Flattener<'_>) {
    let mut done = BTreeSet::new();
    let mut back = BTreeSet::new();
    for name in flat.keys() {
        unions(flat, name, &mut Vec::new(), &mut done, &mut back);
    }
    for (name, kind) in &back {
        let target = resolved(flat, kind).unwrap_or_else(|| kind.clone());
        // The base of a discriminator is an object, too; a choice adds nothing to itself.
        let object = flattener.base(&target);
        if let Some(union) = flat.get_mut(name) {
            replace(union, kind, object.as_ref());
            if matches!(&union.kind, Kind::Union(union) if union.variants.is_empty()) {
                union.kind = Kind::Any;
                let problem = "leads back to itself without an object between";
                let help = "It is read as any JSON";
                flattener.warn(Rule::EndlessType, &pointer_of(name), problem, help);
            }
        }
    }
    let mut finite = BTreeSet::new();
    loop {
        let more = flat
            .iter()
            .filter(|(name, schema)| !finite.contains(*name) && is_finite(schema, &finite, flat));
        let more: Vec<String> = more.map(|(name, _)| name.clone()).collect();
        if more.is_empty() {
            break;
        }
        finite.extend(more);
    }
    let endless: Vec<String> = flat
        .keys()
        .filter(|name| !finite.contains(*name))
        .cloned()
        .collect();
    for name in endless {
        let Some(mut schema) = flat.remove(&name) else {
            continue;
        };
        schema.visit_mut(&mut |schema| {
            if let Kind::Object(object) = &mut schema.kind {
                let properties = &object.properties;
                object.required.retain(|name| {
                    let property = properties.get(name);
                    property.is_none_or(|property| is_finite(property, &finite, flat))
                });
            }
        });
        flat.insert(name.clone(), schema);
        let problem = "requires itself without end, which no value can fulfil";
        let help =
            "The property is read as optional; make it optional in the document, or nullable";
        flattener.warn(Rule::EndlessType, &pointer_of(&name), problem, help);
    }
}

/// Follows components that are nothing but another one.
fn resolved(flat: &Schemas, name: &str) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut name = name;
    while let Some(next) = flat.get(name)?.as_reference() {
        if !seen.insert(next) {
            return None;
        }
        name = next;
    }
    Some(name.to_owned())
}

/// Collects the kinds of unions that lead back to a union on the way to them.
fn unions(
    flat: &Schemas,
    name: &str,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
    back: &mut BTreeSet<(String, String)>,
) {
    let Some(name) = resolved(flat, name).filter(|name| !done.contains(name)) else {
        return;
    };
    path.push(name.clone());
    for kind in kinds(&flat[&name]) {
        if resolved(flat, kind).is_some_and(|target| path.contains(&target)) {
            back.insert((name.clone(), kind.to_owned()));
        } else {
            unions(flat, kind, path, done, back);
        }
    }
    path.pop();
    done.insert(name);
}

/// Returns the components that are kinds of a union, or of a union among its kinds.
fn kinds(schema: &Schema) -> Vec<&str> {
    let Kind::Union(union) = &schema.kind else {
        return Vec::new();
    };
    let variants = union.variants.iter();
    variants
        .flat_map(|variant| match variant.schema.as_reference() {
            Some(name) => vec![name],
            None => kinds(&variant.schema),
        })
        .collect()
}

/// Replaces a kind of a union by an object, or removes it.
fn replace(schema: &mut Schema, kind: &str, object: Option<&Schema>) {
    let Kind::Union(union) = &mut schema.kind else {
        return;
    };
    union.variants.retain_mut(|variant| {
        if variant.schema.as_reference() != Some(kind) {
            replace(&mut variant.schema, kind, object);
            return true;
        }
        if let Some(object) = object {
            variant.schema = object.clone();
            let names = object
                .as_object()
                .map(|object| object.properties.keys().cloned());
            variant.fields = names.into_iter().flatten().collect();
        }
        object.is_some()
    });
}

/// Returns `true` if a value of the schema can end: whatever it must hold is known to.
fn is_finite(schema: &Schema, finite: &BTreeSet<String>, flat: &Schemas) -> bool {
    let ends = |schema: &Schema| is_finite(schema, finite, flat);
    schema.is_nullable()
        || match &schema.kind {
            Kind::Ref(name) => finite.contains(name) || !flat.contains_key(name),
            Kind::Object(object) => {
                let required = object.required.iter();
                required
                    .filter_map(|name| object.properties.get(name))
                    .all(ends)
            }
            Kind::Union(union) => {
                union.open || union.variants.iter().any(|variant| ends(&variant.schema))
            }
            _ => true,
        }
}
