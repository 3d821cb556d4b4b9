use serde::Deserialize;

use super::{mismatch, paths_at};

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Transaction {
    id: String,
    amount: i64,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Event {
    amount: i64,
    metadata: Option<std::collections::BTreeMap<String, Vec<u8>>>,
}

#[test]
fn a_list_of_another_type_is_named_itself() {
    for body in [
        r#"{"id":"","amount":0,"events":[{"amount":[1]}]}"#,
        r#"{"id":"","amount":0,"events":[{"amount":{"a":1}}]}"#,
        r#"{"id":"","amount":0,"events":[{"amount": []}]}"#,
    ] {
        assert_eq!(fault(body).0, "events[0].amount", "{body}");
    }
    assert_eq!(fault(r#"{"events":[[]],"id":""}"#).0, "events[0]");
}

fn fault(body: &str) -> (String, String) {
    let error = serde_json::from_str::<Transaction>(body).expect_err("a mismatch");
    let fault = mismatch(&error, body.as_bytes());
    (fault.field, fault.text)
}

#[test]
fn the_path_names_the_field_that_does_not_match() {
    let cases = [
        (r#"{"id":"a","amount":"12"}"#, "amount", "expected i64"),
        (r#"{"id":"a","amount":{}}"#, "amount", "expected i64"),
        (
            "{\n \"id\": \"a, [}\\\"\",\n \"amount\": 1,\n \"events\": [ {\"amount\":1},\n {\"amount\": true} ] }",
            "events[1].amount",
            "expected i64",
        ),
        (
            r#"{"id":"a","amount":1,"events":[{"amount":1},{"metadata":null}]}"#,
            "events[1]",
            "missing field `amount`",
        ),
        (
            r#"{"id":"a","amount":1,"events":[7]}"#,
            "events[0]",
            "expected struct Event",
        ),
        (r#"{"id":"a"}"#, "", "missing field `amount`"),
        (
            r#"{"id":"a","amount":1,"events":[{"amount":1,"metadata":{"Kari Nordmann":["x"]}}]}"#,
            "events[0].metadata.*[0]",
            "expected u8",
        ),
        (
            r#"{"id":"a","amount":1,"events":[{"amount":1,"metadata":{"4740230256":["x"]}}]}"#,
            "events[0].metadata.*[0]",
            "expected u8",
        ),
    ];
    for (body, path, reason) in cases {
        assert_eq!(fault(body), (path.to_owned(), reason.to_owned()), "{body}");
    }
}

#[test]
fn a_body_that_is_not_json_is_reported_as_such() {
    assert_eq!(fault("<html>").1, "the body is not JSON");
    assert_eq!(fault(r#"{"id":"a","amo"#).1, "the body ends too early");
    assert_eq!(fault("  ").1, "the body is empty");
    assert_eq!(
        fault(&"[".repeat(1000)).1,
        "expected i64".replace("i64", "a string")
    );
}

#[test]
fn a_reason_never_quotes_a_value() {
    let (_, reason) = fault(r#"{"id":"a","amount":"4111111111111111, expected i64"}"#);
    assert_eq!(reason, "expected i64");
}

#[test]
fn any_bytes_give_a_path() {
    for length in 0..64_usize {
        let bytes: Vec<u8> = (0..length)
            .map(|n| b"{}[]\",:\\a\xff"[(n * 7 + length) % 10])
            .collect();
        let offsets: Vec<usize> = (0..70).rev().collect();
        let paths = paths_at(&bytes, &offsets, None);
        assert!(paths.iter().all(|path| path.len() < 1000));
    }
}
