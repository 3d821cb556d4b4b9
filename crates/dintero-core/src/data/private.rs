//! What generated code needs of other crates, so that it depends on none of them by name.

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::ser::SerializeMap;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value};

use super::Key;

/// Reads the next name of a field. Not inlined, as is [`value`], so that the code of hundreds of fields fits the processor's caches.
#[inline(never)]
pub fn key<'de, A: MapAccess<'de>>(input: &mut A) -> Result<Option<Key<'de>>, A::Error> {
    input.next_key()
}

/// Reads the value of a field.
#[inline(never)]
pub fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(input: &mut A) -> Result<T, A::Error> {
    input.next_value()
}
