//! Values of enums that the API may extend.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};

use super::lenient;
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

#[doc(hidden)]
pub trait OpenEnum: Sized {
    /// Returns the variant of a known value.
    fn known(text: &str) -> Option<Self>;
    /// Returns the variant of any other value.
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

/// Deserializes a variant.
#[doc(hidden)]
pub fn read_open<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    struct OpenVisitor<E>(std::marker::PhantomData<E>);
    impl<E: OpenEnum> Visitor<'_> for OpenVisitor<E> {
        type Value = E;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<Error: de::Error>(self, text: &str) -> Result<E, Error> {
            Ok(open(text))
        }
    }
    deserializer.deserialize_str(OpenVisitor(std::marker::PhantomData))
}
