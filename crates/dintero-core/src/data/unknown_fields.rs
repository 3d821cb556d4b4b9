//! Fields of an object that its type does not know.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Violations;

type Fields = BTreeMap<String, Value>;

/// The fields of an object that its type does not know. Takes the space of a pointer while there are none.
#[doc(hidden)]
#[derive(Clone, Default, PartialEq)]
pub struct UnknownFields(Option<Box<Fields>>);

impl UnknownFields {
    /// Inserts a field that was received.
    pub fn insert(&mut self, name: Cow<'_, str>, value: Value) {
        let fields = self.0.get_or_insert_default();
        fields.insert(name.into_owned(), value);
    }

    /// Inserts a field that a caller sets, unless it is one of the `known` fields.
    pub fn add(&mut self, known: &[&str], name: String, value: Value, violations: &mut Violations) {
        if known.contains(&name.as_str()) {
            violations.push(&name, "is a known field: use its setter");
        } else {
            self.insert(Cow::Owned(name), value);
        }
    }

    /// Returns the fields in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.0.iter().flat_map(|fields| fields.iter());
        fields.map(|(name, value)| (name.as_str(), value))
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |fields| fields.len())
    }

    /// Returns `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The name of a field, borrowed from the body wherever it has no escapes.
#[doc(hidden)]
#[derive(Deserialize)]
#[serde(transparent)]
pub struct FieldName<'a>(#[serde(borrow)] pub Cow<'a, str>);
