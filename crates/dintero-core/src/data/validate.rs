//! The limits of the API, checked in requests and never in responses.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{LazyLock, Mutex};

use serde_json::{Map, Value};

use super::{Number, Optional, UnknownFields, Violations};

/// A value that is checked against the limits of the API.
///
/// Checked when a builder builds and again before a request is sent. Responses are never checked.
pub trait Validate: Debug {
    /// Records every violation, `limits` being those of the field that holds this value.
    #[doc(hidden)]
    fn check(&self, limits: &[Limit], at: &mut Violations);

    /// Returns `true` if a field that holds this value is not sent.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// The value that a builder and a reading begin with. It is replaced, or never seen.
    #[doc(hidden)]
    fn blank() -> Self
    where
        Self: Sized;

    /// Records every violation in this value and in all its parts.
    fn validate(&self, at: &mut Violations) {
        self.check(&[], at);
    }
}

/// A limit from the OpenAPI document.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    Min(f64),
    Max(f64),
    Above(f64),
    Below(f64),
    /// In characters, as `MaxLength`.
    MinLength(usize),
    MaxLength(usize),
    /// `pattern`: an ECMAScript regular expression, not anchored
    Pattern(&'static str),
    MinItems(usize),
    MaxItems(usize),
    Unique,
    MultipleOf(f64),
    MinProperties(usize),
    MaxProperties(usize),
    /// The limits of each element of a list or of each value of a map.
    Each(&'static [Limit]),
    /// The field is required although its type is optional.
    Required,
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
        let length = self.chars().count();
        check_count(length, "characters", limits, at);
        for rule in limits {
            if let Limit::Pattern(pattern) = *rule
                && !matches(pattern, self)
            {
                let count = format!("its {length} characters do not");
                let violation = format!("must match the pattern {pattern} ({count})");
                at.push("", violation);
            }
        }
    }
}

macro_rules! validate_as {
    ($($kind:ty: $value:ident => $other:expr, $blank:expr;)*) => {$(
        impl Validate for $kind {
            fn check(&self, limits: &[Limit], at: &mut Violations) {
                let $value = self;
                $other.check(limits, at);
            }

            fn blank() -> Self {
                $blank
            }
        }
    )*};
}

validate_as! {
    String: text => text.as_str(), Self::new();
    i64: number => Number::from(*number), 0;
    i32: number => Number::from(*number), 0;
}

/// Whole numbers are compared as such, without the rounding of a floating-point value.
impl Validate for Number {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        let is = |limit: f64, wanted: fn(Ordering) -> bool| {
            let limit = Self::try_from(limit).ok();
            let order = limit.and_then(|limit| self.partial_cmp(&limit));
            order.is_some_and(wanted)
        };
        for rule in limits {
            let (words, limit, broken) = match *rule {
                Limit::Min(limit) => ("at least", limit, is(limit, Ordering::is_lt)),
                Limit::Max(limit) => ("at most", limit, is(limit, Ordering::is_gt)),
                Limit::Above(limit) => ("more than", limit, is(limit, Ordering::is_le)),
                Limit::Below(limit) => ("less than", limit, is(limit, Ordering::is_ge)),
                Limit::MultipleOf(of) => ("a multiple of", of, !self.is_multiple_of(of)),
                _ => continue,
            };
            if broken {
                at.push("", format_args!("must be {words} {limit}"));
            }
        }
    }

    fn blank() -> Self {
        Self::from(0)
    }
}

impl Validate for bool {
    fn check(&self, _: &[Limit], _: &mut Violations) {}

    fn blank() -> Self {
        false
    }
}

impl Validate for Value {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        match self {
            Self::String(text) => text.check(limits, at),
            Self::Number(number) => Number::new(number.clone()).check(limits, at),
            Self::Array(values) => values.check(limits, at),
            Self::Object(object) => object.check(limits, at),
            Self::Null | Self::Bool(_) => {}
        }
    }

    fn blank() -> Self {
        Self::Null
    }
}

