//! progenitor's names and types reconciled with the API: wire names, names that are taken, types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Argument, Output, RustType};
use crate::generate::{place_of_operation, place_of_type};
use crate::ir::{Api, Kind, Place, Schema};
use crate::kept::{KeptNames, word};
use crate::names::{distinct, numbered};

/// Methods that every call and every builder has.
const OF_CALLS: [&str; 6] = ["new", "send", "confirm", "with_options", "pages", "items"];
const OF_BUILDERS: [&str; 3] = ["build", "clone", "unknown_field"];

/// Gives arguments Rust names that no other argument and no method of calls has.
pub fn arguments(output: &mut Output, api: &Api, kept: &KeptNames) {
    for (name, method) in &mut output.methods {
        let Some(operation) = api.operations.get(name) else {
            continue;
        };
        let parameters = method.arguments.iter_mut();
        let parameters: BTreeMap<(Place, String), &mut Argument> = parameters
            .filter(|argument| argument.place != Place::Body)
            .map(|argument| ((argument.place, argument.wire.clone()), argument))
            .collect();
        let mut keys: Vec<(Place, String)> = parameters.keys().cloned().collect();
        // Those of the path are arguments of the method and keep their names.
        keys.sort_by_key(|(place, _)| *place != Place::Path);
        let mut reserved = OF_CALLS.to_vec();
        reserved.extend(operation.body.iter().map(|_| "body"));
        let names = distinct(
            &keys,
            &reserved,
            |(place, wire)| kept.name_of(&format!("{name} {}", place.name()), word(wire)),
            |key, count| {
                let ident = &parameters[key].ident;
                match count {
                    1 if OF_CALLS.contains(&ident.as_str()) => format!("{ident}_"),
                    1 => ident.clone(),
                    count => {
                        let stem = format!("{}_{}", ident.trim_end_matches('_'), key.0.name());
                        numbered(&stem, "_", count - 1)
                    }
                }
            },
        );
        for (key, argument) in parameters {
            argument.ident.clone_from(&names[&key]);
        }
    }
}

/// Gives fields of an object different Rust names; of those that are new, the one with that wire name keeps it.
pub fn fields(output: &mut Output, kept: &KeptNames) {
    for (name, fields) in &mut output.structs {
        let mut wires: Vec<String> = fields.keys().cloned().collect();
        wires.sort_by_key(|wire| fields.get(wire).is_none_or(|field| field.ident != *wire));
        let names = distinct(
            &wires,
            &OF_BUILDERS,
            |wire| kept.name_of(name, word(wire)),
            |wire, count| {
                let ident = &fields[wire].ident;
                let stem = ident.trim_end_matches('_');
                match count {
                    1 if OF_BUILDERS.contains(&stem) => format!("{stem}_"),
                    1 => ident.clone(),
                    count => numbered(stem, "_", count),
                }
            },
        );
        for (wire, field) in fields {
            field.ident.clone_from(&names[wire]);
        }
    }
}

/// Boxes objects in objects where they need not be there: a complete transaction is small to move about although a hundred
/// objects may be in it, and stays so when they grow. What contains itself is boxed, too. progenitor's own boxes are not
/// used, since it does not know what unions contain.
pub fn boxes(output: &mut Output, api: &Api) {
    let mut held = held(output, api);
    let mut candidates = Vec::new();
    for (name, fields) in &output.structs {
        for (wire, field) in fields {
            let inner = direct(&field.rust_type).map(str::to_owned);
            candidates.extend(inner.map(|inner| (name.clone(), wire.clone(), inner)));
        }
    }
    for (name, wire, inner) in candidates {
        let optional = match kind(api, &name) {
            Some(Kind::Object(object)) if object.required.contains(&wire) => object
                .properties
                .get(&wire)
                .is_some_and(Schema::is_nullable),
            kind => matches!(kind, Some(Kind::Object(_))),
        };
        let is_object = matches!(kind(api, &inner), Some(Kind::Object(_)));
        if (optional && is_object || contains(&held, &inner, &name))
            && let Some(fields) = output.structs.get_mut(&name)
            && let Some(field) = fields.get_mut(&wire)
        {
            if let Some(held) = held.get_mut(&name)
                && let Some(first) = held.iter().position(|held| *held == inner)
            {
                held.swap_remove(first);
            }
            field.rust_type = RustType::Boxed(inner);
        }
    }
}

fn kind<'a>(api: &'a Api, name: &str) -> Option<&'a Kind> {
    api.types.get(name).map(|kind| &kind.schema.kind)
}

/// Returns the type of the client that a field holds without a list, a map or a box between.
fn direct(rust_type: &RustType) -> Option<&str> {
    match rust_type {
        RustType::Value(kind) => {
            Some(kind.trim_start_matches("types::")).filter(|kind| !kind.contains(':'))
        }
        _ => None,
    }
}

/// Returns the types that each type holds without a list, a map or a box between.
fn held<'a>(output: &'a Output, api: &'a Api) -> BTreeMap<String, Vec<String>> {
    let types = api.types.iter().map(|(name, kind)| {
        let fields = output.structs.get(name).into_iter();
        let fields = fields.flat_map(BTreeMap::values);
        let direct = fields.filter_map(|field| direct(&field.rust_type));
        let held: Vec<&str> = match &kind.schema.kind {
            Kind::Union(union) => union.references().collect(),
            Kind::Object(_) => direct.collect(),
            _ => Vec::new(),
        };
        let held = held.into_iter().map(str::to_owned);
        (name.clone(), held.collect())
    });
    types.collect()
}

/// Returns `true` if a type is or holds another one.
fn contains(held: &BTreeMap<String, Vec<String>>, outer: &str, wanted: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![outer];
    while let Some(outer) = open.pop() {
        if outer == wanted {
            return true;
        }
        if seen.insert(outer) {
            let inner = held.get(outer).into_iter().flatten();
            open.extend(inner.map(String::as_str));
        }
    }
    false
}

/// Checks that everything of the API is there; an error is the place of what is not, and what is missing.
pub fn check(output: &Output, api: &Api) -> Result<(), (String, String)> {
    for (name, kind) in &api.types {
        let read = output.structs.get(name);
        let object = kind.schema.as_object().into_iter();
        let mut wires = object.flat_map(|object| object.properties.keys());
        let missing = wires.find(|wire| read.is_none_or(|read| !read.contains_key(*wire)));
        if let Some(wire) = missing {
            let said = format!("the field {wire} cannot be named");
            return Err((place_of_type(api, name), said));
        }
    }
    for (name, operation) in &api.operations {
        let read = output.methods.get(name);
        let read = read.map(|method| method.arguments.len());
        let all = operation.parameters.len() + usize::from(operation.body.is_some());
        if read != Some(all) {
            let said = "its arguments cannot be named".to_owned();
            return Err((place_of_operation(operation), said));
        }
    }
    Ok(())
}
