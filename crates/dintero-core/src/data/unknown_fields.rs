//! Fields of an object that its type does not know.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Violations;
use super::raw::{replace_lone_surrogates, value_of};

type Fields = BTreeMap<String, UnknownField>;

/// The fields of an object that its type does not know. Takes the space of a pointer while there are none.
#[doc(hidden)]
#[derive(Clone, Default, PartialEq)]
pub struct UnknownFields(Option<Box<Fields>>);

/// A field as it was received.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownField {
    value: Value,
    /// The text, where `value` is only the nearest value: a number beyond 64 bits, or nested too deep.
    text: Option<Box<str>>,
}

impl UnknownFields {
    /// Inserts a field that a caller sets.
    fn insert(&mut self, name: String, value: Value) {
        let field = UnknownField { value, text: None };
        self.0.get_or_insert_default().insert(name, field);
    }

    /// Inserts a field that was received.
    pub(super) fn insert_received(&mut self, name: &str, text: &str) {
        let text = replace_lone_surrogates(text);
        let (value, exact) = value_of(&text);
        let text = (!exact).then(|| text.into());
        let field = UnknownField { value, text };
        self.0
            .get_or_insert_default()
            .insert(name.to_owned(), field);
    }

    /// Removes a field, if it is there.
    pub(super) fn remove(&mut self, name: &str) {
        if let Some(fields) = &mut self.0 {
            fields.remove(name);
        }
    }

    /// Inserts a field that a caller sets, unless it is one of the `known` fields.
    pub fn add(&mut self, known: &[&str], name: String, value: Value, violations: &mut Violations) {
        if known.contains(&name.as_str()) {
            violations.push(&name, "is a known field: use its setter");
        } else {
            self.insert(name, value);
        }
    }

    /// Returns the fields in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields().map(|(name, field)| (name, &field.value))
    }

    /// Returns the fields as they are serialized.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &UnknownField)> {
        let fields = self.0.iter().flat_map(|fields| fields.iter());
        fields.map(|(name, field)| (name.as_str(), field))
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

impl Serialize for UnknownField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A serializer that makes a `Value` cannot hold more than the nearest value.
        let makes_value = std::any::type_name::<S::Ok>() == std::any::type_name::<Value>();
        match &self.text {
            Some(text) if !makes_value => {
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            _ => self.value.serialize(serializer),
        }
    }
}

/// The name of a field, borrowed from the body wherever it has no escapes.
#[doc(hidden)]
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct FieldName<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Borrow<str> for FieldName<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}
