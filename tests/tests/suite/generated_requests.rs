//! Generated requests contain exactly what was set, and are validated before they are sent.

use dintero_core::Nullable;
use dintero_tests::constructs::types;
use dintero_tests::wire;
use serde_json::{Value, json};

fn thing() -> types::ThingInputBuilder {
    types::ThingInput::builder().name("ab").password("secret")
}

fn json_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("json")
}

#[test]
fn defaults_of_the_api_are_not_sent() {
    assert_eq!(
        json_of(&thing().build().expect("a thing")),
        r#"{"name":"ab","password":"secret"}"#
    );
}

#[test]
fn null_can_be_sent_where_the_api_allows_it() {
    let mut value = thing().build().expect("a thing");
    value.note = Nullable::Null;
    assert_eq!(
        json_of(&value),
        r#"{"name":"ab","note":null,"password":"secret"}"#
    );
}

#[test]
fn a_read_only_field_is_not_in_a_request() {
    let body: types::ThingInput =
        serde_json::from_value(json!({"id": "1", "name": "ab", "password": "secret"}))
            .expect("a thing");
    assert_eq!(
        body.unknown_fields()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        ["id"]
    );
}

#[test]
fn a_write_only_field_is_required_in_requests() {
    let error = types::ThingInput::builder()
        .name("ab")
        .build()
        .expect_err("no password");
    assert!(
        error.to_string().contains("`password` is required"),
        "{error}"
    );
}

#[test]
fn every_limit_is_checked_and_all_violations_are_reported_at_once() {
    let error = thing()
        .name("longer")
        .count(-1)
        .positive(0)
        .phone("none")
        .number("X1")
        .pair(["one"])
        .unique(["a", "a"])
        .build()
        .expect_err("every value violates a limit");
    let text = error.to_string();
    for violation in [
        "`count` must be at least 0",
        "`name` must have at most 5 characters",
        "`number` must match the pattern ^[PT]{1}\\d{8}$",
        "`pair` must have at least 2 elements",
        "`phone` must match the pattern",
        "`positive` must be at least 1",
        "`unique` must not have an element twice",
    ] {
        assert!(text.contains(violation), "{violation}\n{text}");
    }
}

#[test]
fn an_undocumented_enum_value_can_be_sent() {
    let value = thing().choice("opt-out").build().expect("a thing");
    assert_eq!(
        json_of(&value),
        r#"{"choice":"opt-out","name":"ab","password":"secret"}"#
    );
}

