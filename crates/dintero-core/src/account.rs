//! Ids of accounts and of the partners that own them.

use crate::data::Violations;

/// Returns the digits of an id, which follow `T` (test) or `P` (production).
pub(crate) fn digits(id: &str) -> Option<&str> {
    let digits = id.strip_prefix(['T', 'P'])?;
    let valid = digits.bytes().all(|byte| byte.is_ascii_digit());
    valid.then_some(digits)
}

/// Returns `true` for `T` or `P` and 8 digits.
pub fn is_account(id: &str) -> bool {
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
mod tests;
