//! Re-exports and functions for generated code, which depends on no other crate by name.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value, from_str};

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde::ser::SerializeMap;

use super::raw::Raw;
use super::{FieldName, Optional, Personal, UnknownFields, lenient};
use crate::DriftKind;

/// A generated object.
pub trait Object: Sized {
    const NAME: &'static str;

    fn read<'de, A: MapAccess<'de>>(input: Input<A>) -> Result<Self, A::Error>;
    fn write<S: Serializer>(&self, out: &mut Output<S>);
    fn unknown(&self) -> &UnknownFields;
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(Input {
            map,
            unknown_fields: UnknownFields::default(),
            is_again: lenient::is_on(),
        })
    }
}

pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    lenient::object(deserializer, ObjectVisitor(PhantomData))
}

pub fn serialize<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let unknown = object.unknown();
    if let Some(element) = unknown.element() {
        return element.serialize(serializer);
    }
    let mut out: Output<S> = Output(serializer.serialize_map(None));
    object.write(&mut out);
    for (name, value) in unknown.fields() {
        out.field(name, value);
    }
    out.0?.end()
}

/// An object that is being deserialized. Its methods are not inlined, so that hundreds of fields share code that stays in the
/// processor's caches.
pub struct Input<A> {
    map: A,
    unknown_fields: UnknownFields,
    /// Whether this is a second reading, asked for once per object.
    is_again: bool,
}

impl<'de, A: MapAccess<'de>> Input<A> {
    /// Deserializes the next field name.
    #[inline(never)]
    pub fn key(&mut self) -> Result<Option<FieldName<'de>>, A::Error> {
        self.map.next_key()
    }

    /// Deserializes the value of a field into its place. In a lenient reading, a value that does not fit becomes an unknown field.
    #[inline(never)]
    pub fn read<T: DeserializeOwned + Default>(
        &mut self,
        name: &FieldName<'de>,
        place: &mut T,
    ) -> Result<(), A::Error> {
        if self.is_again {
            lenient::note(&name.0);
            if lenient::sets_aside() {
                let Raw(text) = self.map.next_value()?;
                let fields = &mut self.unknown_fields;
                lenient::read(&name.0, &text, fields, &mut Place(place));
                return Ok(());
            }
        }
        self.map.next_value_seed(Place(place))
    }

    #[inline(never)]
    pub fn read_unknown_field(
        &mut self,
        name: &FieldName<'de>,
        object: &'static str,
    ) -> Result<(), A::Error> {
        let Raw(text) = self.map.next_value()?;
        lenient::note(&name.0);
        lenient::found(DriftKind::Field, object, &name.0, &text);
        let fields = &mut self.unknown_fields;
        fields.insert_received(&name.0, &text);
        Ok(())
    }

    pub fn unknown_fields(self) -> UnknownFields {
        self.unknown_fields
    }
}

/// Returns the value of a required field.
pub fn required<T, E: DeserializeError>(value: Option<T>, name: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(name))
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

/// An object that is being serialized. It keeps the first error, so that generated code has no branch for each field.
pub struct Output<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Output<S> {
    #[inline]
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }

    #[inline]
    pub fn optional<T: Serialize + Optional>(&mut self, name: &str, value: &T) {
        if !value.is_absent() {
            self.field(name, value);
        }
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
