//! progenitor's names and types reconciled with the API: wire names, names that are taken, types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Argument, Output, RustType};
use crate::ir::{Api, Kind, Place};
use crate::kept::{KeptNames, word};
use crate::names::{distinct, numbered};

/// Methods that every call and every builder has.
const OF_CALLS: [&str; 5] = ["new", "send", "with_options", "pages", "items"];
const OF_BUILDERS: [&str; 3] = ["build", "clone", "unknown_field"];

/// Gives arguments their wire names back, and Rust names that no method of calls has.
pub fn arguments(output: &mut Output, api: &Api, kept: &KeptNames) {
    for (name, method) in &mut output.methods {
        let Some(operation) = api.operations.get(name) else {
            continue;
        };
        let in_path = method
            .arguments
            .iter_mut()
            .filter(|argument| argument.place == Place::Path);
        for (argument, variable) in in_path.zip(operation.path_variables()) {
            argument.wire = variable.to_owned();
        }
        for argument in &mut method.arguments {
            let known = operation.parameters.iter().find(|((place, _), parameter)| {
                *place == argument.place
                    && parameter.alias.as_deref() == Some(argument.wire.as_str())
            });
            if let Some(((_, wire), _)) = known {
                argument.wire.clone_from(wire);
            }
        }
        let parameters = method.arguments.iter_mut();
        let mut parameters: BTreeMap<(Place, String), &mut Argument> = parameters
            .filter(|argument| argument.place != Place::Body)
            .map(|argument| ((argument.place, argument.wire.clone()), argument))
            .collect();
        let mut keys: Vec<(Place, String)> = parameters.keys().cloned().collect();
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
                    1 if reserved.contains(&ident.as_str()) => format!("{ident}_"),
                    1 => ident.clone(),
                    count => {
                        let stem = format!("{}_{}", ident.trim_end_matches('_'), key.0.name());
                        numbered(&stem, "_", count - 1)
                    }
                }
            },
        );
        for (key, name) in names {
            if let Some(argument) = parameters.get_mut(&key) {
                argument.ident = name;
            }
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
        for (wire, name) in names {
            if let Some(field) = fields.get_mut(&wire) {
                field.ident = name;
            }
        }
    }
}

/// Boxes objects in objects where they need not be there: a complete transaction is small to move about although a hundred
/// objects may be in it, and stays so when they grow. What contains itself is boxed, too. progenitor's own boxes are not
/// used, since it does not know what unions contain.
pub fn boxes(output: &mut Output, api: &Api) {
    let mut candidates = Vec::new();
    for (name, fields) in &output.structs {
        for (wire, field) in fields {
            let inner = direct(&field.rust_type).map(str::to_owned);
            candidates.extend(inner.map(|inner| (name.clone(), wire.clone(), inner)));
        }
    }
    for (name, wire, inner) in candidates {
        let optional = match kind(api, &name) {
            Some(Kind::Object(object)) => {
                let property = object.properties.get(&wire);
                property.is_some_and(|property| {
                    !object.required.contains(&wire) || property.is_nullable()
                })
            }
            _ => false,
        };
        let is_object = matches!(kind(api, &inner), Some(Kind::Object(_)));
        if (optional && is_object || contains(output, api, &inner, &name, &mut BTreeSet::new()))
            && let Some(fields) = output.structs.get_mut(&name)
            && let Some(field) = fields.get_mut(&wire)
        {
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

fn contains(
    output: &Output,
    api: &Api,
    outer: &str,
    wanted: &str,
    seen: &mut BTreeSet<String>,
) -> bool {
    if outer == wanted {
        return true;
    }
    if !seen.insert(outer.to_owned()) {
        return false;
    }
    let inner: Vec<&str> = match kind(api, outer) {
        Some(Kind::Union(union)) => {
            let variants = union.variants.iter();
            variants
                .filter_map(|variant| variant.schema.as_reference())
                .collect()
        }
        Some(Kind::Object(_)) => {
            let fields = output.structs.get(outer).into_iter();
            fields
                .flat_map(BTreeMap::values)
                .filter_map(|field| direct(&field.rust_type))
                .collect()
        }
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .any(|inner| contains(output, api, inner, wanted, seen))
}

/// Checks that everything of the API is there.
pub fn check(output: &Output, api: &Api) -> Result<(), String> {
    let missing = |what: String| Err(format!("{what} is missing from its output"));
    for (name, kind) in &api.types {
        let Kind::Object(object) = &kind.schema.kind else {
            continue;
        };
        let read = output.structs.get(name);
        for wire in object.properties.keys() {
            if read.is_none_or(|read| !read.contains_key(wire)) {
                return missing(format!("the field {wire} of {name}"));
            }
        }
    }
    for (name, operation) in &api.operations {
        let Some(method) = output.methods.get(name) else {
            return missing(format!("the operation {name}"));
        };
        let has = |place: Place, wire: &str| {
            let mut arguments = method.arguments.iter();
            arguments.any(|argument| argument.place == place && argument.wire == wire)
        };
        for (place, wire) in operation.parameters.keys() {
            if !has(*place, wire) {
                let place = place.name();
                return missing(format!("the {place} parameter {wire} of {name}"));
            }
        }
        if operation.body.is_some() && !has(Place::Body, "") {
            return missing(format!("the body of {name}"));
        }
    }
    Ok(())
}
