//! Small shapes of JSON that Rust has no word for: null beside absent, one beside many, fields nobody announced.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{Rule, Validate, Violations};

/// A field that the API may leave out, send as `null`, or fill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Nullable<T> {
    /// The field is not there.
    #[default]
    Absent,
    /// The field is there and is `null`.
    Null,
    /// The field has a value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
}

impl<T: Validate> Validate for Nullable<T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        if let Some(value) = self.value() {
            value.check(rules, at);
        } else if rules.contains(&Rule::Required) && matches!(self, Self::Absent) {
            at.push("", "is required");
        }
    }
}

/// A field that need not be there.
#[doc(hidden)]
pub trait Optional: Default {
    /// Is it left out when writing?
    fn is_absent(&self) -> bool;
}

impl<T> Optional for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Optional for Nullable<T> {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A list for which the API also sends a single element without brackets; written back the way it came.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMany<T> {
    list: Vec<T>,
    bare: bool,
}

impl<T> std::ops::Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.list
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(list: Vec<T>) -> Self {
        Self { list, bare: false }
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.list.as_slice() {
            [one] if self.bare => one.serialize(serializer),
            list => list.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Many(Vec<T>),
            One(T),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Many(list) => Self { list, bare: false },
            Either::One(one) => Self {
                list: vec![one],
                bare: true,
            },
        })
    }
}

impl<T: Validate + PartialEq> Validate for OneOrMany<T> {
    fn check(&self, rules: &[Rule], at: &mut Violations) {
        self.list.check(rules, at);
    }
}

/// The fields of an object that its type does not know: kept, and written back, at the price of a pointer when there are none.
#[doc(hidden)]
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Fields>>);

#[derive(Clone, Default, PartialEq)]
struct Fields(BTreeMap<String, Value>);

impl Extra {
    /// Keeps one.
    pub fn insert(&mut self, key: Cow<'_, str>, value: Value) {
        self.0
            .get_or_insert_default()
            .0
            .insert(key.into_owned(), value);
    }

    /// Adds one by hand; those in `known` have a place of their own.
    pub fn add(&mut self, known: &[&str], key: String, value: Value, violations: &mut Violations) {
        if known.contains(&key.as_str()) {
            violations.push(&key, "is known: set it by its own method");
        } else {
            self.insert(Cow::Owned(key), value);
        }
    }

    /// Those that are there.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .iter()
            .flat_map(|fields| fields.0.iter().map(|(key, value)| (key.as_str(), value)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |fields| fields.0.len())
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The name of a field, borrowed from the body wherever it has no escapes.
#[doc(hidden)]
pub struct Key<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }

            fn visit_string<E>(self, name: String) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name)))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::{Nullable, OneOrMany};

    #[test]
    fn one_and_many_are_written_as_they_came() {
        for text in ["\"a\"", "[\"a\"]", "[\"a\",\"b\"]", "[]"] {
            let list: OneOrMany<String> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&list).unwrap(), text);
        }
    }

    #[test]
    fn null_is_neither_absent_nor_a_value() {
        let null: Nullable<String> = serde_json::from_str("null").unwrap();
        assert_eq!(null, Nullable::Null);
        assert_eq!(serde_json::to_string(&null).unwrap(), "null");
        assert_eq!(Nullable::from("a").value(), Some(&"a"));
    }
}
