//! Names in a document never collide in the generated code.

use dintero_tests::constructs::types;
use serde_json::json;

#[test]
fn properties_have_their_wire_names_whatever_their_rust_names() {
    let body = json!({
        "3ds": "1", "@type": "2", "aB": "3", "a_b": "4", "a_b_2": "5", "bambora:transaction_id": "6", "blåbær": "7",
        "build": "8", "builder": "9", "check": "10", "client": "11", "clone": "12", "default": "13",
        "dintero-system-name": "14", "f": "15", "problems": "16", "self": "17", "type": "18", "unknown_fields": "19",
        "vipps:info.timeStamp": "20",
    });
    let read: types::Names = serde_json::from_value(body.clone()).expect("names");
    assert_eq!(read.unknown_fields().count(), 0);
    assert_eq!(serde_json::to_value(&read).expect("json"), body);
    let built = types::Names::builder()
        .x3ds("1")
        .type_("2")
        .a_b_3("3")
        .a_b("4")
        .a_b_2("5")
        .bambora_transaction_id("6")
        .blåbær("7")
        .build_("8")
        .builder("9")
        .check("10")
        .client("11")
        .clone_("12")
        .default("13")
        .dintero_system_name("14")
        .f("15")
        .problems("16")
        .self_("17")
        .type_2("18")
        .unknown_fields("19")
        .vipps_info_time_stamp("20");
    assert_eq!(built.build().expect("names"), read);
}

#[test]
fn properties_that_are_equal_in_snake_case_are_two_fields() {
    let read: types::Names =
        serde_json::from_str(r#"{"aB":"camel","a_b":"snake"}"#).expect("names");
    assert_eq!(
        (read.a_b.as_deref(), read.a_b_3.as_deref()),
        (Some("snake"), Some("camel"))
    );
}

#[test]
fn schemas_named_like_the_prelude_do_not_shadow_it() {
    let body = json!({
        "box": {"box": "1"}, "choice": {"err": "2"}, "clone": {"clone": "3"}, "default": {"default": "4"},
        "iterator": {"iterator": "5"}, "none": {"none": "6"}, "number": {"number": 7}, "ok": {"ok": "8"},
        "option": {"option": "9"}, "result": {"result": "10"}, "rule": {"rule": "11"}, "self": {"self": "12"},
        "some": {"some": "13"}, "string": {"string": "14"}, "value": {"value": "15"}, "vec": [{"vec": ["16"]}],
    });
    let read: types::EverythingPrelude = serde_json::from_value(body.clone()).expect("an object");
    assert_eq!(read.unknown_fields().count(), 0);
    assert_eq!(serde_json::to_value(&read).expect("json"), body);
    assert_eq!(
        read.option.as_deref(),
        Some(
            &types::Option::builder()
                .option("9")
                .build()
                .expect("an Option")
        )
    );
    let error = types::Rule::builder()
        .rule("long")
        .build()
        .expect_err("too long");
    assert!(
        error
            .to_string()
            .contains("`rule` must have at most 3 characters"),
        "{error}"
    );
}

#[test]
fn a_variant_named_unknown_is_not_the_catch_all() {
    let read: types::EverythingPreludeChoice =
        serde_json::from_str(r#"{"unknown":"u"}"#).expect("a choice");
    assert!(!read.is_unknown());
    assert!(matches!(
        read,
        types::EverythingPreludeChoice::LiteralUnknown(types::Unknown { .. })
    ));
}

#[test]
fn components_that_differ_by_case_or_punctuation_are_different_types() {
    let body = json!({"foo_1": {"one": "1"}, "foo_2": {"two": "2"}, "foo_3": {"three": "3"}, "credentials": {"grant": "g"}});
    let read: types::Everything = serde_json::from_value(body).expect("an object");
    let (one, two, three) = (
        read.foo_1.expect("1"),
        read.foo_2.expect("2"),
        read.foo_3.expect("3"),
    );
    assert_eq!(
        (
            one.one.as_deref(),
            two.two.as_deref(),
            three.three.as_deref()
        ),
        (Some("1"), Some("2"), Some("3"))
    );
    let credentials: types::ClientCredentials = *read.credentials.expect("credentials");
    assert_eq!(credentials.grant.as_deref(), Some("g"));
}

#[test]
fn a_component_named_like_the_builder_of_another_is_a_distinct_type() {
    let body = types::Everything::builder()
        .rules(types::Rules::builder().rules("a"))
        .rules_builder(types::RulesBuilder2::builder().rules_builder("b"));
    let body = serde_json::to_value(body.build().expect("an object")).expect("json");
    assert_eq!(
        body,
        json!({"rules": {"rules": "a"}, "rules_builder": {"rules_builder": "b"}})
    );
}

#[test]
fn a_component_named_like_a_type_of_the_runtime_is_an_object() {
    let body = types::DinteroNumber2::builder()
        .number(7)
        .build()
        .expect("an object");
    assert_eq!(
        serde_json::to_string(&body).expect("json"),
        r#"{"number":7}"#
    );
}