impl Validate for Map<String, Value> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_count(self.len(), "properties", limits, at);
    }

    fn blank() -> Self {
        Self::new()
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

    fn is_absent(&self) -> bool {
        Optional::is_absent(self)
    }

    fn blank() -> Self {
        None
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        (**self).check(limits, at);
    }

    fn blank() -> Self {
        Self::new(T::blank())
    }
}

fn check_count(count: usize, unit: &str, limits: &[Limit], at: &mut Violations) {
    for rule in limits {
        let (bound, limit, of) = match *rule {
            Limit::MinLength(limit) if count < limit => ("least", limit, "characters"),
            Limit::MaxLength(limit) if count > limit => ("most", limit, "characters"),
            Limit::MinItems(limit) if count < limit => ("least", limit, "elements"),
            Limit::MaxItems(limit) if count > limit => ("most", limit, "elements"),
            Limit::MinProperties(limit) if count < limit => ("least", limit, "properties"),
            Limit::MaxProperties(limit) if count > limit => ("most", limit, "properties"),
            _ => continue,
        };
        if of == unit {
            let violation = format!("must have at {bound} {limit} {unit} (it has {count})");
            at.push("", violation);
        }
    }
}

fn each(limits: &[Limit]) -> &'static [Limit] {
    let each = limits.iter().find_map(|limit| match limit {
        Limit::Each(limits) => Some(*limits),
        _ => None,
    });
    each.unwrap_or_default()
}

/// A parameter of a call: its place (`body`, `path`), its name, its limits, and whether it is required.
#[doc(hidden)]
pub type ParameterFacts = (&'static str, &'static str, &'static [Limit], bool);

/// A field of an object: its Rust name, its name, its limits, whether it is required, and whether it is personal data.
#[doc(hidden)]
pub type FieldFacts = (&'static str, &'static str, &'static [Limit], bool, bool);

/// An object: its Rust name, its fields, and the limits of the object as a whole.
#[doc(hidden)]
pub type ObjectFacts = (&'static str, &'static [FieldFacts], &'static [Limit]);

/// Records the violations of all parameters, first of those that are missing. Those of the body have no name before them.
#[doc(hidden)]
pub fn check_parameters(facts: &[ParameterFacts], values: &[&dyn Validate], at: &mut Violations) {
    for ((_, name, _, is_required), value) in facts.iter().zip(values) {
        if *is_required && value.is_absent() && !at.mentions(name) {
            at.push(name, "is required");
        }
    }
    for ((place, name, limits, _), value) in facts.iter().zip(values) {
        let path = if *place == "body" { "" } else { name };
        at.within(path, |at| value.check(limits, at));
    }
}

/// Records the violations of an object: of its fields, and of how many there are. Of a builder, `assigned` are the fields that are set.
pub(super) fn check_object(
    (_, fields, own): ObjectFacts,
    (values, unknown_fields): (&[&dyn Validate], &UnknownFields),
    assigned: Option<&[&str]>,
    limits: &[Limit],
    at: &mut Violations,
) {
    let is_missing = |name, is_required| {
        is_required && assigned.is_some_and(|assigned| !assigned.contains(&name))
    };
    for &(_, name, _, is_required, _) in fields {
        if is_missing(name, is_required) && !at.mentions(name) {
            at.push(name, "is required");
        }
    }
    let mut count = unknown_fields.len();
    for (&(_, name, limits, is_required, _), value) in fields.iter().zip(values) {
        if !is_missing(name, is_required) {
            at.within(name, |at| value.check(limits, at));
            count += usize::from(!value.is_absent());
        }
    }
    check_count(count, "properties", limits, at);
    check_count(count, "properties", own, at);
}

impl<T: Validate + PartialEq> Validate for Vec<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_count(self.len(), "elements", limits, at);
        if limits.contains(&Limit::Unique) && (1..self.len()).any(|i| self[..i].contains(&self[i]))
        {
            at.push("", "must not have an element twice");
        }
        for (index, value) in self.iter().enumerate() {
            at.item(index, |at| value.check(each(limits), at));
        }
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        check_count(self.len(), "properties", limits, at);
        for (index, value) in self.values().enumerate() {
            at.item(index, |at| value.check(each(limits), at));
        }
    }

    fn blank() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
