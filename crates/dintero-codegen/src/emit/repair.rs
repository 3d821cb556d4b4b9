//! What Rust would not compile, or progenitor does not know of: names that are taken, types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Output, Shape};
use crate::plan::{Kind, Plan};

/// Methods that every call and every builder has already.
const OF_CALLS: [&str; 5] = ["new", "send", "with_options", "pages", "items"];
const OF_BUILDERS: [&str; 3] = ["build", "clone", "unknown_field"];

/// Arguments get their wire names back, and stay clear of the methods of calls.
pub fn arguments(output: &mut Output, plan: &Plan) {
    for (name, method) in &mut output.methods {
        let Some(operation) = plan.operations.get(name) else {
            continue;
        };
        let in_path = method
            .arguments
            .iter_mut()
            .filter(|argument| argument.place == "path");
        for (argument, variable) in in_path.zip(operation.path_variables()) {
            argument.wire = variable.to_owned();
        }
        for argument in &mut method.arguments {
            let known = operation.parameters.iter().find(|((place, _), parameter)| {
                place == argument.place
                    && parameter.alias.as_deref() == Some(argument.wire.as_str())
            });
            if let Some(((_, wire), _)) = known {
                argument.wire.clone_from(wire);
            }
            if OF_CALLS.contains(&argument.ident.as_str()) {
                argument.ident.push('_');
            }
        }
    }
}

/// No two fields of an object have the same Rust name; the one that is written like it on the wire keeps it.
pub fn fields(output: &mut Output) {
    for fields in output.structs.values_mut() {
        let mut taken: BTreeSet<String> =
            OF_BUILDERS.iter().map(|name| (*name).to_owned()).collect();
        let mut wires: Vec<String> = fields.keys().cloned().collect();
        wires.sort_by_key(|wire| fields.get(wire).is_none_or(|field| field.ident != *wire));
        for wire in wires {
            let Some(field) = fields.get_mut(&wire) else {
                continue;
            };
            let stem = field.ident.trim_end_matches('_').to_owned();
            let mut count = 2;
            if OF_BUILDERS.contains(&stem.as_str()) {
                field.ident = format!("{stem}_");
            }
            while !taken.insert(field.ident.clone()) {
                field.ident = format!("{stem}_{count}");
                count += 1;
            }
        }
    }
}

/// An object in an object is boxed where it need not be there: a complete transaction is small to move about although a hundred
/// objects may be in it, and stays so when they grow. What contains itself is boxed, too. progenitor's own boxes are not
/// used, since it does not know what unions contain.
pub fn boxes(output: &mut Output, plan: &Plan) {
    let names: Vec<String> = output.structs.keys().cloned().collect();
    for name in names {
        let wires: Vec<String> = output.structs[&name].keys().cloned().collect();
        for wire in wires {
            let Some(inner) = direct(&output.structs[&name][&wire].shape).map(str::to_owned) else {
                continue;
            };
            let optional = match plan.types.get(&name).map(|kind| &kind.kind) {
                Some(Kind::Object(fields)) => {
                    fields.get(&wire).is_some_and(|field| !field.required)
                }
                _ => false,
            };
            let object = plan
                .types
                .get(&inner)
                .is_some_and(|kind| matches!(kind.kind, Kind::Object(_)));
            if (optional && object || contains(output, plan, &inner, &name, &mut BTreeSet::new()))
                && let Some(field) = output
                    .structs
                    .get_mut(&name)
                    .and_then(|fields| fields.get_mut(&wire))
            {
                field.shape = Shape::Boxed(inner);
            }
        }
    }
}

/// The type of ours that a field holds without a list, a map or a box between.
fn direct(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::One(kind) => {
            Some(kind.trim_start_matches("types::")).filter(|kind| !kind.contains(':'))
        }
        _ => None,
    }
}

fn contains(
    output: &Output,
    plan: &Plan,
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
    let inner: Vec<&str> = match plan.types.get(outer).map(|kind| &kind.kind) {
        Some(Kind::Union(union)) => union
            .variants
            .iter()
            .map(|(variant, _)| variant.as_str())
            .collect(),
        Some(Kind::Object(_)) => output
            .structs
            .get(outer)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(|field| direct(&field.shape))
            .collect(),
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .any(|inner| contains(output, plan, inner, wanted, seen))
}

/// Everything of the plan is there.
pub fn complete(output: &Output, plan: &Plan) -> Result<(), String> {
    for (name, kind) in &plan.types {
        let Kind::Object(fields) = &kind.kind else {
            continue;
        };
        let read = output.structs.get(name);
        for wire in fields.keys() {
            if read.is_none_or(|read| !read.contains_key(wire)) {
                return Err(format!("the field {wire} of {name} is lost"));
            }
        }
    }
    for (name, operation) in &plan.operations {
        let Some(method) = output.methods.get(name) else {
            return Err(format!("the operation {name} is lost"));
        };
        for (place, wire) in operation.parameters.keys() {
            let found = |argument: &super::read::Argument| {
                argument.place == place && argument.wire == *wire
            };
            if !method.arguments.iter().any(found) {
                return Err(format!("the {place} parameter {wire} of {name} is lost"));
            }
        }
        if operation.body.is_some()
            && !method
                .arguments
                .iter()
                .any(|argument| argument.place == "body")
        {
            return Err(format!("the body of {name} is lost"));
        }
    }
    Ok(())
}
