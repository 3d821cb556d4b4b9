//! The violations in a value, collected before anything is sent.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

/// What is wrong with a value: the field and the limit or type that it does not fit, never the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The path of the field in wire names, such as `order.items[0].amount`. Empty for the value as a whole.
    pub field: String,
    /// The limit, such as `must be at least 0`.
    pub text: String,
}

impl Violation {
    pub(crate) fn new(field: &str, text: impl Into<String>) -> Self {
        let (field, text) = (field.to_owned(), text.into());
        Self { field, text }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.field {
            "" => f.write_str(&self.text),
            field => write!(f, "`{field}` {}", self.text),
        }
    }
}

/// The violations in a value, in the order in which they were recorded.
///
/// Builders and [`Validate`](crate::Validate) record them. A request with violations is never sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    found: Vec<Violation>,
    path: Vec<Cow<'static, str>>,
}

impl Violations {
    /// Returns `true` if no violation was recorded.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Returns the violations in the order in which they were recorded.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.found.iter()
    }

    pub(crate) fn of(field: &str, violation: impl fmt::Display) -> Self {
        let mut violations = Self::default();
        violations.push(field, violation);
        violations
    }

    /// Records a violation of `field`, relative to the value that is being checked. An empty name is that value itself.
    pub fn push(&mut self, field: &str, violation: impl fmt::Display) {
        let violation = Violation::new(&self.at(field), violation.to_string());
        self.found.push(violation);
    }

    /// Takes over the violations in a value that is now held by `field`.
    pub fn nest(&mut self, field: &str, inner: Violations) {
        for violation in inner.found {
            self.push(&join(field, &violation.field), violation.text);
        }
    }

    /// Takes over the violations of `other`.
    pub fn extend(&mut self, other: Violations) {
        self.nest("", other);
    }

    /// Calls `check`, and records its violations below `field`.
    pub fn within(&mut self, field: &'static str, check: impl FnOnce(&mut Violations)) {
        self.below(field.into(), check);
    }

    /// Calls `check`, and records its violations below an element of a list.
    pub fn item(&mut self, index: usize, check: impl FnOnce(&mut Violations)) {
        self.below(format!("[{index}]").into(), check);
    }

    /// Returns `true` if a violation of `field` or of a value in it was recorded.
    pub fn mentions(&self, field: &str) -> bool {
        let field = self.at(field);
        let mut below = self
            .found
            .iter()
            .filter_map(|violation| violation.field.strip_prefix(&field));
        below.any(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    fn below(&mut self, part: Cow<'static, str>, check: impl FnOnce(&mut Violations)) {
        self.path.push(part);
        check(self);
        self.path.pop();
    }

    fn at(&self, field: &str) -> String {
        let parts = self.path.iter();
        let path = parts.fold(String::new(), |path, part| join(&path, part));
        join(&path, field)
    }
}

pub(super) fn join(path: &str, part: &str) -> String {
    match (path, part) {
        ("", part) => part.to_owned(),
        (path, "") => path.to_owned(),
        (path, part) if part.starts_with('[') => format!("{path}{part}"),
        (path, part) => format!("{path}.{part}"),
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.found.iter().enumerate() {
            write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

impl From<Infallible> for Violations {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

macro_rules! from_error {
    ($($error:ty => $text:literal),* $(,)?) => {$(
        impl From<$error> for Violations {
            fn from(_: $error) -> Self {
                Violations::of("", $text)
            }
        }
    )*};
}

from_error! {
    std::num::TryFromIntError => "is out of range for a 64-bit integer",
    std::num::ParseIntError => "is not an integer",
    std::str::ParseBoolError => "is neither true nor false",
    uuid::Error => "is not a UUID",
    chrono::ParseError => "is not a date and time in RFC 3339",
    crate::data::NotANumber => "is not a finite number",
}

/// Where setters note what they have done: those of a call only what is wrong, since its parameters are optional until it is sent.
#[doc(hidden)]
pub trait Notes {
    fn violations(&mut self) -> &mut Violations;

    fn assigned(&mut self, _field: &'static str) {}
}

impl Notes for Violations {
    fn violations(&mut self) -> &mut Violations {
        self
    }
}

/// What the setters of a builder have done: which fields they have set, and what is wrong.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Assigned {
    pub(super) fields: Vec<&'static str>,
    pub(super) violations: Violations,
}

impl Notes for Assigned {
    fn violations(&mut self) -> &mut Violations {
        &mut self.violations
    }

    fn assigned(&mut self, field: &'static str) {
        self.fields.push(field);
    }
}

/// Converts a value and sets a field to it. A failure becomes a violation, as in the conversions of lists and maps.
#[doc(hidden)]
pub fn set<T, U: From<T>, F: From<U>, V>(
    place: &mut F,
    field: &'static str,
    value: V,
    notes: &mut impl Notes,
) where
    V: TryInto<T, Error: Into<Violations>>,
{
    match value.try_into() {
        Ok(value) => put(place, field, U::from(value), notes),
        Err(error) => notes.violations().nest(field, error.into()),
    }
}

fn put<U, F: From<U>>(place: &mut F, field: &'static str, value: U, notes: &mut impl Notes) {
    *place = value.into();
    notes.assigned(field);
}

#[doc(hidden)]
pub fn set_list<T, U: From<Vec<T>>, F: From<U>, V>(
    place: &mut F,
    field: &'static str,
    values: impl IntoIterator<Item = V>,
    notes: &mut impl Notes,
) where
    V: TryInto<T, Error: Into<Violations>>,
{
    if let Some(list) = convert_list(field, values, notes.violations()) {
        put(place, field, U::from(list), notes);
    }
}

fn convert_list<T, V>(
    field: &'static str,
    values: impl IntoIterator<Item = V>,
    violations: &mut Violations,
) -> Option<Vec<T>>
where
    V: TryInto<T, Error: Into<Violations>>,
{
    let mut list = Vec::new();
    let mut valid = true;
    for (index, value) in values.into_iter().enumerate() {
        match value.try_into() {
            Ok(value) => list.push(value),
            Err(error) => {
                valid = false;
                violations.nest(&format!("{field}[{index}]"), error.into());
            }
        }
    }
    valid.then_some(list)
}

#[doc(hidden)]
pub fn set_map<T, F: From<BTreeMap<String, T>>, K, V>(
    place: &mut F,
    field: &'static str,
    entries: impl IntoIterator<Item = (K, V)>,
    notes: &mut impl Notes,
) where
    K: Into<String>,
    V: TryInto<T, Error: Into<Violations>>,
{
    let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
    let (keys, values): (Vec<String>, Vec<V>) = entries.unzip();
    if let Some(values) = convert_list(field, values, notes.violations()) {
        let map: BTreeMap<_, _> = keys.into_iter().zip(values).collect();
        put(place, field, map, notes);
    }
}

#[cfg(test)]
mod tests;
