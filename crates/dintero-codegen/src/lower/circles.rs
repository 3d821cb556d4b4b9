//! Types that lead back to themselves: a union is none of its own kinds, and an object that requires itself has no end.

use std::collections::{BTreeMap, BTreeSet};

use super::flatten::{Flattener, pointer_of};
use crate::finding::Rule;
use crate::ir::{Kind, Schema};

type Schemas = BTreeMap<String, Schema>;

/// Replaces unions among their own kinds by what these can be, and makes optional what requires itself.
pub fn resolve(flat: &mut Schemas, flattener: &mut Flattener<'_>) {
    let before = flat.clone();
    for (name, schema) in flat.iter_mut() {
        let mut circle = unions_in(name, &before);
        circle.retain(|inner| unions_in(inner, &before).contains(name));
        let Kind::Union(union) = &mut schema.kind else {
            continue;
        };
        for inner in circle.iter().filter(|inner| *inner != name) {
            if let Kind::Union(inner) = &before[inner].kind {
                let mut new = inner.variants.clone();
                new.retain(|kind| !union.variants.contains(kind));
                union.variants.append(&mut new);
            }
        }
        union.variants.retain_mut(|variant| {
            let target = variant.schema.as_reference();
            let target = target.and_then(|name| resolved(&before, name));
            let Some(target) = target.filter(|target| circle.contains(*target)) else {
                return true;
            };
            // The base of a discriminator is an object, too; a choice adds nothing to itself.
            let base = flattener.base(target);
            variant.schema = base.clone().unwrap_or_default();
            base.is_some()
        });
        if union.variants.is_empty() {
            schema.kind = Kind::Any;
            flattener.endless(name);
        }
    }
    let mut finite = BTreeSet::new();
    let mut count = None;
    while count.replace(finite.len()) != Some(finite.len()) {
        let more = flat.iter();
        let more = more.filter(|(_, schema)| is_finite(schema, &finite, flat));
        finite = more.map(|(name, _)| name.clone()).collect();
    }
    let before = flat.clone();
    for (name, schema) in flat.iter_mut().filter(|(name, _)| !finite.contains(*name)) {
        schema.visit_mut(&mut |schema| {
            if let Kind::Object(object) = &mut schema.kind {
                let ends = |name: &String| {
                    let property = object.properties.get(name);
                    property.is_none_or(|property| is_finite(property, &finite, &before))
                };
                object.required.retain(ends);
            }
        });
        let problem = "requires itself without end, so that no value is complete";
        let help = "It is read as optional; make it optional or nullable in the document";
        flattener.note(Rule::EndlessType, &pointer_of(name), problem, help);
    }
}

/// Follows components that are nothing but another one.
fn resolved<'f>(flat: &'f Schemas, mut name: &'f str) -> Option<&'f str> {
    let mut seen = BTreeSet::new();
    while let Some(next) = flat.get(name)?.as_reference() {
        name = Some(next).filter(|next| seen.insert(*next))?;
    }
    Some(name)
}

/// Returns the components that are kinds of a union, directly or as kinds of these.
fn unions_in(name: &str, flat: &Schemas) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name];
    while let Some(Kind::Union(union)) = open.pop().map(|name| &flat[name].kind) {
        let kinds = union.references();
        let kinds = kinds.filter_map(|kind| resolved(flat, kind));
        let kinds = kinds.filter(|kind| matches!(flat[*kind].kind, Kind::Union(_)));
        open.extend(kinds.filter(|kind| found.insert((*kind).to_owned())));
    }
    found
}

/// Returns `true` if a value of the schema can be complete.
fn is_finite(schema: &Schema, finite: &BTreeSet<String>, flat: &Schemas) -> bool {
    let ends = |schema: &Schema| is_finite(schema, finite, flat);
    schema.is_nullable()
        || match &schema.kind {
            Kind::Ref(name) => finite.contains(name) || !flat.contains_key(name),
            Kind::Object(object) => {
                let mut required = object.required.iter();
                required.all(|name| object.properties.get(name).is_none_or(ends))
            }
            Kind::Union(union) => union.open || schema.children().into_iter().any(ends),
            _ => true,
        }
}
