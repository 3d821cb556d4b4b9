//! Times, dates and UUIDs that are serialized exactly as received.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Limit, Param, Validate, Violations};

/// A value that is a string on the wire, kept exactly as received.
///
/// A malformed string does not fail the response: [`get`](Self::get) then returns `None`, and [`as_str`](Self::as_str) the string.
/// A setter of a request accepts only a `T`, or a string that is a valid `T`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Text<T> {
    wire: String,
    kind: PhantomData<T>,
}

/// A point in time in RFC 3339. Without a zone it is UTC, a bare date is its first moment.
pub type DateTime = Text<chrono::DateTime<Utc>>;
/// A calendar date, `2026-07-11`.
pub type Date = Text<NaiveDate>;
/// A UUID, with or without dashes.
pub type Uuid = Text<uuid::Uuid>;

/// A type that [`Text`] can hold.
pub trait TextFormat: FromStr<Err: Into<Violations>> + fmt::Display {
    /// Parses a string.
    ///
    /// # Errors
    /// The string is malformed.
    fn read(text: &str) -> Result<Self, Self::Err> {
        text.parse()
    }

    /// Returns the value as a string.
    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextFormat for NaiveDate {}
impl TextFormat for uuid::Uuid {}

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

impl<T: TextFormat> From<T> for Text<T> {
    fn from(value: T) -> Self {
        Self::from_wire(value.write())
    }
}

impl<T: TextFormat> FromStr for Text<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        T::read(text).map(|_| Self::from_wire(text.to_owned()))
    }
}

macro_rules! try_from_text {
    ($text:ty => $($kind:ty),*) => {$(
        impl TryFrom<$text> for Text<$kind> {
            type Error = <$kind as FromStr>::Err;

            fn try_from(text: $text) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )*};
}

try_from_text!(&str => chrono::DateTime<Utc>, NaiveDate, uuid::Uuid);
try_from_text!(String => chrono::DateTime<Utc>, NaiveDate, uuid::Uuid);

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

impl<T> Validate for Text<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        self.wire.check(limits, at);
    }

    fn blank() -> Self {
        Self::from_wire(String::new())
    }
}

impl<T> Param for Text<T> {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        out(&self.wire);
    }
}

#[cfg(test)]
mod tests;
