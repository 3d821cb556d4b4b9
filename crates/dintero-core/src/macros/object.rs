//! Objects: reading, writing, printing.

/// An object: a struct that reads liberally, keeps what it does not know, hides personal data in its Debug output, and,
/// when a builder is named, can be built and checked.
///
/// Fields read `name "wire name": presence shape (Type) privacy [rules] = "constant";` where presence is `req`, `opt`
/// or `nul`, shape is `one`, `boxed`, `many`, `map` or `loose`, privacy is `plain` or `personal`.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident, $builder:ident { $($fields:tt)* }
    ) => {
        $crate::object! { $(#[$meta])* pub struct $name { $($fields)* } }
        $crate::builder! { $name, $builder { $($fields)* } }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[$field_meta:meta])*
                $field:ident $wire:literal : $presence:ident $shape:ident ($type:ty) $privacy:ident [$($rule:expr),*] $(= $constant:literal)? ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $crate::__type!($presence $shape $type),)*
            __extra: $crate::data::Extra,
        }

        impl $name {
            /// Fields the API sent that this version does not know. They are written back as they came.
            pub fn unknown_fields(&self) -> impl ::std::iter::Iterator<Item = (&str, &$crate::data::private::Value)> {
                self.__extra.iter()
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut out = f.debug_struct(stringify!($name));
                $($crate::__debug!($presence $privacy out $field self);)*
                if !self.__extra.is_empty() {
                    out.field("unknown_fields", &self.__extra.len());
                }
                out.finish()
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<S: $crate::data::private::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                use $crate::data::private::SerializeMap as _;
                let mut out = serializer.serialize_map(None)?;
                $($crate::__write!($presence out $wire self.$field);)*
                for (key, value) in self.__extra.iter() {
                    out.serialize_entry(key, value)?;
                }
                out.end()
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::data::private::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                struct Fields;

                impl<'de> $crate::data::private::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($name), ")"))
                    }

                    fn visit_map<A: $crate::data::private::MapAccess<'de>>(self, mut input: A) -> ::std::result::Result<$name, A::Error> {
                        $(let mut $field: $crate::__slot!($presence $shape $type) = ::std::default::Default::default();)*
                        let mut extra = $crate::data::Extra::default();
                        while let ::std::option::Option::Some(key) = $crate::data::private::key(&mut input)? {
                            match &*key.0 {
                                $($wire => $crate::data::private::read(&mut input, &mut $field)?,)*
                                _ => $crate::data::private::read_extra(&mut input, key, &mut extra)?,
                            }
                        }
                        ::std::result::Result::Ok($name {
                            $($field: $crate::__read!($presence $field $wire A),)*
                            __extra: extra,
                        })
                    }
                }

                deserializer.deserialize_map(Fields)
            }
        }
    };
}

/// Where a field is read into: its own type, if that has a word for absent.
#[doc(hidden)]
#[macro_export]
macro_rules! __slot {
    (req $shape:ident $type:ty) => { ::std::option::Option<$crate::__type!(req $shape $type)> };
    ($presence:ident $shape:ident $type:ty) => { $crate::__type!($presence $shape $type) };
}

/// The type of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __type {
    (req one $type:ty) => { $type };
    (req many $type:ty) => { ::std::vec::Vec<$type> };
    (req map $type:ty) => { ::std::collections::BTreeMap<::std::string::String, $type> };
    (req boxed $type:ty) => { ::std::boxed::Box<$type> };
    (req loose $type:ty) => { $crate::data::OneOrMany<$type> };
    (opt $shape:ident $type:ty) => { ::std::option::Option<$crate::__type!(req $shape $type)> };
    (nul $shape:ident $type:ty) => { $crate::data::Nullable<$crate::__type!(req $shape $type)> };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __debug {
    (req plain $out:ident $field:ident $self:ident) => {
        $out.field(stringify!($field), &$self.$field);
    };
    (req personal $out:ident $field:ident $self:ident) => {
        $out.field(stringify!($field), &$crate::data::Personal(&$self.$field));
    };
    ($presence:ident $privacy:ident $out:ident $field:ident $self:ident) => {
        if !$crate::data::Optional::is_absent(&$self.$field) {
            $crate::__debug!(req $privacy $out $field $self);
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __write {
    (req $out:ident $wire:literal $value:expr) => {
        $crate::data::private::write(&mut $out, $wire, &$value)?;
    };
    ($presence:ident $out:ident $wire:literal $value:expr) => {
        if !$crate::data::Optional::is_absent(&$value) {
            $crate::data::private::write(&mut $out, $wire, &$value)?;
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __read {
    (req $field:ident $wire:literal $access:ident) => {
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
