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
            pub fn unknown_fields(&self) -> impl ::std::iter::Iterator<Item = (&str, &$crate::data::private::Value)> {
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

        impl $crate::data::private::Serialize for $name {
            fn serialize<__S: $crate::data::private::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                if let ::std::option::Option::Some(element) = self.__unknown_fields.element() {
                    return $crate::data::private::Serialize::serialize(element, serializer);
                }
                let mut out = $crate::data::private::Output::new(serializer);
                $(out.field($wire, &self.$field, $crate::__is_absent!($presence self.$field));)*
                out.end(&self.__unknown_fields)
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::data::private::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                struct __Fields;

                impl<'de> $crate::data::private::Visitor<'de> for __Fields {
                    type Value = $name;

                    #[inline]
                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($name), ")"))
                    }

                    fn visit_map<__A: $crate::data::private::MapAccess<'de>>(self, mut input: __A) -> ::std::result::Result<$name, __A::Error> {
                        $(let mut $field: $crate::__slot!($presence $kind $type) = ::std::default::Default::default();)*
                        let mut received = $crate::data::Received::default();
                        while let ::std::option::Option::Some(key) = $crate::data::private::key(&mut input)? {
                            match &*key.0 {
                                $($wire => $crate::data::private::read(&mut input, &key, &mut $field, &mut received),)*
                                _ => $crate::data::private::read_unknown_field(&mut input, &key, stringify!($name), &mut received),
                            }?;
                        }
                        ::std::result::Result::Ok($name {
                            $($field: $crate::__read!($presence $field $wire __A),)*
                            __unknown_fields: received.unknown_fields,
                        })
                    }
                }

                $crate::data::private::object(deserializer, __Fields)
            }
        }
    };
}

/// The type of the variable that a field is deserialized into: the type of the field where that has a value for absent.
#[doc(hidden)]
#[macro_export]
macro_rules! __slot {
    (required $kind:ident $type:ty) => { ::std::option::Option<$crate::__type!(required $kind $type)> };
    ($presence:ident $kind:ident $type:ty) => { $crate::__type!($presence $kind $type) };
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
macro_rules! __read {
    (required $field:ident $wire:literal $access:ident) => {
        match $field {
            ::std::option::Option::Some(value) => value,
            ::std::option::Option::None => {
                return ::std::result::Result::Err(
                    <$access::Error as $crate::data::private::DeserializeError>::missing_field(
                        $wire,
                    ),
                );
            }
        }
    };
    ($presence:ident $field:ident $wire:literal $access:ident) => {
        $field
    };
}
