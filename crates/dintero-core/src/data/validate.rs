//! The limits of the API, checked in requests and never in responses.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use serde::Serialize;
use serde_json::{Map, Value};

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
    /// `multipleOf`
    MultipleOf(f64),
    /// `minProperties`
    MinProperties(usize),
    /// `maxProperties`
    MaxProperties(usize),
    /// The limits of each element of a list or of each value of a map.
    Each(&'static [Limit]),
    /// The field is required although its type is optional.
    Required,
}

pub(crate) fn check_text(text: &str, limits: &[Limit], at: &mut Violations) {
    let length = || text.chars().count();
    for rule in limits {
        let violation = match *rule {
            Limit::MinLength(limit) if length() < limit => {
                format!(
                    "must have at least {limit} characters (it has {})",
                    length()
                )
            }
            Limit::MaxLength(limit) if length() > limit => {
                format!("must have at most {limit} characters (it has {})", length())
            }
            Limit::Pattern(pattern) if !matches(pattern, text) => {
                format!(
                    "must match the pattern {pattern} (its {} characters do not)",
                    length()
                )
            }
            _ => continue,
        };
        at.push("", violation);
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

impl Validate for str {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_text(self, limits, at);
    }
}

impl Validate for String {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_text(self, limits, at);
    }
}

impl Validate for i64 {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        Number::from(*self).check(limits, at);
    }
}

impl Validate for i32 {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        Number::from(*self).check(limits, at);
    }
}

/// Whole numbers are compared as such, without the rounding of a floating-point value.
impl Validate for Number {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        let order = |limit: f64| {
            let limit = Self::try_from(limit).ok();
            limit.and_then(|limit| self.partial_cmp(&limit))
        };
        for rule in limits {
            let violation = match *rule {
                Limit::Min(limit) if order(limit).is_some_and(Ordering::is_lt) => {
                    format!("must be at least {limit}")
                }
                Limit::Max(limit) if order(limit).is_some_and(Ordering::is_gt) => {
                    format!("must be at most {limit}")
                }
                Limit::Above(limit) if order(limit).is_some_and(Ordering::is_le) => {
                    format!("must be more than {limit}")
                }
                Limit::Below(limit) if order(limit).is_some_and(Ordering::is_ge) => {
                    format!("must be less than {limit}")
                }
                Limit::MultipleOf(of) if !self.is_multiple_of(of) => {
                    format!("must be a multiple of {of}")
                }
                _ => continue,
            };
            at.push("", violation);
        }
    }
}

impl Validate for bool {
    fn check(&self, _: &[Limit], _: &mut Violations) {}
}

/// Checked by the limits of the kind that it turns out to be.
impl Validate for Value {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        match self {
            Self::String(text) => check_text(text, limits, at),
            Self::Number(number) => Number::new(number.clone()).check(limits, at),
            Self::Array(values) => values.check(limits, at),
            Self::Object(object) => object.check(limits, at),
            Self::Null | Self::Bool(_) => {}
        }
    }
}

impl Validate for Map<String, Value> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_count(self.len(), limits, at);
    }
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
        let (bound, limit, unit) = match *rule {
            Limit::MinItems(limit) if count < limit => ("least", limit, "elements"),
            Limit::MaxItems(limit) if count > limit => ("most", limit, "elements"),
            Limit::MinProperties(limit) if count < limit => ("least", limit, "properties"),
            Limit::MaxProperties(limit) if count > limit => ("most", limit, "properties"),
            Limit::Each(limits) => {
                each = limits;
                continue;
            }
            _ => continue,
        };
        let violation = format!("must have at {bound} {limit} {unit} (it has {count})");
        at.push("", violation);
    }
    each
}

/// Checks how many properties an object has; few objects have a limit of it.
#[doc(hidden)]
pub fn check_properties(object: &impl Serialize, limits: [&[Limit]; 2], at: &mut Violations) {
    if limits.iter().all(|limits| limits.is_empty()) {
        return;
    }
    let text = serde_json::to_vec(object).unwrap_or_default();
    // Its own serialization leaves out what is absent.
    if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&text) {
        for limits in limits {
            object.check(limits, at);
        }
    }
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
mod tests;
