//! Generated types preserve every value that the document allows, and unknown ones.

use dintero_core::Nullable;
use dintero_tests::bodies::{everything, preserved, thing};
use dintero_tests::constructs::types::{
    Collide, EverythingDays, EverythingMetadata, EverythingOpenText, EverythingUntyped, Level,
    Thing,
};
use serde_json::json;

#[test]
fn an_empty_list_differs_from_an_absent_one() {
    assert_eq!(thing("list", json!([])).list, Some(vec![]));
    assert_eq!(thing("name", json!("a")).list, None);
}

#[test]
fn null_differs_from_absent_and_from_a_value() {
    assert_eq!(thing("note", json!(null)).note, Nullable::Null);
    assert_eq!(
        thing("note", json!("x")).note,
        Nullable::Value("x".to_owned())
    );
    assert_eq!(thing("name", json!("a")).note, Nullable::Absent);
    assert_eq!(thing("memo", json!(null)).memo, Nullable::Null);
}

#[test]
fn null_in_an_enum_makes_whatever_refers_to_it_nullable() {
    assert_eq!(thing("level", json!(null)).level, Nullable::Null);
    assert_eq!(
        thing("level", json!("low")).level,
        Nullable::Value(Level::Low)
    );
}

#[test]
fn elements_of_lists_and_maps_may_be_null() {
    assert_eq!(
        thing("holes", json!(["a", null])).holes,
        Some(vec![Some("a".to_owned()), None])
    );
    let levels = thing("levels", json!({"a": null, "b": "high"}))
        .levels
        .unwrap_or_default();
    assert_eq!(
        levels.into_values().collect::<Vec<_>>(),
        [None, Some(Level::High)]
    );
}

#[test]
fn a_choice_of_null_and_an_object_is_a_nullable_object() {
    assert_eq!(everything("maybe", json!(null)).maybe, Nullable::Null);
    let one = everything("maybe", json!({"one": "x"})).maybe;
    assert_eq!(one.value().and_then(|one| one.one.as_deref()), Some("x"));
}

#[test]
fn limits_are_not_checked_in_responses() {
    thing("name", json!("much longer than five"));
    thing("phone", json!("none"));
    thing("number", json!("not of the pattern"));
    thing("pair", json!(["only one"]));
    thing("unique", json!(["a", "a"]));
    thing("count", json!(-1));
    thing("positive", json!(0));
}

#[test]
fn an_int32_holds_more_than_32_bits() {
    assert_eq!(
        thing("count", json!(5_000_000_000_i64)).count,
        Some(5_000_000_000)
    );
}

