//! What generated code needs of other crates, so that it depends on none of them by name.

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::ser::SerializeMap;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value};

use super::{Extra, Key};

/// Reads the next name of a field. Not inlined, as are [`read`] and [`write()`], so that what hundreds of fields share is one
/// piece of code that stays in the processor's caches.
#[inline(never)]
pub fn key<'de, A: MapAccess<'de>>(input: &mut A) -> Result<Option<Key<'de>>, A::Error> {
    input.next_key()
}

/// Reads the value of a field into its place.
#[inline(never)]
pub fn read<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    input: &mut A,
    place: &mut T,
) -> Result<(), A::Error> {
    *place = input.next_value()?;
    Ok(())
}

/// Reads the value of a field that nobody announced.
#[inline(never)]
pub fn read_extra<'de, A: MapAccess<'de>>(
    input: &mut A,
    key: Key<'de>,
    extra: &mut Extra,
) -> Result<(), A::Error> {
    extra.insert(key.0, input.next_value()?);
    Ok(())
}

/// Writes a field.
#[inline(never)]
pub fn write<M: SerializeMap, T: Serialize>(
    output: &mut M,
    key: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    output.serialize_entry(key, value)
}
