//! Objects: deserialization, serialization, Debug output.

/// An object: a struct that keeps unknown fields, hides personal data in its Debug output and, when a builder is named,
/// can be built and validated.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident, $builder:ident $([$($own:expr),*])? { $($fields:tt)* }
    ) => {
        $crate::object! { $(#[$meta])* pub struct $name $([$($own),*])? { $($fields)* } }
        $crate::builder! { $name, $builder { $($fields)* } }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident $([$($own:expr),*])? {
            $(
                $(#[$field_meta:meta])*
                $field:ident $wire:literal : $presence:ident $kind:ident ($type:ty) $privacy:ident [$($limit:expr),*] $(= $constant:literal)? ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $crate::__type!($presence $kind $type),)*
            __unknown_fields: $crate::data::UnknownFields,
        }

        impl $name {
            /// Returns the fields that this version does not know. They are serialized again as received.
            #[inline]
            pub fn unknown_fields(&self) -> $crate::data::UnknownFieldsIter<'_> {
                self.__unknown_fields.iter()
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::data::private::debug(self, f)
            }
        }

        impl $crate::data::Validate for $name {
            #[inline]
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                $crate::data::private::check(self, limits, at);
            }

            fn blank() -> Self {
                Self {
                    $($field: $crate::data::Validate::blank(),)*
                    __unknown_fields: ::std::default::Default::default(),
                }
            }
        }

        impl $crate::data::private::Object for $name {
            const FACTS: $crate::data::ObjectFacts = (
                stringify!($name),
                &[$((stringify!($field), $wire, &[$($limit),*], $crate::__is!(required $presence), $crate::__is!($kind $privacy))),*],
                &[$($($own),*)?],
            );

            fn read<'de, __A: $crate::data::private::MapAccess<'de>>(mut input: $crate::data::private::Input<__A>) -> ::std::result::Result<Self, __A::Error> {
                let mut object = <Self as $crate::data::Validate>::blank();
                $(let mut $field = false;)*
                while let ::std::option::Option::Some(key) = input.key()? {
                    match &*key.0 {
                        $($wire => input.read(&key, &mut object.$field, &mut $field),)*
                        _ => input.read_unknown_field(&key, Self::FACTS.0),
                    }?;
                }
                $($crate::__require!($presence $field $wire);)*
                object.__unknown_fields = input.unknown_fields();
                ::std::result::Result::Ok(object)
            }

            fn fields(&self, read: &mut dyn ::std::ops::FnMut(&[&dyn $crate::data::Validate], &$crate::data::UnknownFields)) {
                read(&[$(&self.$field),*], &self.__unknown_fields);
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<__S: $crate::data::private::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                let mut out = $crate::data::private::Output::new(serializer, &self.__unknown_fields);
                $($crate::__write!($presence out $wire self.$field);)*
                out.end(&self.__unknown_fields)
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::data::private::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                $crate::data::private::deserialize(deserializer)
            }
        }
    };
}

/// The type of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __type {
    (required value $type:ty) => { $type };
    (required list $type:ty) => { ::std::vec::Vec<$type> };
    (required map $type:ty) => { ::std::collections::BTreeMap<::std::string::String, $type> };
    (required boxed $type:ty) => { ::std::boxed::Box<$type> };
    (required one_or_many $type:ty) => { $crate::data::OneOrMany<$type> };
    (optional $kind:ident $type:ty) => { ::std::option::Option<$crate::__type!(required $kind $type)> };
    (nullable $kind:ident $type:ty) => { $crate::data::Nullable<$crate::__type!(required $kind $type)> };
}

/// Whether a field is `required`, by its presence, or personal data, by its kind and privacy: the keys of a map may be, as well.
#[doc(hidden)]
#[macro_export]
macro_rules! __is {
    (required required) => {
        true
    };
    (map $privacy:ident) => {
        true
    };
    ($kind:ident personal) => {
        true
    };
    ($kind:ident $other:ident) => {
        false
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __write {
    (required $out:ident $wire:literal $value:expr) => {
        $out.field($wire, &$value)
    };
    ($presence:ident $out:ident $wire:literal $value:expr) => {
        $out.optional($wire, &$value)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __require {
    (required $field:ident $wire:literal) => {
        $crate::data::private::require($field, $wire)?
    };
    ($presence:ident $field:ident $wire:literal) => {};
}