#[test]
fn numbers_are_encoded_as_they_were_decoded() {
    for text in ["1921", "2.5", "29990.0", "18446744073709551615"] {
        let body = format!(r#"{{"id":"1","memo":null,"name":"a","ratio":{text}}}"#);
        let value: Thing = serde_json::from_str(&body).expect("a thing");
        assert_eq!(serde_json::to_string(&value).expect("json"), body);
    }
}

#[test]
fn a_uuid_without_dashes_stays_without_dashes() {
    thing("uid", json!("67e5504410b1426f9247bb680e5fe0c8"));
    thing("uid", json!("none at all"));
}

#[test]
fn times_and_dates_are_encoded_as_they_were_decoded() {
    for text in [
        "2026-07-01T10:20:30.120Z",
        "2026-07-01T10:20:30+02:00",
        "2026-07-01",
    ] {
        thing("created_at", json!(text));
        thing("day", json!(text));
    }
    assert!(
        thing("created_at", json!("2026-07-01T10:20:30Z"))
            .created_at
            .and_then(|time| time.get())
            .is_some()
    );
}

#[test]
fn a_date_format_on_an_integer_leaves_it_an_integer() {
    assert_eq!(thing("days_until_due", json!(14)).days_until_due, Some(14));
}

#[test]
fn a_write_only_field_is_not_expected_in_a_response() {
    assert_eq!(thing("name", json!("a")).password, None);
}

#[test]
fn unknown_fields_are_preserved_where_they_are_forbidden() {
    let value = thing("announced_later", json!({"a": [1, null]}));
    assert_eq!(value.unknown_fields().count(), 1);
}

#[test]
fn additional_fields_with_a_type_are_preserved() {
    let value = everything("metadata", json!({"id": "x", "a": 1, "b": 2}));
    let metadata = value.metadata.expect("metadata");
    assert_eq!(
        metadata
            .unknown_fields()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    let built = EverythingMetadata::builder()
        .id("x")
        .unknown_field("a", 1)
        .unknown_field("b", 2)
        .build()
        .expect("metadata");
    assert_eq!(built, *metadata);
    let error = EverythingMetadata::builder()
        .unknown_field("id", "y")
        .build()
        .expect_err("it has a method");
    assert!(
        error
            .to_string()
            .contains("`id` is a known field: use its setter"),
        "{error}"
    );
}

#[test]
fn an_absent_field_does_not_get_its_default() {
    let value = thing("name", json!("a"));
    assert_eq!(
        (value.enabled, value.choice, value.list),
        (None, None, None)
    );
}

#[test]
fn values_that_are_equal_in_camel_case_are_distinct() {
    let known = [
        "a-b",
        "a_b",
        "abc",
        "ABC",
        "",
        "UNKNOWN",
        "self",
        "3DS",
        "Credit Card",
        "/Terminal/default.aspx",
        "*",
        "+",
    ];
    assert_eq!(Collide::KNOWN, known);
    for value in known {
        assert!(!preserved::<Collide>(json!(value)).is_unknown(), "{value}");
    }
    assert_eq!(preserved::<Collide>(json!("a-b")), Collide::AB);
    assert_eq!(preserved::<Collide>(json!("ABC")), Collide::Abc2);
    assert_eq!(preserved::<Collide>(json!("")), Collide::Empty);
    assert_eq!(
        preserved::<Collide>(json!("UNKNOWN")),
        Collide::LiteralUnknown
    );
}

#[test]
fn unknown_enum_values_are_preserved() {
    assert_eq!(preserved::<Collide>(json!("later")).as_str(), "later");
    assert_eq!(
        thing("choice", json!("opt-out"))
            .choice
            .map(|choice| choice.is_unknown()),
        Some(true)
    );
}

#[test]
fn enums_of_integers_and_enums_without_a_type_are_enums() {
    assert_eq!(
        everything("days", json!(14)).days,
        Some(EverythingDays::V14)
    );
    assert_eq!(
        everything("days", json!(45)).days.map(|days| days.as_i64()),
        Some(45)
    );
    assert_eq!(
        everything("untyped", json!("PHONE")).untyped,
        Some(EverythingUntyped::Phone)
    );
}

#[test]
fn enums_of_numbers_and_of_several_types_have_those_types() {
    assert_eq!(
        everything("rate", json!(1.5))
            .rate
            .map(|rate| rate.as_f64()),
        Some(1.5)
    );
    for value in [json!("a"), json!(1), json!(true)] {
        everything("mixed", value);
    }
}

#[test]
fn an_enum_in_a_choice_with_text_is_an_open_enum() {
    assert_eq!(
        everything("open_text", json!("known")).open_text,
        Some(EverythingOpenText::Known)
    );
    everything("open_text", json!("free"));
}

#[test]
fn a_choice_of_text_and_number_preserves_its_type() {
    for value in [json!("1921"), json!(1921), json!(2.5)] {
        everything("text_or_number", value.clone());
        everything("map", json!({ "key": value }));
    }
}

#[test]
fn a_choice_of_other_scalars_is_any_json() {
    for value in [json!(true), json!(7)] {
        everything("flag_or_number", value);
    }
}

#[test]
fn one_or_many_is_encoded_as_it_was_decoded() {
    for value in [json!("a"), json!(["a"]), json!([])] {
        everything("one_or_many", value);
    }
}
