//! The limits of the API, checked in requests and never in responses.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use super::{Number, Violations};

/// A value that is checked against the limits of the API.
///
/// Checked when a builder builds and again before a request is sent. Responses are never checked.
pub trait Validate {
    /// Records every violation, `limits` being those of the field that holds this value.
    #[doc(hidden)]
    fn check(&self, limits: &[Limit], at: &mut Violations);

    /// Records every violation in this value and in all its parts.
    fn validate(&self, at: &mut Violations) {
        self.check(&[], at);
    }
}

/// A limit from the OpenAPI document.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// `minimum`, and whether it is exclusive.
    Min(f64),
    /// `maximum`
    Max(f64),
    /// `exclusiveMinimum`
    Above(f64),
    /// `exclusiveMaximum`
    Below(f64),
    /// `minLength`, in characters
    MinLength(usize),
    /// `maxLength`, in characters
    MaxLength(usize),
    /// `pattern`: an ECMAScript regular expression, not anchored
    Pattern(&'static str),
    /// `minItems`
    MinItems(usize),
    /// `maxItems`
    MaxItems(usize),
    /// `uniqueItems`
    Unique,
    /// The limits of each element of a list or of each value of a map.
    Each(&'static [Limit]),
    /// The field is required although its type is optional.
    Required,
}

pub(crate) fn check_text(text: &str, limits: &[Limit], at: &mut Violations) {
    for rule in limits {
        match *rule {
            Limit::MinLength(limit) => {
                let length = text.chars().count();
                if length < limit {
                    at.push(
                        "",
                        format_args!("must have at least {limit} characters (it has {length})"),
                    );
                }
            }
            Limit::MaxLength(limit) => {
                let length = text.chars().count();
                if length > limit {
                    at.push(
                        "",
                        format_args!("must have at most {limit} characters (it has {length})"),
                    );
                }
            }
            Limit::Pattern(pattern) if !matches(pattern, text) => {
                let length = text.chars().count();
                at.push(
                    "",
                    format_args!(
                        "must match the pattern {pattern} (its {length} characters do not)"
                    ),
                );
            }
            _ => {}
        }
    }
}

/// Patterns are compiled once. One that cannot be compiled matches everything: the generator has checked them all.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<BTreeMap<&'static str, Option<regress::Regex>>>> =
        LazyLock::new(Mutex::default);
    let Ok(mut compiled) = COMPILED.lock() else {
        return true;
    };
    compiled
        .entry(pattern)
        .or_insert_with(|| regress::Regex::new(pattern).ok())
        .as_ref()
        .is_none_or(|regex| regex.find(text).is_some())
}

fn check_number(value: f64, limits: &[Limit], at: &mut Violations) {
    for rule in limits {
        match *rule {
            Limit::Min(limit) if value < limit => {
                at.push("", format_args!("must be at least {limit}"))
            }
            Limit::Max(limit) if value > limit => {
                at.push("", format_args!("must be at most {limit}"))
            }
            Limit::Above(limit) if value <= limit => {
                at.push("", format_args!("must be more than {limit}"))
            }
            Limit::Below(limit) if value >= limit => {
                at.push("", format_args!("must be less than {limit}"))
            }
            _ => {}
        }
    }
}

impl Validate for String {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_text(self, limits, at);
    }
}

impl Validate for i64 {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_number(*self as f64, limits, at);
    }
}

impl Validate for i32 {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_number(f64::from(*self), limits, at);
    }
}

impl Validate for Number {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_number(self.as_f64(), limits, at);
    }
}

impl Validate for bool {
    fn check(&self, _: &[Limit], _: &mut Violations) {}
}

impl Validate for serde_json::Value {
    fn check(&self, _: &[Limit], _: &mut Violations) {}
}

impl Validate for serde_json::Map<String, serde_json::Value> {
    fn check(&self, _: &[Limit], _: &mut Violations) {}
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        match self {
            Some(value) => value.check(limits, at),
            None if limits.contains(&Limit::Required) => at.push("", "is required"),
            None => {}
        }
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        (**self).check(limits, at);
    }
}

fn check_count(count: usize, limits: &[Limit], at: &mut Violations) -> &'static [Limit] {
    let mut each: &'static [Limit] = &[];
    for rule in limits {
        match *rule {
            Limit::MinItems(limit) if count < limit => {
                at.push(
                    "",
                    format_args!("must have at least {limit} elements (it has {count})"),
                );
            }
            Limit::MaxItems(limit) if count > limit => {
                at.push(
                    "",
                    format_args!("must have at most {limit} elements (it has {count})"),
                );
            }
            Limit::Each(limits) => each = limits,
            _ => {}
        }
    }
    each
}

impl<T: Validate + PartialEq> Validate for Vec<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        let each = check_count(self.len(), limits, at);
        if limits.contains(&Limit::Unique) && (1..self.len()).any(|i| self[..i].contains(&self[i]))
        {
            at.push("", "must not have an element twice");
        }
        for (index, value) in self.iter().enumerate() {
            at.item(index, |at| value.check(each, at));
        }
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        let each = check_count(self.len(), limits, at);
        for (index, value) in self.values().enumerate() {
            at.item(index, |at| value.check(each, at));
        }
    }
}

#[cfg(test)]
mod tests {
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
}
