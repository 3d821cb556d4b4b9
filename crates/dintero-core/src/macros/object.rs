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
        $crate::object! { $(#[$meta])* pub struct $name { $($fields)* } }
        $crate::builder! { $name, $builder [$($($own),*)?] { $($fields)* } }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
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
                let fields = [$((
                    stringify!($field),
                    &self.$field as &dyn ::std::fmt::Debug,
                    $crate::__is_personal!($kind $privacy),
                    $crate::__is_absent!($presence self.$field),
                )),*];
                $crate::data::private::debug_object(f, stringify!($name), &fields, &self.__unknown_fields)
            }
        }

        impl $crate::data::private::Object for $name {
            const NAME: &'static str = stringify!($name);

            fn read<'de, __A: $crate::data::private::MapAccess<'de>>(mut input: $crate::data::private::Input<__A>) -> ::std::result::Result<Self, __A::Error> {
                $(let mut $field = ::std::default::Default::default();)*
                while let ::std::option::Option::Some(key) = input.key()? {
                    match &*key.0 {
                        $($wire => input.read(&key, &mut $field),)*
                        _ => input.read_unknown_field(&key, Self::NAME),
                    }?;
                }
                ::std::result::Result::Ok(Self {
                    $($field: $crate::__read!($presence $field $wire),)*
                    __unknown_fields: input.unknown_fields(),
                })
            }

            fn write<__S: $crate::data::private::Serializer>(&self, out: &mut $crate::data::private::Output<__S>) {
                $($crate::__write!($presence out $wire self.$field);)*
            }

            fn unknown(&self) -> &$crate::data::UnknownFields {
                &self.__unknown_fields
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<__S: $crate::data::private::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                $crate::data::private::serialize(self, serializer)
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

#[doc(hidden)]
#[macro_export]
macro_rules! __is_personal {
    // The keys of a map may be personal data as well.
    (map $privacy:ident) => {
        true
    };
    ($kind:ident personal) => {
        true
    };
    ($kind:ident plain) => {
        false
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __is_absent {
    (required $value:expr) => {
        false
    };
    ($presence:ident $value:expr) => {
        $crate::data::Optional::is_absent(&$value)
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
macro_rules! __read {
    (required $field:ident $wire:literal) => {
        $crate::data::private::required($field, $wire)?
    };
    ($presence:ident $field:ident $wire:literal) => {
        $field
    };
}
