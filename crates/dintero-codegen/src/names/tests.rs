use super::{distinct, name_part, singular, type_name, variant};

#[test]
fn names_are_camel_case_whatever_they_were() {
    assert_eq!(name_part("dintero_psp.creditcard"), "DinteroPspCreditcard");
    assert_eq!(name_part("AUTHORIZATION_VOIDED"), "AuthorizationVoided");
    assert_eq!(name_part("3DS"), "V3ds");
    assert_eq!(name_part("x²"), "X");
    assert_eq!(type_name("a/b c"), "Abc");
}

#[test]
fn elements_are_named_in_the_singular() {
    for (plural, one) in [
        ("items", "item"),
        ("addresses", "address"),
        ("countries", "country"),
        ("status", "status"),
        ("purchases", "purchase"),
    ] {
        assert_eq!(singular(plural), one);
    }
}

fn variants(values: &[&str], kept: &[(&str, &str)]) -> Vec<String> {
    let kept = |value: &&str| {
        let kept = kept.iter().find(|(known, _)| known == value);
        kept.map(|(_, name)| (*name).to_owned())
    };
    let names = distinct(values, &["Unknown"], kept, |value, count| {
        variant(value, count)
    });
    values.iter().map(|value| names[value].clone()).collect()
}

#[test]
fn variants_are_distinct_and_leave_room_for_what_is_unknown() {
    for (values, names) in [
        (
            &["a-b", "a_b", "", "UNKNOWN", "14"],
            ["AB", "AB2", "Empty", "LiteralUnknown", "V14"],
        ),
        (
            &["LiteralUnknown", "Unknown", "unknown", "x", "X"],
            [
                "LiteralUnknown",
                "LiteralUnknown2",
                "LiteralUnknown3",
                "X",
                "X2",
            ],
        ),
        (
            &["K", "\u{212a}", "\u{212b}", "\u{c5}", "A\u{30a}"],
            ["K", "K2", "Å", "Å2", "Å3"],
        ),
        (
            &["no", "No", "NO", "nO", "n o"],
            ["No", "No2", "No3", "NO", "NO2"],
        ),
        (
            &["!", "...", "\u{1f600}", "\u{1f601}", " "],
            ["Other", "Other2", "Other3", "Other4", "Other5"],
        ),
        (&["a", "a2", "a 2", "A", "b"], ["A", "A2", "A22", "A3", "B"]),
        (
            &["self", "Self", "+1", "-1", "²"],
            ["SelfValue", "SelfValue2", "V1", "V12", "Other"],
        ),
    ] {
        assert_eq!(variants(values, &[]), names);
    }
}

#[test]
fn a_name_that_is_given_is_kept_if_it_is_one() {
    for (kept, names) in [
        (&[("B", "A")][..], ["A2", "A3", "A"]),
        (&[("a", "A2")], ["A2", "A", "B"]),
        (
            &[("a", "Unknown"), ("A", "x y"), ("B", "")],
            ["A", "A2", "B"],
        ),
        (&[("a", "B"), ("A", "B")], ["B", "A", "B2"]),
    ] {
        assert_eq!(variants(&["a", "A", "B"], kept), names);
    }
}
