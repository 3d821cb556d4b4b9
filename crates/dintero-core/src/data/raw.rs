//! JSON values as the text they were written in.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{self, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::FieldName;

/// By this name serde_json is asked for the text of a value ([`serde_json::value::RawValue`]); any other format ignores it.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// A value as its text, borrowed from the body where the format is JSON.
#[doc(hidden)]
pub struct Raw<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RawVisitor;

        impl<'de> Visitor<'de> for RawVisitor {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Raw<'de>, A::Error> {
                input.next_key::<FieldName<'_>>()?;
                let text: FieldName<'de> = input.next_value()?;
                Ok(Raw(text.0))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Raw<'de>, D::Error> {
                let value = Value::deserialize(deserializer)?;
                Ok(Raw(Cow::Owned(value.to_string())))
            }
        }

        deserializer.deserialize_newtype_struct(RAW_VALUE, RawVisitor)
    }
}

impl Raw<'_> {
    /// Deserializes the text.
    ///
    /// # Errors
    /// The text does not match the type. The error has no position, since it would be one in this text.
    pub fn read<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        serde_json::from_str(&self.0).map_err(without_position)
    }
}

pub(super) fn without_position<E: Error>(error: serde_json::Error) -> E {
    let mut message = error.to_string();
    message.truncate(message.rfind(" at line ").unwrap_or(message.len()));
    E::custom(message)
}

/// A value, with its text where that may say more: digits that the value cannot hold.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Exact<V> {
    pub(super) value: V,
    pub(super) text: Option<Box<str>>,
}

impl<V> From<V> for Exact<V> {
    fn from(value: V) -> Self {
        Self { value, text: None }
    }
}

impl<V: Serialize> Serialize for Exact<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A serializer that makes a `Value` cannot hold more than the value.
        let makes_value = || std::any::type_name::<S::Ok>() == std::any::type_name::<Value>();
        match &self.text {
            Some(text) if !makes_value() => {
                let raw: &RawValue = serde_json::from_str(text).map_err(ser::Error::custom)?;
                raw.serialize(serializer)
            }
            _ => self.value.serialize(serializer),
        }
    }
}

/// Replaces each half of a surrogate pair that stands alone (`\ud83d`) by U+FFFD. `text` is JSON.
pub(super) fn replace_lone_surrogates(text: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut replaced = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                replaced.push_str(&text[copied..at]);
                replaced.push_str("\\ufffd");
                copied = at + 6;
                6
            }
            _ => 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    replaced.push_str(&text[copied..]);
    Cow::Owned(replaced)
}

/// Returns the index of the closing quote, or the length if there is none.
pub(crate) fn string_end(text: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    text.len()
}

/// Returns the nearest [`Value`] of a JSON text.
///
/// A number that no [`Value`] can hold (`1e400`) becomes the string of its digits, and a value that is nested deeper than serde_json
/// permits (128 levels) the string of its text.
pub(super) fn value_of(text: &str) -> Exact<Value> {
    let bytes = text.as_bytes();
    let (mut exact, mut quoted) = (true, String::new());
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let is_number = matches!(bytes[at], b'-' | b'0'..=b'9');
        let is_part = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        let length = match bytes[at] {
            b'"' => string_end(bytes, at) + 1 - at,
            _ if is_number => bytes[at..].iter().take_while(is_part).count(),
            _ => 1,
        };
        if is_number {
            let number = &text[at..at + length];
            let parsed = serde_json::from_str::<Number>(number).ok();
            exact &= parsed.as_ref().is_some_and(|parsed| !parsed.is_f64());
            if parsed.is_none() {
                quoted.extend([&text[copied..at], "\"", number, "\""]);
                copied = at + length;
            }
        }
        at += length;
    }
    quoted.push_str(&text[copied..]);
    let value = serde_json::from_str(&quoted).unwrap_or_else(|_| {
        exact = false;
        Value::String(text.to_owned())
    });
    let text = (!exact).then(|| text.into());
    Exact { value, text }
}

pub(crate) fn nearest_value(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(body);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        value_of(&replace_lone_surrogates(text)).value
    })
}
