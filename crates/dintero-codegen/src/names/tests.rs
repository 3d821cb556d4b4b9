use super::{name_part, singular, type_name, variants};

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

#[test]
fn variants_are_distinct_and_leave_room_for_what_is_unknown() {
    let values = ["a-b", "a_b", "", "UNKNOWN", "14", "a-b"].map(str::to_owned);
    let names: Vec<String> = variants(&values)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["AB", "AB2", "Empty", "LiteralUnknown", "V14"]);
}
