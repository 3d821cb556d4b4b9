//! Types that lead back to themselves have a finite size, and unions among their own kinds know what these can be.

use dintero_tests::bodies::preserved;
use dintero_tests::circles::types::{Ca, Circles, Cm};
use serde_json::{Value, json};

#[test]
fn every_type_is_read_and_written() {
    for (field, value, shown) in [
        (
            "base_and_choice",
            json!({"b": "1", "base": "2", "kind": "b"}),
            "Cb(Cb ",
        ),
        (
            "base_and_choice",
            json!({"base": "2", "c": "1", "kind": "c", "mid": "3"}),
            "Cc(Cc ",
        ),
        (
            "base_and_choice",
            json!({"base": "2", "kind": "m"}),
            "Cm(Cm ",
        ),
        (
            "between",
            json!({"base": "2", "c": "1", "kind": "c", "mid": "3"}),
            "MidC(MidC ",
        ),
        ("untagged", json!({"shared": "2", "vb": "1"}), "Vb(Vb "),
        (
            "untagged",
            json!({"inner": {"vb": "1"}, "shared": "2", "vc": "1"}),
            "Vc(Vc ",
        ),
        (
            "own_kind",
            json!({"kind": "own", "next": {"k": "1", "kind": "kid"}, "o": "2"}),
            "Own2(Own2 ",
        ),
        (
            "own_kind",
            json!({"k": "1", "kind": "kid", "needs": {"kind": "kid"}}),
            "Kid(Kid ",
        ),
        (
            "endless",
            json!({"r2": {"r3": {"list": [{}], "map": {"a": {}}}}}),
            "R1 ",
        ),
        ("ends", json!({"t2": {"t2": {"end": "1"}}}), "T1 "),
        ("itself", json!({"self": {"self": {}}}), "Plain "),
        ("nullable", json!({"a": {"b": {"a": {"b": null}}}}), "Deep "),
        (
            "expression",
            json!({"left": {"op": "Lit", "value": 1}, "op": "Add", "right": {"of": {"a": {"op": "Lit", "value": 2}}, "op": "Group"}}),
            "Add(Add ",
        ),
        ("rose", json!({"children": [{"children": []}]}), "Rose "),
        ("loop", json!({"end": "1"}), "End "),
        ("tagged_1", json!({"c": "1", "kind": "Tc"}), "Tc(Tc "),
        ("tagged_1", json!({"d": "1", "kind": "Td"}), "Td(Td "),
        ("both", json!({"a": "1", "x": "2"}), "BothA(BothA "),
        ("both", json!({"b": "1", "y": "2"}), "BothB(BothB "),
    ] {
        let read: Circles = preserved(json!({ field: value }));
        let text = format!("{read:?}");
        assert!(text.contains(&format!(": Some({shown}")), "{value}: {text}");
        assert!(
            !text.contains("Unknown") && !text.contains("unknown_fields"),
            "{value}: {text}"
        );
    }
}

#[test]
fn a_kind_that_adds_nothing_has_the_properties_of_its_base_and_its_tag() {
    let built = Ca::try_from(Cm::builder().base("b")).map(serde_json::to_value);
    let built: Value = built.expect("a kind").expect("JSON");
    assert_eq!(built, json!({"base": "b", "kind": "m"}));
}
