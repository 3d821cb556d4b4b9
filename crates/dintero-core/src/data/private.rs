//! Re-exports and functions for generated code, which depends on no other crate by name.

use std::fmt::{self, Formatter};
use std::marker::PhantomData;

pub use bytes::Bytes;
pub use http::Method;
pub use serde::de::{Error as DeserializeError, MapAccess, Visitor};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value, from_str};

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde::ser::SerializeMap;

use super::raw::Raw;
use super::validate::check_object;
use super::{
    Assigned, FieldName, Limit, ObjectFacts, Optional, Personal, UnknownFields, Validate,
    Violations, lenient,
};
use crate::DriftKind;

/// A generated object.
pub trait Object: Sized {
    const FACTS: ObjectFacts;

    fn read<'de, A: MapAccess<'de>>(input: Input<A>) -> Result<Self, A::Error>;
    /// Calls `read` with the values of all fields.
    fn fields(&self, read: &mut dyn FnMut(&[&dyn Validate], &UnknownFields));
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::FACTS.0)
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
    pub fn read<T: DeserializeOwned + Validate>(
        &mut self,
        name: &FieldName<'de>,
        value: &mut T,
        is_set: &mut bool,
    ) -> Result<(), A::Error> {
        let mut place = Place { value, is_set };
        if self.is_again {
            lenient::note(&name.0);
            if lenient::sets_aside() {
                let Raw(text) = self.map.next_value()?;
                let fields = &mut self.unknown_fields;
                lenient::read(&name.0, &text, fields, &mut place);
                return Ok(());
            }
        }
        self.map.next_value_seed(place)
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

/// Returns an error if a required field is not set.
pub fn require<E: DeserializeError>(is_set: bool, name: &'static str) -> Result<(), E> {
    is_set.then_some(()).ok_or_else(|| E::missing_field(name))
}

/// A field to be deserialized into. Not inlined: the usual and the lenient reading share it, and so one copy of the deserializer.
struct Place<'a, T> {
    value: &'a mut T,
    is_set: &'a mut bool,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Place<'_, T> {
    type Value = ();

    #[inline(never)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        *self.value = T::deserialize(deserializer)?;
        *self.is_set = true;
        Ok(())
    }
}

impl<T: DeserializeOwned + Validate> lenient::Parse for Place<'_, T> {
    fn parse(&mut self, input: &mut lenient::Deserializer<'_>) -> serde_json::Result<()> {
        *self.value = T::blank();
        *self.is_set = false;
        let (value, is_set) = (&mut *self.value, &mut *self.is_set);
        Place { value, is_set }.deserialize(input)
    }
}

/// An object that is being serialized. It keeps the first error, so that generated code has no branch for each field.
pub enum Output<S: Serializer> {
    Map(S::SerializeMap),
    Done(Result<S::Ok, S::Error>),
}

impl<S: Serializer> Output<S> {
    pub fn new(serializer: S, unknown_fields: &UnknownFields) -> Self {
        if let Some(element) = unknown_fields.element() {
            return Self::Done(element.serialize(serializer));
        }
        match serializer.serialize_map(None) {
            Ok(map) => Self::Map(map),
            Err(error) => Self::Done(Err(error)),
        }
    }

    pub fn end(mut self, unknown_fields: &UnknownFields) -> Result<S::Ok, S::Error> {
        for (name, value) in unknown_fields.fields() {
            self.field(name, value);
        }
        match self {
            Self::Map(map) => map.end(),
            Self::Done(result) => result,
        }
    }

    #[inline]
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Self::Map(map) = self
            && let Err(error) = map.serialize_entry(name, value)
        {
            *self = Self::Done(Err(error));
        }
    }

    #[inline]
    pub fn optional<T: Serialize + Optional>(&mut self, name: &str, value: &T) {
        if !value.is_absent() {
            self.field(name, value);
        }
    }
}

/// Writes the Debug output of an object.
pub fn debug<T: Object>(object: &T, f: &mut Formatter<'_>) -> fmt::Result {
    let mut result = Ok(());
    object.fields(&mut |values, unknown_fields| {
        result = debug_fields(f, T::FACTS, values, unknown_fields);
    });
    result
}

fn debug_fields(
    f: &mut Formatter<'_>,
    (name, fields, _): ObjectFacts,
    values: &[&dyn Validate],
    unknown_fields: &UnknownFields,
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    for (&(name, .., is_personal), value) in fields.iter().zip(values) {
        match (value.is_absent(), is_personal) {
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

/// Records the violations of an object, `limits` being those of the field that holds it.
pub fn check<T: Object>(object: &T, limits: &[Limit], at: &mut Violations) {
    object.fields(&mut |values, unknown_fields| {
        check_object(T::FACTS, (values, unknown_fields), None, limits, at);
    });
}

/// Returns the object of a builder.
pub fn build<T: Object>(object: T, assigned: Assigned) -> Result<T, Violations> {
    let Assigned {
        fields,
        mut violations,
    } = assigned;
    object.fields(&mut |values, unknown_fields| {
        check_object(
            T::FACTS,
            (values, unknown_fields),
            Some(&fields),
            &[],
            &mut violations,
        );
    });
    if violations.is_empty() {
        Ok(object)
    } else {
        Err(violations)
    }
}

/// Sets a field of a builder that its object does not know.
pub fn set_unknown<T: Object>(
    unknown_fields: &mut UnknownFields,
    name: String,
    value: Value,
    assigned: &mut Assigned,
) {
    if T::FACTS.1.iter().any(|(_, known, ..)| *known == name) {
        let violations = &mut assigned.violations;
        violations.push(&name, "is a known field: use its setter");
    } else {
        unknown_fields.insert(name, value.into());
    }
}
