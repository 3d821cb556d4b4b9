//! Losses in what is sent: nothing is made up, nothing that was asked for is left out, and what the API refuses is refused here.

use dintero_core::Nullable;
use dintero_tests::traps::types;
use serde_json::json;

fn thing() -> types::ThingInputBuilder {
    types::ThingInput::builder().name("ab").password("secret")
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("json")
}

#[test]
fn defaults_of_the_api_are_not_sent() {
    assert_eq!(
        written(&thing().build().expect("a thing")),
        r#"{"name":"ab","password":"secret"}"#
    );
}

#[test]
fn null_can_be_sent_where_the_api_allows_it() {
    let mut value = thing().build().expect("a thing");
    value.note = Nullable::Null;
    assert_eq!(
        written(&value),
        r#"{"name":"ab","note":null,"password":"secret"}"#
    );
}

#[test]
fn a_read_only_field_is_no_part_of_a_request() {
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
fn a_write_only_field_is_required_where_it_is_written() {
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
fn every_limit_is_checked_and_all_that_is_wrong_is_said_at_once() {
    let error = thing()
        .name("longer")
        .count(-1)
        .positive(0)
        .phone("none")
        .number("X1")
        .pair(["one"])
        .unique(["a", "a"])
        .build()
        .expect_err("all of it is wrong");
    let text = error.to_string();
    for problem in [
        "`count` must be at least 0",
        "`name` must have at most 5 characters",
        "`number` must match the pattern ^[PT]{1}\\d{8}$",
        "`pair` must have at least 2 elements",
        "`phone` must match the pattern",
        "`positive` must be at least 1",
        "`unique` must not have an element twice",
    ] {
        assert!(text.contains(problem), "{problem}\n{text}");
    }
}

#[test]
fn a_value_that_the_document_does_not_list_can_be_sent() {
    let value = thing().choice("opt-out").build().expect("a thing");
    assert_eq!(
        written(&value),
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
    assert_eq!(written(&card), r#"{"card_token":"t","kind":"card"}"#);
    let animal: types::Animal = types::Puppy::builder()
        .weeks(8)
        .build()
        .expect("a puppy")
        .into();
    assert_eq!(written(&animal), r#"{"species":"Puppy","weeks":8}"#);
}

#[test]
fn a_tag_that_the_variant_does_not_declare_is_sent_all_the_same() {
    let value = types::Everything::builder()
        .tagged(types::Bare2::builder().two("2"))
        .build()
        .expect("an object");
    assert_eq!(written(&value), r#"{"tagged":{"kind":"second","two":"2"}}"#);
}

#[test]
fn a_tag_with_several_values_has_to_be_chosen() {
    let error = types::InvoicePayment::builder()
        .due_days(14)
        .build()
        .expect_err("which kind?");
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
fn a_constant_is_sent_where_it_is_required_and_nowhere_else() {
    let fixed = types::Fixed::builder()
        .name("a")
        .build()
        .expect("an object");
    assert_eq!(written(&fixed), r#"{"name":"a","version":"v1"}"#);
    assert_eq!(
        written(&types::Everything::builder().build().expect("an object")),
        "{}"
    );
}

#[test]
fn an_unfinished_request_prints_no_values() {
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
