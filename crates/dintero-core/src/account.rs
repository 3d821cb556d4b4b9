//! Ids of accounts and of the partners that own them.

use crate::data::Violations;

/// Returns the digits of an id, which follow `T` (test) or `P` (production).
pub(crate) fn digits(id: &str) -> Option<&str> {
    let digits = id.strip_prefix(['T', 'P'])?;
    let valid = digits.bytes().all(|byte| byte.is_ascii_digit());
    valid.then_some(digits)
}

/// Returns `true` for `T` or `P` and 8 digits.
pub(crate) fn is_account(id: &str) -> bool {
    digits(id).is_some_and(|digits| digits.len() == 8)
}

pub(crate) fn check_account(name: &str, id: &str, violations: &mut Violations) {
    if id.is_empty() {
        violations.push(name, "is required");
    } else if !is_account(id) {
        violations.push(name, "must be `T` or `P` and 8 digits");
    }
}

/// An owner is an account, or a partner with 3 digits.
pub(crate) fn check_owner(id: &str, violations: &mut Violations) {
    if !matches!(digits(id).map(str::len), Some(3 | 8)) {
        violations.push("owner", "must be `T` or `P` and 3 or 8 digits");
    }
}

#[cfg(test)]
mod tests {
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
}
