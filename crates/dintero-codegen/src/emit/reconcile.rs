//! progenitor's names and types reconciled with the API: wire names, names that are taken, types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Argument, Output, RustType};
use crate::generate::Missing;
use crate::ir::{Api, Kind, Place, Schema};
use crate::kept::{KeptNames, word};
use crate::names::{distinct, numbered};

/// Methods that every call and every builder has.
const OF_CALLS: [&str; 6] = ["new", "send", "confirm", "with_options", "pages", "items"];
const OF_BUILDERS: [&str; 3] = ["build", "clone", "unknown_field"];

/// Gives arguments their wire names back, and Rust names that no method of calls has.
pub fn arguments(output: &mut Output, api: &Api, kept: &KeptNames) {
    for (name, method) in &mut output.methods {
        let Some(operation) = api.operations.get(name) else {
            continue;
        };
        let in_path = method.arguments.iter_mut();
        let in_path = in_path.filter(|argument| argument.place == Place::Path);
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
        let parameters: BTreeMap<(Place, String), &mut Argument> = parameters
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
    let endless = endless(output, api);
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
        if (optional && is_object || contains(output, api, &inner, &name, &endless))
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

/// Returns the types that a type holds without a list, a map or a box between.
fn held<'a>(output: &'a Output, api: &'a Api, name: &str) -> Vec<&'a str> {
    match kind(api, name) {
        Some(Kind::Union(union)) => union.references().collect(),
        Some(Kind::Object(_)) => {
            let fields = output.structs.get(name).into_iter();
            let fields = fields.flat_map(BTreeMap::values);
            let held = fields.filter_map(|field| direct(&field.rust_type));
            held.collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the types that hold themselves, and those that hold such.
fn endless(output: &Output, api: &Api) -> BTreeSet<String> {
    let names = api.types.keys().map(String::as_str);
    let types: Vec<_> = names.map(|name| (name, held(output, api, name))).collect();
    let mut endless: BTreeSet<&str> = types.iter().map(|(name, _)| *name).collect();
    loop {
        let before = endless.len();
        for (name, held) in &types {
            if !held.iter().any(|inner| endless.contains(inner)) {
                endless.remove(name);
            }
        }
        if endless.len() == before {
            return endless.into_iter().map(str::to_owned).collect();
        }
    }
}

/// Returns `true` if a type is or holds another one of those that are endless.
fn contains(
    output: &Output,
    api: &Api,
    outer: &str,
    wanted: &str,
    endless: &BTreeSet<String>,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![outer];
    while let Some(outer) = open.pop() {
        if outer == wanted {
            return true;
        }
        if endless.contains(outer) && seen.insert(outer) {
            open.extend(held(output, api, outer));
        }
    }
    false
}

/// Checks that everything of the API is there.
pub fn check(output: &Output, api: &Api) -> Result<(), (Missing, String)> {
    let of_type = |name: &str, part: String| Err((Missing::Type(name.to_owned()), part));
    let of_operation = |name: &str, part: String| {
        let part = format!("{part} cannot be named");
        Err((Missing::Operation(name.to_owned()), part))
    };
    for (name, kind) in &api.types {
        let Kind::Object(object) = &kind.schema.kind else {
            continue;
        };
        let read = output.structs.get(name);
        for wire in object.properties.keys() {
            if read.is_none_or(|read| !read.contains_key(wire)) {
                return of_type(name, format!("the field {wire} cannot be named"));
            }
        }
    }
    for (name, operation) in &api.operations {
        let Some(method) = output.methods.get(name) else {
            return of_operation(name, format!("the method {name}"));
        };
        let has = |place: Place, wire: &str| {
            let mut arguments = method.arguments.iter();
            arguments.any(|argument| argument.place == place && argument.wire == wire)
        };
        for (place, wire) in operation.parameters.keys() {
            if !has(*place, wire) {
                let place = place.name();
                return of_operation(name, format!("the {place} parameter {wire}"));
            }
        }
        if operation.body.is_some() && !has(Place::Body, "") {
            return of_operation(name, "the body".to_owned());
        }
    }
    Ok(())
}
