//! A response in which one member is missing or has another type loses nothing, unless that member identifies the response.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

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

/// The pointers of all members of objects and of the first elements of lists.
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
                let at = format!("{at}/{index}");
                members(value, &at, found);
                found.push(at);
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
            match body.pointer_mut(parent).unwrap() {
                Value::Object(object) => {
                    object.remove(&key.replace("~1", "/").replace("~0", "~"));
                }
                list => {
                    list.as_array_mut().unwrap().remove(0);
                }
            }
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
        .replace("\\ud83d\\ude00", "\u{1f600}")
        .replace("\\ud83d", "\u{fffd}")
        .replace("\\udc4d", "\u{fffd}");
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

/// The members without which a response cannot be decoded: those that its type requires at the top, and whatever they require.
/// Of a list, only the movements of a wallet's card need them: they tell which one a call made.
const REQUIRED: &[&str] = &[
    // What identifies a card, a payment, a token, an event, or the result of a call.
    "access_token",
    "amount",
    "card_id",
    "currency",
    "expires_in",
    "pin",
    "ref_id",
    "service",
    "service_status",
    "state",
    "success",
    "token_type",
    "actions",
    "message",
    // The list of a page.
    "authorizations",
    "captures",
    "events",
    "orders",
    "refunds",
    "sessions",
];

/// Changes up to `most` members in turn, each to `step` values. Adds the members that no response may lack, and returns how many bodies were tried.
fn try_all(
    step: usize,
    most: usize,
    name: &str,
    read: Read,
    body: &Value,
    lost: &mut BTreeMap<String, BTreeSet<String>>,
) -> usize {
    let mut pointers = Vec::new();
    members(body, "", &mut pointers);
    let mut tried = 0;
    // A response of many members is tried at some of them, evenly.
    let stride = pointers.len().div_ceil(most).max(1);
    // The elements of the list that it is, or has, are tried in any case, each with all values.
    let is_element =
        |pointer: &&String| pointer.ends_with("/0") && pointer.matches('/').count() <= 2;
    let elements = pointers.iter().filter(is_element);
    let some = pointers.iter().step_by(stride).enumerate();
    let all = replacements().len();
    let tries = some.map(|(index, pointer)| (index * step, step, pointer));
    for (skip, take, pointer) in tries.chain(elements.map(|pointer| (0, all, pointer))) {
        // Each member takes some of the values in turn, so that all are tried at members of each kind.
        for replacement in replacements().into_iter().cycle().skip(skip).take(take) {
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
    let (mut lost, mut lists, mut tried) = (BTreeMap::new(), BTreeSet::new(), 0);
    for api in apis() {
        let document = document(api.name);
        for (method, schema) in successes(&document, &api) {
            let body = Arbitrary::new(&document, 1).value(schema);
            if body.is_array() {
                lists.insert(method.to_owned());
            }
            tried += try_all(2, 25, method, api.responses[method], &body, &mut lost);
        }
    }
    assert!(tried > 3_000, "only {tried} bodies were tried");
    for (method, lost) in &mut lost {
        let is_exempt = !lists.contains(method);
        lost.retain(|member| !(is_exempt && REQUIRED.contains(&member.as_str())));
    }
    lost.retain(|_, lost| !lost.is_empty());
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The transaction of the public reference, with every field.
#[test]
fn the_transaction_of_the_reference_is_decoded_whatever_one_member_is() {
    let [_, checkout, _] = apis();
    let body = data("seeds.json")["POST /transactions/{id}/capture"]["responses"]["200"][0].clone();
    let mut lost = BTreeMap::new();
    let tried = try_all(
        2,
        usize::MAX,
        "transaction",
        checkout.responses["get_transaction"],
        &body,
        &mut lost,
    );
    assert!(tried > 1_500, "only {tried} bodies were tried");
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Bodies that integrations received, with made-up values.
#[test]
fn every_body_that_was_received_is_decoded_without_loss() {
    let apis = apis();
    let bodies = data("received.json");
    for body in bodies.as_array().unwrap() {
        let [name, method, text] =
            ["name", "method", "text"].map(|key| body[key].as_str().unwrap());
        let read = apis
            .iter()
            .find_map(|api| api.responses.get(method))
            .unwrap();
        let (written, set_aside) =
            read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            without_decimals(parsed(&written)),
            without_decimals(parsed(text)),
            "{name}"
        );
        // Read again it is the same body, in another order.
        let (again, same) = read(written.as_bytes()).unwrap();
        assert_eq!(
            (again, same.len()),
            (written.clone(), set_aside.len()),
            "{name}"
        );
        for digits in [
            "18446744073709551617",
            "0.1000000000000000055511151231257827",
            "1e400",
        ] {
            assert_eq!(
                written.contains(digits),
                text.contains(digits),
                "{name}: {digits}"
            );
        }
    }
}

/// A value whose whole decimals are integers.
fn without_decimals(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => json!(float as i64),
            _ => Value::Number(number),
        },
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| (key, without_decimals(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(without_decimals).collect(),
        other => other,
    }
}
