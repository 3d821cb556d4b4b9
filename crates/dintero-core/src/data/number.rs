//! Numbers that are serialized as received: `1921` stays `1921`, `2.5` stays `2.5`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::raw::{Exact, Raw};
use super::{Limit, Personal, Validate, Violations};

/// A JSON number that keeps whether it was written as an integer or as a decimal.
///
/// The API uses it for quantities, percentages and some amounts. Amounts are in minor units (299.90 NOK is 29990) here
/// as well; read them with [`as_i64`](Self::as_i64), which takes `29990` and `29990.0` alike.
/// Digits that neither a 64-bit integer nor an `f64` can hold are serialized and displayed as received.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Number(Exact<serde_json::Number>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let value: serde_json::Number = raw.read()?;
        let text = value.is_f64().then(|| raw.0.into());
        Ok(Self(Exact { value, text }))
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl Number {
    pub(crate) fn new(number: serde_json::Number) -> Self {
        Self(number.into())
    }

    /// Returns the value if it is a whole number that an `i64` can hold, such as `29990` or `29990.0`.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.value.as_i64().or_else(|| {
            let value = self.0.value.as_f64()?;
            // 2^53: up to here every whole f64 is exactly the integer it prints as.
            (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i64)
        })
    }

    /// Returns `true` if it is a whole multiple of another number, by their decimal digits: 0.3 is one of 0.1.
    pub(super) fn is_multiple_of(&self, of: f64) -> bool {
        // Unlike JSON's, Rust's decimals have no exponent.
        let value = match (self.as_i64(), self.0.value.is_f64()) {
            (Some(value), _) => value.to_string(),
            (None, true) => self.as_f64().to_string(),
            (None, false) => self.0.value.to_string(),
        };
        let of = of.to_string();
        let [(whole, fraction), (of_whole, of_fraction)] =
            [&value, &of].map(|text| text.split_once('.').unwrap_or((text, "")));
        let places = fraction.len().max(of_fraction.len());
        let divisor = format!("{of_whole}{of_fraction:0<places$}").parse::<u64>();
        let divisor = divisor.ok().filter(|divisor| *divisor > 0).map(u128::from);
        let digits = format!("{whole}{fraction:0<places$}");
        let digits = digits.bytes().filter(u8::is_ascii_digit);
        // A divisor of more digits than these is not checked.
        divisor.is_none_or(|divisor| {
            let next = |rest: u128, digit: u8| (rest * 10 + u128::from(digit - b'0')) % divisor;
            digits.fold(0, next) == 0
        })
    }

    /// Returns the nearest floating-point value, for display and statistics but not for amounts.
    pub fn as_f64(&self) -> f64 {
        self.0.value.as_f64().unwrap_or(f64::NAN)
    }
}

/// The error of a value that is infinite or not a number, which JSON cannot represent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a finite number")
    }
}

impl std::error::Error for NotANumber {}

macro_rules! from {
    ($into:ident: $($from:ty => $make:ident),*) => {$(
        impl From<$from> for $into {
            fn from(value: $from) -> Self {
                Self::$make(value.into())
            }
        }
    )*};
}

from!(Number: i8 => new, i16 => new, i32 => new, i64 => new, u8 => new, u16 => new, u32 => new, u64 => new);
from!(StringOrNumber: &str => String, String => String, i64 => Number, Number => Number);

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    fn try_from(value: f64) -> Result<Self, NotANumber> {
        serde_json::Number::from_f64(value)
            .map(Self::new)
            .ok_or(NotANumber)
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        serde_json::from_str(text).map_err(|_| NotANumber)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.text {
            Some(text) => text.fmt(f),
            None => self.0.value.fmt(f),
        }
    }
}

/// Compares the values, so `29990` equals `29990.0`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.as_i64(), other.as_i64()) {
            (Some(one), Some(two)) => Some(one.cmp(&two)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl PartialEq<i64> for Number {
    fn eq(&self, other: &i64) -> bool {
        self.as_i64() == Some(*other)
    }
}

/// A value that is a string or a number, serialized as received.
#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum StringOrNumber {
    /// Written as a JSON string.
    String(String),
    /// Written as a JSON number.
    Number(Number),
    /// Anything else, kept as received.
    Other(serde_json::Value),
}

impl<'de> Deserialize<'de> for StringOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        match raw.0.as_bytes().first() {
            Some(b'"') => raw.read().map(Self::String),
            Some(b'-' | b'0'..=b'9') => raw.read().map(Self::Number),
            _ => raw.read().map(Self::Other),
        }
    }
}

impl fmt::Debug for StringOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.debug_tuple("String").field(text).finish(),
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Other(value) => f.debug_tuple("Other").field(&Personal(value)).finish(),
        }
    }
}

impl fmt::Display for StringOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Other(value) => value.fmt(f),
        }
    }
}

impl Validate for StringOrNumber {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        match self {
            Self::String(text) => text.check(limits, at),
            Self::Number(number) => number.check(limits, at),
            Self::Other(_) => {}
        }
    }

    fn blank() -> Self {
        Self::String(String::new())
    }
}

#[cfg(test)]
mod tests;
