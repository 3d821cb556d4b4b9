//! Lists whose single element may come without brackets.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::raw::Raw;
use super::{Limit, Validate, Violations};

/// A list for which the API also sends a single element without brackets. It is serialized the way it was received.
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

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let bare = !raw.0.starts_with('[');
        let list = match bare {
            true => vec![raw.read()?],
            false => raw.read()?,
        };
        Ok(Self { list, bare })
    }
}

impl<T: Validate + PartialEq> Validate for OneOrMany<T> {
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        self.list.check(limits, at);
    }

    fn blank() -> Self {
        Vec::new().into()
    }
}

#[cfg(test)]
mod tests;
