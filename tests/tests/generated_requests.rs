//! Generated requests contain exactly what was set, and are validated before they are sent.

use dintero_core::Nullable;
use dintero_tests::constructs::types;
use serde_json::json;

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
