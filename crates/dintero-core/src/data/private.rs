//! Re-exports and functions for generated code, which depends on no other crate by name.

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::ser::SerializeMap;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value, from_str};

pub use super::lenient::object;
use serde::de::{DeserializeOwned, DeserializeSeed};

use super::raw::Raw;
use super::{FieldName, Received, lenient};
use crate::DriftKind;

/// Deserializes the next field name. Not inlined, like [`read`] and [`write()`], so that hundreds of fields share one piece
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
            lenient::read(&name.0, &text, fields, &mut |deserializer| {
                *place = T::default();
                Place(place).deserialize(deserializer)
            });
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

#[inline(never)]
pub fn read_unknown_field<'de, A: MapAccess<'de>>(
    input: &mut A,
    name: FieldName<'de>,
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

#[inline(never)]
pub fn write<M: SerializeMap, T: Serialize + ?Sized>(
    output: &mut M,
    key: &str,
    value: &T,
) -> Result<(), M::Error> {
    output.serialize_entry(key, value)
}