#[test]
fn the_tag_of_a_variant_is_sent_without_being_set() {
    let card: types::Payment = types::CardPayment::builder()
        .card_token("t")
        .build()
        .expect("a card")
        .into();
    assert_eq!(json_of(&card), r#"{"card_token":"t","kind":"card"}"#);
    let animal: types::Animal = types::Puppy::builder()
        .weeks(8)
        .build()
        .expect("a puppy")
        .into();
    assert_eq!(json_of(&animal), r#"{"species":"Puppy","weeks":8}"#);
}

#[test]
fn a_tag_that_the_variant_does_not_declare_is_sent_as_well() {
    let value = types::Everything::builder()
        .tagged(types::Bare2::builder().two("2"))
        .build()
        .expect("an object");
    assert_eq!(json_of(&value), r#"{"tagged":{"kind":"second","two":"2"}}"#);
}

#[test]
fn a_tag_with_several_values_must_be_set() {
    let error = types::InvoicePayment::builder()
        .due_days(14)
        .build()
        .expect_err("no kind");
    assert!(error.to_string().contains("`kind` is required"), "{error}");
}

#[test]
fn limits_inside_a_union_are_checked() {
    let error = types::CardPayment::builder()
        .card_token("12345")
        .build()
        .expect_err("too long");
    assert!(
        error
            .to_string()
            .contains("`card_token` must have at most 4 characters"),
        "{error}"
    );
}

#[test]
fn a_constant_is_sent_only_where_it_is_required() {
    let fixed = types::Fixed::builder()
        .name("a")
        .build()
        .expect("an object");
    assert_eq!(json_of(&fixed), r#"{"name":"a","version":"v1"}"#);
    assert_eq!(
        json_of(&types::Everything::builder().build().expect("an object")),
        "{}"
    );
}

#[test]
fn debug_of_a_builder_shows_no_values() {
    let printed = format!("{:?}", thing());
    assert_eq!(printed, "ThingInputBuilder { .. }");
}

#[test]
fn a_limit_in_the_form_of_a_later_version_is_checked() {
    let error = types::Everything::builder()
        .limited(3)
        .build()
        .expect_err("too small");
    assert!(
        error.to_string().contains("`limited` must be more than 3"),
        "{error}"
    );
}

/// The violations of a body of `limits` in wire form, of which nothing is typed.
fn violations(body: Value) -> String {
    use dintero_core::{Validate as _, Violations};
    let body: wire::types::Limits = serde_json::from_value(body).expect("an object");
    let mut found = Violations::default();
    body.validate(&mut found);
    found.to_string()
}

#[test]
fn each_kind_of_limit_holds_wherever_the_document_has_it() {
    for (field, value, expected) in [
        ("hundreds", json!(200), ""),
        ("hundreds", json!(150), "must be a multiple of 100"),
        ("hundreds", json!(-9_223_372_036_854_775_800_i64), ""),
        (
            "hundreds",
            json!(9_223_372_036_854_775_807_i64),
            "must be a multiple of 100",
        ),
        ("cents", json!(0.29), ""),
        ("cents", json!(1_000_000_000_000.07), ""),
        ("cents", json!(7), ""),
        ("cents", json!(0.295), "must be a multiple of 0.01"),
        ("cents", json!(1e-9), "must be a multiple of 0.01"),
        ("above", json!(1.5), ""),
        ("above", json!(1), "must be more than 1"),
        ("above", json!(2.0), "must be less than 2"),
        (
            "list",
            json!([]),
            "must have at least 1 elements (it has 0)",
        ),
        ("list", json!([5, 5]), "must not have an element twice"),
        ("list", json!([5, 6]), "[1]` must be a multiple of 5"),
        (
            "map",
            json!({"a": "1", "b": "2"}),
            "must have at most 1 properties (it has 2)",
        ),
        (
            "map",
            json!({"a": "123"}),
            "[0]` must have at most 2 characters (it has 3)",
        ),
        ("nested", json!({"b": "1"}), ""),
        (
            "nested",
            json!({}),
            "must have at least 1 properties (it has 0)",
        ),
        ("merged", json!({"kind": "12345", "amount": 20}), ""),
        (
            "merged",
            json!({"kind": "123456"}),
            ".kind` must have at most 5 characters (it has 6)",
        ),
        (
            "merged",
            json!({"kind": "", "amount": 19}),
            ".amount` must be at least 20",
        ),
        (
            "merged",
            json!({"kind": "", "amount": 71}),
            ".amount` must be at most 70",
        ),
        ("beside", json!("abc"), ""),
        ("beside", json!(null), ""),
        (
            "beside",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
        (
            "beside",
            json!("a"),
            "must have at least 2 characters (it has 1)",
        ),
        (
            "looser",
            json!("abcde"),
            "must have at most 4 characters (it has 5)",
        ),
        (
            "first",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
        (
            "last",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
        (
            "outer",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
        ("counted", json!("0123456789"), ""),
        (
            "counted",
            json!("0123456789x"),
            "must have at most 10 characters (it has 11)",
        ),
        (
            "typeless",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
        ("typeless", json!(12345), ""),
        ("either", json!(["a", "b"]), ""),
        (
            "closed",
            json!("abcd"),
            "must have at most 3 characters (it has 4)",
        ),
    ] {
        let found = violations(json!({field: value, "other": 1}));
        let expected = match expected {
            "" => String::new(),
            nested if nested.starts_with(['[', '.']) => format!("`{field}{nested}"),
            own => format!("`{field}` {own}"),
        };
        assert_eq!(found, expected, "{field}: {value}");
    }
}

#[test]
fn an_object_counts_its_properties_with_those_that_it_does_not_know() {
    for (body, expected) in [
        (
            json!({"hundreds": 100}),
            "must have at least 2 properties (it has 1)",
        ),
        (json!({"hundreds": 100, "x": null}), ""),
        (
            json!({"hundreds": 100, "x": 1, "y": 2, "z": 3}),
            "must have at most 3 properties (it has 4)",
        ),
    ] {
        assert_eq!(violations(body), expected);
    }
    let builder = wire::types::Limits::builder().hundreds(100);
    let error = builder.clone().build().expect_err("one property");
    assert!(
        error
            .to_string()
            .contains("must have at least 2 properties"),
        "{error}"
    );
    let nested = wire::types::LimitsNested::builder();
    let error = builder
        .nested(nested)
        .build()
        .expect_err("no property in it");
    assert!(
        error
            .to_string()
            .contains("`nested` must have at least 1 properties"),
        "{error}"
    );
}

#[test]
fn what_stands_beside_a_reference_counts() {
    let body = wire::types::Limits::builder().hundreds(0);
    let mut body = body.above(1.5).build().expect("an object");
    body.beside = Nullable::Null;
    assert_eq!(
        json_of(&body),
        r#"{"above":1.5,"beside":null,"hundreds":0}"#
    );
}
