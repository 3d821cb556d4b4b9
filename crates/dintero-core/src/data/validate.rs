//! The limits of the API, checked on the way out and never on the way in.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use super::{Number, Violations};

/// Can say what the API would refuse in it.
///
/// Checked when a builder builds and again right before a request is sent; responses are never checked.
pub trait Validate {
    /// Notes every broken rule, `rules` being those of the field that holds this value.
    #[doc(hidden)]
    fn check(&self, rules: &[Rule], at: &mut Violations);

    /// Notes every broken rule of this value and of all its parts.
    fn validate(&self, at: &mut Violations) {
        self.check(&[], at);
    }
}

/// A limit from the OpenAPI document.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
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
    /// The rules of each element of a list or of each value of a map.
    Each(&'static [Rule]),
    /// The field must be there although its type lets it be absent.
    Required,
}

pub(crate) fn check_text(text: &str, rules: &[Rule], at: &mut Violations) {
    for rule in rules {
        match *rule {
            Rule::MinLength(limit) => {
                let length = text.chars().count();
                if length < limit {
                    at.push(
                        "",
                        format_args!("must have at least {limit} characters (it has {length})"),
                    );
                }
            }
            Rule::MaxLength(limit) => {
                let length = text.chars().count();
                if length > limit {
                    at.push(
                        "",
                        format_args!("must have at most {limit} characters (it has {length})"),
                    );
                }
            }
            Rule::Pattern(pattern) if !matches(pattern, text) => {
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

/// Patterns are compiled once. One that cannot be compiled refuses nothing: the generator has checked them all.
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

fn check_number(value: f64, rules: &[Rule], at: &mut Violations) {
    for rule in rules {
        match *rule {
            Rule::Min(limit) if value < limit => {
                at.push("", format_args!("must be at least {limit}"))
            }
            Rule::Max(limit) if value > limit => {
                at.push("", format_args!("must be at most {limit}"))
            }
            Rule::Above(limit) if value <= limit => {
                at.push("", format_args!("must be more than {limit}"))
            }
            Rule::Below(limit) if value >= limit => {
                at.push("", format_args!("must be less than {limit}"))
            }
            _ => {}
        }
    }
}

impl Validate for String {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        check_text(self, rules, at);
    }
}

impl Validate for i64 {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        check_number(*self as f64, rules, at);
    }
}

impl Validate for i32 {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        check_number(f64::from(*self), rules, at);
    }
}

impl Validate for Number {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        check_number(self.as_f64(), rules, at);
    }
}

impl Validate for bool {
    fn check(&self, _: &[Rule], _: &mut Violations) {}
}

impl Validate for serde_json::Value {
    fn check(&self, _: &[Rule], _: &mut Violations) {}
}

impl Validate for serde_json::Map<String, serde_json::Value> {
    fn check(&self, _: &[Rule], _: &mut Violations) {}
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        match self {
            Some(value) => value.check(rules, at),
            None if rules.contains(&Rule::Required) => at.push("", "is required"),
            None => {}
        }
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        (**self).check(rules, at);
    }
}

fn check_count(count: usize, rules: &[Rule], at: &mut Violations) -> &'static [Rule] {
    let mut each: &'static [Rule] = &[];
    for rule in rules {
        match *rule {
            Rule::MinItems(limit) if count < limit => {
                at.push(
                    "",
                    format_args!("must have at least {limit} elements (it has {count})"),
                );
            }
            Rule::MaxItems(limit) if count > limit => {
                at.push(
                    "",
                    format_args!("must have at most {limit} elements (it has {count})"),
                );
            }
            Rule::Each(rules) => each = rules,
            _ => {}
        }
    }
    each
}

impl<T: Validate + PartialEq> Validate for Vec<T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        let each = check_count(self.len(), rules, at);
        if rules.contains(&Rule::Unique) && (1..self.len()).any(|i| self[..i].contains(&self[i])) {
            at.push("", "must not have an element twice");
        }
        for (index, value) in self.iter().enumerate() {
            at.item(index, |at| value.check(each, at));
        }
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        let each = check_count(self.len(), rules, at);
        for (index, value) in self.values().enumerate() {
            at.item(index, |at| value.check(each, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Validate, Violations};

    fn violations(value: &dyn Validate, rules: &[Rule]) -> String {
        let mut at = Violations::default();
        value.check(rules, &mut at);
        at.to_string()
    }

    #[test]
    fn a_message_names_the_rule_and_the_length_but_not_the_value() {
        let secret = "4000000000000002".to_owned();
        assert_eq!(
            violations(&secret, &[Rule::MaxLength(4)]),
            "must have at most 4 characters (it has 16)"
        );
        assert_eq!(
            violations(&secret, &[Rule::Pattern("^[A-Z]+$")]),
            "must match the pattern ^[A-Z]+$ (its 16 characters do not)"
        );
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert_eq!(violations(&"æøå".to_owned(), &[Rule::MaxLength(3)]), "");
    }

    #[test]
    fn patterns_may_look_ahead() {
        let owner = [Rule::Pattern(r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$")];
        assert_eq!(violations(&"T123".to_owned(), &owner), "");
        assert!(violations(&"T1234".to_owned(), &owner).contains("must match"));
    }

    #[test]
    fn every_element_of_a_list_is_checked() {
        let list = vec![5_i64, -1, -2];
        let rules = [Rule::MaxItems(2), Rule::Each(&[Rule::Min(0.0)])];
        assert_eq!(
            violations(&list, &rules),
            "must have at most 2 elements (it has 3); `[1]` must be at least 0; `[2]` must be at least 0"
        );
        assert_eq!(
            violations(&vec![1_i64, 2, 1], &[Rule::Unique]),
            "must not have an element twice"
        );
    }

    #[test]
    fn limits_may_be_exclusive() {
        assert_eq!(
            violations(&1_i64, &[Rule::Above(1.0)]),
            "must be more than 1"
        );
        assert_eq!(
            violations(&1_i64, &[Rule::Below(1.0)]),
            "must be less than 1"
        );
    }

    #[test]
    fn a_field_that_may_be_absent_in_responses_can_be_required_in_requests() {
        assert_eq!(
            violations(&None::<String>, &[Rule::Required]),
            "is required"
        );
        assert_eq!(violations(&None::<String>, &[]), "");
    }
}
