//! Times, dates and UUIDs that are serialized exactly as received.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Limit, Param, Validate, Violations};

/// A value that is a string on the wire, kept exactly as received.
///
/// A malformed string does not fail the response: [`get`](Self::get) then returns `None`, and [`as_str`](Self::as_str) the string.
/// A setter of a request accepts only a `T`, or a string that is a valid `T`.
pub struct Text<T> {
    wire: String,
    kind: PhantomData<fn() -> T>,
}

/// A point in time in RFC 3339. Without a zone it is UTC, a bare date is its first moment.
pub type DateTime = Text<chrono::DateTime<Utc>>;
/// A calendar date, `2026-07-11`.
pub type Date = Text<NaiveDate>;
/// A UUID, with or without dashes.
pub type Uuid = Text<uuid::Uuid>;

/// A type that [`Text`] can hold.
pub trait TextFormat: Sized {
    /// The error of a malformed string.
    type Error: Into<Violations>;
    /// Parses a string.
    ///
    /// # Errors
    /// The string is malformed.
    fn read(text: &str) -> Result<Self, Self::Error>;
    /// Returns the value as a string.
    fn write(&self) -> String;
}

impl<T> Text<T> {
    /// Returns the string on the wire.
    pub fn as_str(&self) -> &str {
        &self.wire
    }

    fn from_wire(wire: String) -> Self {
        Self {
            wire,
            kind: PhantomData,
        }
    }
}

impl<T: TextFormat> Text<T> {
    /// Returns the value, or `None` if the string is malformed.
    pub fn get(&self) -> Option<T> {
        T::read(&self.wire).ok()
    }
}

impl TextFormat for chrono::DateTime<Utc> {
    type Error = chrono::ParseError;

    fn read(text: &str) -> Result<Self, chrono::ParseError> {
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .or_else(|error| {
                text.parse::<NaiveDateTime>()
                    .or_else(|_| text.parse::<NaiveDate>().map(NaiveDateTime::from))
                    .map(|time| time.and_utc())
                    .map_err(|_| error)
            })
    }

    fn write(&self) -> String {
        self.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }
}

impl TextFormat for NaiveDate {
    type Error = chrono::ParseError;

    fn read(text: &str) -> Result<Self, chrono::ParseError> {
        text.parse()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextFormat for uuid::Uuid {
    type Error = uuid::Error;

    fn read(text: &str) -> Result<Self, uuid::Error> {
        uuid::Uuid::parse_str(text)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl<T: TextFormat> From<T> for Text<T> {
    fn from(value: T) -> Self {
        Self::from_wire(value.write())
    }
}

impl<T: TextFormat> FromStr for Text<T> {
    type Err = T::Error;

    fn from_str(text: &str) -> Result<Self, T::Error> {
        T::read(text).map(|_| Self::from_wire(text.to_owned()))
    }
}

macro_rules! try_from_text {
    ($text:ty => $($kind:ty),*) => {$(
        impl TryFrom<$text> for Text<$kind> {
            type Error = <$kind as TextFormat>::Error;

            fn try_from(text: $text) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )*};
}

try_from_text!(&str => chrono::DateTime<Utc>, NaiveDate, uuid::Uuid);
try_from_text!(String => chrono::DateTime<Utc>, NaiveDate, uuid::Uuid);

impl<T> Clone for Text<T> {
    fn clone(&self) -> Self {
        Self::from_wire(self.wire.clone())
    }
}

/// Compares the strings.
impl<T> PartialEq for Text<T> {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
    }
}

impl<T> Eq for Text<T> {}

impl<T> fmt::Debug for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wire.fmt(f)
    }
}

impl<T> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wire.fmt(f)
    }
}

impl<T> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from_wire)
    }
}

impl<T> Validate for Text<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        self.wire.check(limits, at);
    }
}

impl<T> Param for Text<T> {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        out(&self.wire);
    }
}

#[cfg(test)]
mod tests;
