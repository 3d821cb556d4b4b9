use super::{Limit, Validate, Violations};

fn violations(value: &dyn Validate, limits: &[Limit]) -> String {
    let mut at = Violations::default();
    value.check(limits, &mut at);
    at.to_string()
}

#[test]
fn a_violation_names_the_limit_and_the_length_but_not_the_value() {
    let secret = "4000000000000002".to_owned();
    assert_eq!(
        violations(&secret, &[Limit::MaxLength(4)]),
        "must have at most 4 characters (it has 16)"
    );
    assert_eq!(
        violations(&secret, &[Limit::Pattern("^[A-Z]+$")]),
        "must match the pattern ^[A-Z]+$ (its 16 characters do not)"
    );
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert_eq!(violations(&"æøå".to_owned(), &[Limit::MaxLength(3)]), "");
}

#[test]
fn patterns_may_look_ahead() {
    let owner = [Limit::Pattern(r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$")];
    assert_eq!(violations(&"T123".to_owned(), &owner), "");
    assert!(violations(&"T1234".to_owned(), &owner).contains("must match"));
}

#[test]
fn every_element_of_a_list_is_checked() {
    let list = vec![5_i64, -1, -2];
    let limits = [Limit::MaxItems(2), Limit::Each(&[Limit::Min(0.0)])];
    assert_eq!(
        violations(&list, &limits),
        "must have at most 2 elements (it has 3); `[1]` must be at least 0; `[2]` must be at least 0"
    );
    assert_eq!(
        violations(&vec![1_i64, 2, 1], &[Limit::Unique]),
        "must not have an element twice"
    );
}

#[test]
fn limits_may_be_exclusive() {
    assert_eq!(
        violations(&1_i64, &[Limit::Above(1.0)]),
        "must be more than 1"
    );
    assert_eq!(
        violations(&1_i64, &[Limit::Below(1.0)]),
        "must be less than 1"
    );
}

#[test]
fn a_field_that_may_be_absent_in_responses_can_be_required_in_requests() {
    assert_eq!(
        violations(&None::<String>, &[Limit::Required]),
        "is required"
    );
    assert_eq!(violations(&None::<String>, &[]), "");
}
