//! Re-exports and functions for generated code, which depends on no other crate by name.

use std::fmt::{self, Debug, Formatter};

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value, from_str};

pub use super::lenient::object;
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde::ser::SerializeMap;

use super::raw::Raw;
use super::{FieldName, Personal, Received, UnknownFields, lenient};
use crate::DriftKind;

/// Deserializes the next field name. Not inlined, like [`read`], so that hundreds of fields share one piece
/// of code that stays in the processor's caches.
#[inline(never)]
pub fn key<'de, A: MapAccess<'de>>(input: &mut A) -> Result<Option<FieldName<'de>>, A::Error> {
    input.next_key()
}

/// Deserializes the value of a field into its place. In a lenient reading, a value that does not fit becomes an unknown field.
#[inline(never)]
pub fn read<'de, A: MapAccess<'de>, T: DeserializeOwned + Default>(
    input: &mut A,
    name: &FieldName<'de>,
    place: &mut T,
    received: &mut Received,
) -> Result<(), A::Error> {
    if received.again {
        lenient::note(&name.0);
        if lenient::sets_aside() {
            let Raw(text) = input.next_value()?;
            let fields = &mut received.unknown_fields;
            lenient::read(&name.0, &text, fields, &mut Place(place));
            return Ok(());
        }
    }
    input.next_value_seed(Place(place))
}

/// A field to be deserialized into. Not inlined: the usual and the lenient reading share it, and so one copy of the deserializer.
struct Place<'a, T>(&'a mut T);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Place<'_, T> {
    type Value = ();

    #[inline(never)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        *self.0 = T::deserialize(deserializer)?;
        Ok(())
    }
}

impl<T: DeserializeOwned + Default> lenient::Parse for Place<'_, T> {
    fn parse(&mut self, input: &mut lenient::Deserializer<'_>) -> serde_json::Result<()> {
        *self.0 = T::default();
        Place(&mut *self.0).deserialize(input)
    }
}

#[inline(never)]
pub fn read_unknown_field<'de, A: MapAccess<'de>>(
    input: &mut A,
    name: &FieldName<'de>,
    object: &'static str,
    received: &mut Received,
) -> Result<(), A::Error> {
    let Raw(text) = input.next_value()?;
    lenient::note(&name.0);
    lenient::found(DriftKind::Field, object, &name.0, &text);
    let fields = &mut received.unknown_fields;
    fields.insert_received(&name.0, &text);
    Ok(())
}

/// An object that is being serialized. It keeps the first error, so that generated code has no branch for each field.
pub struct Output<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Output<S> {
    pub fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    #[inline]
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T, is_absent: bool) {
        if !is_absent
            && let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }

    pub fn end(mut self, unknown_fields: &UnknownFields) -> Result<S::Ok, S::Error> {
        for (name, value) in unknown_fields.fields() {
            self.field(name, value, false);
        }
        self.0?.end()
    }
}

/// Writes the Debug output of an object. A field is its name, its value, whether it is personal data, and whether it is absent.
pub fn debug_object(
    f: &mut Formatter<'_>,
    name: &str,
    fields: &[(&str, &dyn Debug, bool, bool)],
    unknown_fields: &UnknownFields,
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    for &(name, value, is_personal, is_absent) in fields {
        match (is_absent, is_personal) {
            (true, _) => &mut out,
            (false, true) => out.field(name, &Personal(value)),
            (false, false) => out.field(name, value),
        };
    }
    if !unknown_fields.is_empty() {
        out.field("unknown_fields", &unknown_fields.len());
    }
    out.finish()
}
