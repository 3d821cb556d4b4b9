//! Fields of an object that its type does not know.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, btree_map};

use serde::Deserialize;
use serde_json::Value;

use super::raw::{Exact, replace_lone_surrogates, value_of};

type Fields = BTreeMap<String, Exact<Value>>;

/// The only field of an object that stands for an element of a list that is none.
pub(super) const ELEMENT: &str = "$element";

/// The fields of an object that its type does not know. Takes the space of a pointer while there are none.
#[doc(hidden)]
#[derive(Clone, Default, PartialEq)]
pub struct UnknownFields(Option<Box<Fields>>);

impl UnknownFields {
    pub(super) fn insert_received(&mut self, name: &str, text: &str) {
        self.insert(name.to_owned(), value_of(&replace_lone_surrogates(text)));
    }

    pub(super) fn insert(&mut self, name: String, value: Exact<Value>) {
        self.0.get_or_insert_default().insert(name, value);
    }

    pub(super) fn remove(&mut self, name: &str) {
        if let Some(fields) = &mut self.0 {
            fields.remove(name);
        }
    }

    /// Returns the fields in the order of their names.
    pub fn iter(&self) -> UnknownFieldsIter<'_> {
        UnknownFieldsIter(self.0.as_ref().map(|fields| fields.iter()))
    }

    /// Returns the fields as they are serialized.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Exact<Value>)> {
        let fields = self.0.iter().flat_map(|fields| fields.iter());
        fields.map(|(name, field)| (name.as_str(), field))
    }

    /// Returns the element of a list that is no object, if this is one.
    pub fn element(&self) -> Option<&Exact<Value>> {
        self.0.as_ref()?.get(ELEMENT)
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

/// The names and values of fields that a type does not know, in the order of their names.
#[derive(Clone)]
pub struct UnknownFieldsIter<'a>(Option<btree_map::Iter<'a, String, Exact<Value>>>);

impl<'a> Iterator for UnknownFieldsIter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, field) = self.0.as_mut()?.next()?;
        Some((name, &field.value))
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
