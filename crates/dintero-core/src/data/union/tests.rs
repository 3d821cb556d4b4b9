use serde_json::json;

use serde_json::Value;

use super::{UnionFacts, VariantFacts, members};

const fn variant(
    name: &'static str,
    values: &'static [&'static str],
    fields: [&'static [&'static str]; 2],
) -> VariantFacts {
    VariantFacts {
        name,
        values,
        fields,
    }
}

const VARIANTS: [VariantFacts; 6] = [
    variant("Text", &["text", "1.10"], [&[], &[]]),
    variant("Integer", &["1", "-9007199254740993"], [&[], &[]]),
    variant("Number", &["1.5"], [&[], &[]]),
    variant("Boolean", &["true"], [&[], &[]]),
    variant("Left", &["side"], [&["left"], &["both"]]),
    variant("Right", &["side"], [&["right"], &["both"]]),
];

fn told(value: &Value, variants: &'static [VariantFacts]) -> (Vec<&'static str>, bool) {
    let facts = UnionFacts {
        name: "Union",
        tag: &["kind"],
        open: false,
        variants,
    };
    super::told(&members(&value.to_string()).unwrap(), &facts)
}

#[test]
fn a_tag_tells_whatever_its_type_is() {
    for (tag, name) in [
        (json!("text"), "Text"),
        (json!("1.10"), "Text"),
        (json!(1), "Integer"),
        (json!(1.0), "Integer"),
        (json!("1"), "Integer"),
        (json!(-9_007_199_254_740_993_i64), "Integer"),
        (json!(1.5), "Number"),
        (json!(true), "Boolean"),
    ] {
        let value = json!({ "kind": tag });
        assert_eq!(told(&value, &VARIANTS), (vec![name], true), "{value}");
    }
}

#[test]
fn an_unknown_tag_tells_nothing() {
    for tag in [
        json!("other"),
        json!(2),
        json!(-9_007_199_254_740_992_i64),
        json!(false),
        json!([1]),
        json!({}),
    ] {
        let value = json!({ "kind": tag, "left": 1 });
        assert_eq!(told(&value, &VARIANTS), (vec![], false), "{value}");
    }
}

#[test]
fn fields_tell_what_a_tag_leaves_open_and_null_tells_last() {
    for (value, names) in [
        (json!({"kind": "side", "left": 1}), vec!["Left"]),
        (
            json!({"kind": "side", "left": null, "right": 1}),
            vec!["Right", "Left"],
        ),
        (json!({"kind": "side", "left": null}), vec!["Left"]),
        (
            json!({"kind": "side", "right": 1, "both": 1}),
            vec!["Right", "Left"],
        ),
        (json!({"kind": "side", "both": 1}), vec!["Left", "Right"]),
        (json!({"kind": "side"}), vec![]),
        (json!({"right": 1}), vec!["Right"]),
        (json!({"kind": null, "right": 1}), vec!["Right"]),
        (json!([]), vec![]),
        (json!("left"), vec![]),
    ] {
        assert_eq!(told(&value, &VARIANTS), (names, false), "{value}");
    }
}

#[test]
fn a_variant_without_values_may_have_any_tag_that_no_other_has() {
    const VARIANTS: &[VariantFacts] = &[
        variant("Known", &["known"], [&[], &[]]),
        variant("Other", &[], [&["other"], &[]]),
    ];
    let value = json!({"kind": "new", "other": 1});
    assert_eq!(told(&value, VARIANTS), (vec!["Other"], false));
}
