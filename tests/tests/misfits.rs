//! A response in which one member is missing or has another type loses nothing, unless that member identifies the response.

use std::collections::{BTreeMap, BTreeSet};

use dintero_tests::arbitrary::Arbitrary;
use dintero_tests::{Read, apis, data, document, successes};
use serde_json::{Map, Value, json};

/// A string that stands for the number `1e400`, which no `Value` can hold.
const HUGE: &str = "the number 1e400";
/// A string that stands for half of a surrogate pair.
const HALF: &str = "half of a surrogate pair";

/// The values that take the place of a member in turn; `None` removes it.
fn replacements() -> Vec<Option<Value>> {
    let values = [
        json!(null),
        json!("x"),
        json!(7.5),
        json!([]),
        json!({}),
        json!(true),
        json!(HUGE),
        json!(HALF),
    ];
    std::iter::once(None).chain(values.map(Some)).collect()
}

fn text(body: &Value) -> String {
    let body = body.to_string();
    body.replace(&format!("\"{HUGE}\""), "1e400")
        .replace(HALF, "\\ud83d")
}

/// The pointers of all members of objects.
fn members(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                members(value, &at, found);
                found.push(at);
            }
        }
        // The elements of a list are alike, and the first one is tried.
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate().take(1) {
                members(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn replace(body: &Value, pointer: &str, replacement: Option<&Value>) -> Value {
    let mut body = body.clone();
    match replacement {
        Some(value) => *body.pointer_mut(pointer).unwrap() = value.clone(),
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            parent.remove(&key.replace("~1", "/").replace("~0", "~"));
        }
    }
    body
}

/// A value without absent members, `null` being absent, and with whole decimals as integers.
fn normalized(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let members = object.into_iter().filter(|(_, value)| !value.is_null());
            let members: Map<String, Value> = members
                .map(|(key, value)| (key, normalized(value)))
                .collect();
            Value::Object(members)
        }
        Value::Array(list) => list.into_iter().map(normalized).collect(),
        other => other,
    }
}

fn parsed(text: &str) -> Value {
    let text = text
        .replace("1e400", &format!("\"{HUGE}\""))
        .replace("\\ud83d", "\u{fffd}");
    normalized(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// The pointer without indices.
fn place(pointer: &str) -> String {
    let parts = pointer
        .split('/')
        .skip(1)
        .filter(|part| part.parse::<usize>().is_err());
    parts.collect::<Vec<_>>().join(".")
}

/// Changes every member in turn. Adds the members that no response may lack, and returns how many bodies were tried.
fn try_all(
    name: &str,
    read: Read,
    body: &Value,
    lost: &mut BTreeMap<String, BTreeSet<String>>,
) -> usize {
    let mut pointers = Vec::new();
    members(body, "", &mut pointers);
    let mut tried = 0;
    for pointer in &pointers {
        for replacement in replacements() {
            let changed = text(&replace(body, pointer, replacement.as_ref()));
            tried += 1;
            match read(changed.as_bytes()) {
                Ok((written, set_aside)) => {
                    assert_eq!(
                        parsed(&written),
                        parsed(&changed),
                        "{name} {pointer} {replacement:?} {set_aside:?}"
                    );
                }
                Err(_) => {
                    lost.entry(name.to_owned())
                        .or_default()
                        .insert(place(pointer));
                }
            }
        }
    }
    tried
}

#[test]
fn a_response_with_one_member_that_does_not_fit_is_decoded() {
    let (mut lost, mut tried) = (BTreeMap::new(), 0);
    for api in apis() {
        let document = document(api.name);
        for (method, schema) in successes(&document, &api) {
            for seed in 1..3 {
                let body = Arbitrary::new(&document, seed).value(schema);
                tried += try_all(method, api.responses[method], &body, &mut lost);
            }
        }
    }
    println!("{tried} bodies; lost: {lost:#?}");
    assert!(lost.is_empty());
}

/// The transaction of the public reference, with every field.
#[test]
fn the_transaction_of_the_reference_is_decoded_whatever_one_member_is() {
    let [_, checkout, _] = apis();
    let body = data("seeds.json")["POST /transactions/{id}/capture"]["responses"]["200"][0].clone();
    let mut lost = BTreeMap::new();
    let tried = try_all(
        "transaction",
        checkout.responses["get_transaction"],
        &body,
        &mut lost,
    );
    println!("{tried} bodies; lost: {lost:#?}");
    assert!(tried > 2_000);
    assert!(lost.is_empty());
}
