//! Values of enums that the API may extend.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::{FieldName, Limit, Validate, Violations, lenient};
use crate::DriftKind;

/// A value that this version does not know. It can only be made from a string that is none of the known values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// Returns the value as the API wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An integer that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownInteger(i64);

impl UnknownInteger {
    #[doc(hidden)]
    pub fn new(value: i64) -> Self {
        Self(value)
    }

    /// Returns the value as the API wrote it.
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl Validate for UnknownValue {
    fn check(&self, _: &[Limit], _: &mut Violations) {}

    fn blank() -> Self {
        Self("".into())
    }
}

impl Validate for UnknownInteger {
    fn check(&self, _: &[Limit], _: &mut Violations) {}

    fn blank() -> Self {
        Self(0)
    }
}

#[doc(hidden)]
pub trait OpenEnum: Sized {
    fn known(text: &str) -> Option<Self>;
    fn unknown(value: UnknownValue) -> Self;
}

/// Returns the variant of a string, known or not.
#[doc(hidden)]
pub fn open<E: OpenEnum>(text: &str) -> E {
    E::known(text).unwrap_or_else(|| {
        lenient::found(DriftKind::Value, std::any::type_name::<E>(), text, "");
        E::unknown(UnknownValue(text.into()))
    })
}

#[doc(hidden)]
pub fn read_open<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    FieldName::deserialize(deserializer).map(|text| open(&text.0))
}

#[cfg(test)]
mod tests;
