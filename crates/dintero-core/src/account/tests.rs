use super::{check_account, check_owner};
use crate::data::Violations;

#[test]
fn account_ids_are_t_or_p_and_8_digits() {
    let bad = [
        "",
        "T1234567",
        "T123456789",
        "L12345678",
        "T-1234567",
        "t12345678",
        "T1234567٣",
        " T12345678",
    ];
    let is_valid = |id: &str| {
        let mut violations = Violations::default();
        check_account("account", id, &mut violations);
        violations.is_empty()
    };
    assert!(is_valid("T12345678") && is_valid("P00000000"));
    for id in bad {
        assert!(!is_valid(id), "{id}");
    }
}

#[test]
fn an_owner_may_be_a_partner_with_3_digits() {
    let is_valid = |id: &str| {
        let mut violations = Violations::default();
        check_owner(id, &mut violations);
        violations.is_empty()
    };
    assert!(is_valid("P123") && is_valid("T12345678") && !is_valid("P1234"));
}
