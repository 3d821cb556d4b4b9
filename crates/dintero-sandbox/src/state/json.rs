//! Reading and changing the JSON that the sandbox keeps.

use serde_json::Value;

/// Returns the items of an array; none of anything else.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Returns a string; the empty one for anything else.
pub(crate) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns an object without the members that are null.
pub(crate) fn object(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    object
}

/// Sets members of an object; a null changes nothing.
pub(crate) fn set(object: &mut Value, members: Value) {
    if let Value::Object(members) = members {
        for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
            object[name] = value;
        }
    }
}

pub(crate) fn copy(object: &mut Value, from: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(*name) {
            object[*name] = value.clone();
        }
    }
}

pub(crate) fn remove(object: &mut Value, names: &[&str]) {
    if let Some(object) = object.as_object_mut() {
        object.retain(|name, _| !names.contains(&name.as_str()));
    }
}

pub(crate) fn pick(from: &Value, names: &[&str]) -> Value {
    let mut picked = Value::Object(serde_json::Map::new());
    copy(&mut picked, from, names);
    picked
}

/// Whether every number, at any depth, is smaller than this in either direction.
pub(crate) fn are_below(limit: f64, value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|n| n.abs() < limit),
        Value::Array(items) => items.iter().all(|item| are_below(limit, item)),
        Value::Object(members) => members.values().all(|member| are_below(limit, member)),
        _ => true,
    }
}

/// Calls `visit` with the name and the value of every member at any depth.
pub(crate) fn for_each_member(value: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| for_each_member(item, visit)),
        Value::Object(object) => {
            for (name, below) in object {
                visit(name, below);
                for_each_member(below, visit);
            }
        }
        _ => {}
    }
}
