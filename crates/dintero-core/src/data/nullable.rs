//! Fields that may be absent, null, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Limit, Validate, Violations};

/// A field that may be absent, `null`, or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Nullable<T> {
    /// The field is absent.
    #[default]
    Absent,
    /// The field is `null`.
    Null,
    /// The field has a value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns the value, or `None` if the field is absent or `null`.
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

impl<T> From<Nullable<T>> for Option<T> {
    fn from(field: Nullable<T>) -> Self {
        match field {
            Nullable::Value(value) => Some(value),
            Nullable::Absent | Nullable::Null => None,
        }
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
    fn check(&self, limits: &[Limit], at: &mut Violations) {
        if let Some(value) = self.value() {
            value.check(limits, at);
        } else if limits.contains(&Limit::Required) && matches!(self, Self::Absent) {
            at.push("", "is required");
        }
    }

    fn is_absent(&self) -> bool {
        Optional::is_absent(self)
    }

    fn blank() -> Self {
        Self::Absent
    }
}

/// A field that may be absent.
#[doc(hidden)]
pub trait Optional: Default {
    /// Returns `true` if the field is not serialized.
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

#[cfg(test)]
mod tests;
