//! The macros that generated code consists of. They are part of no contract: only code of the same version uses them.

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
                        $(let mut $field = ::std::option::Option::None;)*
                        let mut extra = $crate::data::Extra::default();
                        while let ::std::option::Option::Some($crate::data::Key(key)) = input.next_key()? {
                            match &*key {
                                $($wire => $field = ::std::option::Option::Some(input.next_value()?),)*
                                _ => extra.insert(key, input.next_value()?),
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
        $out.serialize_entry($wire, &$value)?;
    };
    ($presence:ident $out:ident $wire:literal $value:expr) => {
        if !$crate::data::Optional::is_absent(&$value) {
            $out.serialize_entry($wire, &$value)?;
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
        $field.unwrap_or_default()
    };
}

/// The builder of an object that requests carry, and its check against the limits of the API.
#[doc(hidden)]
#[macro_export]
macro_rules! builder {
    (
        $name:ident, $builder:ident {
            $(
                $(#[$field_meta:meta])*
                $field:ident $wire:literal : $presence:ident $shape:ident ($type:ty) $privacy:ident [$($rule:expr),*] $(= $constant:literal)? ;
            )*
        }
    ) => {
        impl $name {
            /// Starts to build one; [`build`](
            #[doc = concat!(stringify!($builder), "::build")]
            /// ) checks it and names everything that is wrong at once.
            pub fn builder() -> $builder {
                <$builder as ::std::default::Default>::default()
            }
        }

        impl $crate::data::Validate for $name {
            #[allow(unused_variables)]
            fn check(&self, _: &[$crate::data::Rule], at: &mut $crate::data::Problems) {
                $(at.within($wire, |at| self.$field.check(const { &[$($rule),*] }, at));)*
            }
        }

        #[doc = concat!("Builds a [`", stringify!($name), "`].")]
        #[derive(Clone, Default)]
        #[must_use]
        pub struct $builder {
            __problems: $crate::data::Problems,
            __extra: $crate::data::Extra,
            $($field: ::std::option::Option<$crate::__type!(req $shape $type)>,)*
        }

        impl $builder {
            $($crate::__setter! { $shape $(#[$field_meta])* $field $wire $type })*

            /// A field that this version does not know, or that the API lets you name yourself. One that has a method of its
            /// own is refused when the builder builds.
            pub fn unknown_field(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::convert::Into<$crate::data::private::Value>,
            ) -> Self {
                self.__extra.add(&[$($wire),*], name.into(), value.into(), &mut self.__problems);
                self
            }

            /// The finished value.
            ///
            /// # Errors
            /// A required field is missing, or a value breaks a limit of the API: one error that names each of them.
            pub fn build(self) -> ::std::result::Result<$name, $crate::Error> {
                ::std::result::Result::Ok(<$name as ::std::convert::TryFrom<Self>>::try_from(self)?)
            }
        }

        impl ::std::convert::TryFrom<$builder> for $name {
            type Error = $crate::data::Problems;

            fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Problems> {
                #[allow(unused_imports)]
                use $crate::data::Validate as _;
                let mut problems = builder.__problems;
                $(let $field = builder.$field $(.or_else(|| ::std::option::Option::Some(<$type>::from($constant))))?;)*
                $($crate::__missing!($presence problems $field $wire);)*
                $(problems.within($wire, |at| $field.check(const { &[$($rule),*] }, at));)*
                if !problems.is_empty() {
                    return ::std::result::Result::Err(problems);
                }
                $($crate::__built!($presence problems $field);)*
                ::std::result::Result::Ok($name { $($field,)* __extra: builder.__extra })
            }
        }

        /// Shows no values: any of them may be personal.
        impl ::std::fmt::Debug for $builder {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($builder)).finish_non_exhaustive()
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __missing {
    (req $problems:ident $field:ident $wire:literal) => {
        if $field.is_none() && !$problems.mentions($wire) {
            $problems.push($wire, "is required");
        }
    };
    ($presence:ident $problems:ident $field:ident $wire:literal) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __built {
    (req $problems:ident $field:ident) => {
        let ::std::option::Option::Some($field) = $field else {
            return ::std::result::Result::Err($problems);
        };
    };
    (opt $problems:ident $field:ident) => {};
    (nul $problems:ident $field:ident) => {
        let $field = $field.map_or_else(
            ::std::default::Default::default,
            $crate::data::Nullable::Value,
        );
    };
}

/// A method of a builder. A value that cannot be converted is a problem of the field, told when the builder builds.
#[doc(hidden)]
#[macro_export]
macro_rules! __setter {
    (one $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Problems>>,
        {
            self.$field = $crate::data::convert($wire, value, &mut self.__problems);
            self
        }
    };
    (boxed $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Problems>>,
        {
            self.$field = $crate::data::convert($wire, value, &mut self.__problems).map(::std::boxed::Box::new);
            self
        }
    };
    (map $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<K, V>(mut self, entries: impl ::std::iter::IntoIterator<Item = (K, V)>) -> Self
        where
            K: ::std::convert::Into<::std::string::String>,
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Problems>>,
        {
            self.$field = $crate::data::convert_map($wire, entries, &mut self.__problems);
            self
        }
    };
    ($shape:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, values: impl ::std::iter::IntoIterator<Item = V>) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Problems>>,
        {
            self.$field = $crate::data::convert_list($wire, values, &mut self.__problems).map(::std::convert::Into::into);
            self
        }
    };
}

/// A list of values that the API may extend: what this version does not know is kept in `Unknown`.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know, kept as it came.
            Unknown($crate::data::UnknownValue),
        }

        impl $name {
            /// Every value this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($wire),*];

            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }

            /// Is it a value that this version does not know?
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl $crate::data::OpenEnum for $name {
            fn known(text: &str) -> ::std::option::Option<Self> {
                match text {
                    $($wire => ::std::option::Option::Some(Self::$variant),)*
                    _ => ::std::option::Option::None,
                }
            }

            fn unknown(value: $crate::data::UnknownValue) -> Self {
                Self::Unknown(value)
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                $crate::data::open(text)
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                $crate::data::open(&text)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                ::std::result::Result::Ok($crate::data::open(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<S: $crate::data::private::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::data::private::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::data::read_open(deserializer)
            }
        }

        impl $crate::data::Validate for $name {
            fn check(&self, _: &[$crate::data::Rule], _: &mut $crate::data::Problems) {}
        }

        impl $crate::data::Param for $name {
            fn write(&self, out: &mut dyn FnMut(&str)) {
                out(self.as_str());
            }
        }
    };
}

/// An open list of integers.
#[doc(hidden)]
#[macro_export]
macro_rules! open_integer {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know, kept as it came.
            Unknown($crate::data::UnknownInteger),
        }

        impl $name {
            /// Every value this version knows.
            pub const KNOWN: &'static [i64] = &[$($wire),*];

            /// The value as the API writes it.
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value.get(),
                }
            }

            /// Is it a value that this version does not know?
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl ::std::convert::From<i64> for $name {
            fn from(value: i64) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    other => Self::Unknown($crate::data::UnknownInteger::new(other)),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.as_i64(), f)
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<S: $crate::data::private::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::data::private::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                <i64 as $crate::data::private::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }

        impl $crate::data::Validate for $name {
            fn check(&self, _: &[$crate::data::Rule], _: &mut $crate::data::Problems) {}
        }

        impl $crate::data::Param for $name {
            fn write(&self, out: &mut dyn FnMut(&str)) {
                out(&self.as_i64().to_string());
            }
        }
    };
}

/// A choice of objects. Which one it is, is told by a tag (`by tag "type"`) or by the fields that only it has (`by shape`).
/// What fits none is kept as JSON; with `or any`, so is what looks like one of them and is none.
#[doc(hidden)]
#[macro_export]
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by tag $tag:literal $(or $any:ident)? { $($(#[$variant_meta:meta])* $variant:ident($type:ident $(, $builder:ident)?) = [$($wire:literal),*],)* }
    ) => {
        $crate::union! {
            @body ($(#[$meta])*) $name ($($any)?) { $(($(#[$variant_meta])*) $variant $type ($($builder)?),)* }
            |value| match value.get($tag).and_then($crate::data::private::Value::as_str) {
                $(::std::option::Option::Some($($wire)|*) => ::std::option::Option::Some(stringify!($variant)),)*
                _ => ::std::option::Option::None,
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident by shape $(or $any:ident)? { $($(#[$variant_meta:meta])* $variant:ident($type:ident $(, $builder:ident)?) = [$($wire:literal),*],)* }
    ) => {
        $crate::union! {
            @body ($(#[$meta])*) $name ($($any)?) { $(($(#[$variant_meta])*) $variant $type ($($builder)?),)* }
            |value| {
                $(
                    if [$($wire),*].iter().any(|key| value.get(key).is_some()) {
                        return ::std::option::Option::Some(stringify!($variant));
                    }
                )*
                ::std::option::Option::None
            }
        }
    };
    (
        @body ($(#[$meta:meta])*) $name:ident $any:tt { $(($(#[$variant_meta:meta])*) $variant:ident $type:ident ($($builder:ident)?),)* }
        |$value:ident| $choose:expr
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant($type),)*
            /// Of a kind that this version does not know: the JSON as it came.
            Unknown($crate::data::private::Value),
        }

        impl $name {
            /// Is it of a kind that this version does not know?
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => f.debug_tuple(stringify!($variant)).field(value).finish(),)*
                    Self::Unknown(value) => f.debug_tuple("Unknown").field(&$crate::data::Personal(value)).finish(),
                }
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<S: $crate::data::private::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => $crate::data::private::Serialize::serialize(value, serializer),)*
                    Self::Unknown(value) => $crate::data::private::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::data::private::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let choose = |$value: &$crate::data::private::Value| -> ::std::option::Option<&'static str> { $choose };
                let value: $crate::data::private::Value = $crate::data::private::Deserialize::deserialize(deserializer)?;
                match choose(&value) {
                    $(::std::option::Option::Some(stringify!($variant)) => $crate::__variant!($any $name $variant value),)*
                    _ => ::std::result::Result::Ok(Self::Unknown(value)),
                }
            }
        }

        $(
            impl ::std::convert::From<$type> for $name {
                fn from(value: $type) -> Self {
                    Self::$variant(value)
                }
            }

            $(
                impl ::std::convert::TryFrom<$builder> for $name {
                    type Error = $crate::data::Problems;

                    fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Problems> {
                        <$type as ::std::convert::TryFrom<$builder>>::try_from(builder).map(Self::$variant)
                    }
                }
            )?
        )*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __variant {
    (() $name:ident $variant:ident $value:ident) => {
        $crate::data::from_value($value).map($name::$variant)
    };
    ((any) $name:ident $variant:ident $value:ident) => {
        ::std::result::Result::Ok(
            $crate::data::from_ref(&$value).map_or($name::Unknown($value), $name::$variant),
        )
    };
}

/// Lets requests carry a choice of objects.
#[doc(hidden)]
#[macro_export]
macro_rules! union_in_requests {
    ($name:ident { $($variant:ident),* }) => {
        impl $crate::data::Validate for $name {
            fn check(&self, rules: &[$crate::data::Rule], at: &mut $crate::data::Problems) {
                match self {
                    $(Self::$variant(value) => value.check(rules, at),)*
                    Self::Unknown(_) => {}
                }
            }
        }
    };
}

/// A call of an operation: its parameters as setters, and `send`.
///
/// Fields read `place name "wire name": presence shape (Type) [rules];` where place is `path`, `query`, `joined`,
/// `header` or `body`, and what is sent back is `json`, `maybe` (JSON or nothing), `empty` or `bytes`.
#[doc(hidden)]
#[macro_export]
macro_rules! call {
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $operation:ident -> $success:ident $answer:ty {
            $(
                $(#[$field_meta:meta])*
                $place:ident $field:ident $wire:literal : $presence:ident $shape:ident ($type:ty) [$($rule:expr),*] ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[must_use = "nothing is sent before `send` is awaited"]
        pub struct $name<'a> {
            __client: &'a Client,
            __problems: $crate::data::Problems,
            __options: $crate::CallOptions,
            $($field: ::std::option::Option<$crate::__type!(req $shape $type)>,)*
        }

        impl ::std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl<'a> $name<'a> {
            pub(super) fn new(client: &'a Client) -> Self {
                Self {
                    __client: client,
                    __problems: ::std::default::Default::default(),
                    __options: ::std::default::Default::default(),
                    $($field: ::std::option::Option::None,)*
                }
            }

            $($crate::__call_setter! { $place $shape $(#[$field_meta])* $field $wire $type })*

            /// Time-outs, headers and retries of this call; what is not set is taken from the client.
            pub fn with_options(mut self, options: $crate::CallOptions) -> Self {
                self.__options = options;
                self
            }

            /// Sends it.
            ///
            /// # Errors
            /// Nothing was sent: a parameter or the body breaks a limit, or there is no token. Otherwise what became of
            /// the request; see [`Error`]($crate::Error), above all `was_sent`.
            pub async fn send(self) -> ::std::result::Result<$crate::Response<$crate::__answer!($success $answer)>, $crate::Error> {
                #[allow(unused_imports)]
                use $crate::data::Validate as _;
                #[allow(unused_mut)]
                let Self { __client: client, __problems: mut problems, __options: options, $($field,)* } = self;
                $($crate::__missing!($presence problems $field $wire);)*
                $($crate::__call_check!($place problems $field $wire [$($rule),*]);)*
                let call = client.handle.call(&operations::$operation).problems(problems).options(options);
                $(let call = $crate::__call_put!($place call $field $wire);)*
                $crate::__call_send!($success call $answer)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_setter {
    (path $shape:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $crate::__setter! { $shape #[doc(hidden)] $field $wire $type }
    };
    ($place:ident $($rest:tt)*) => { $crate::__setter! { $($rest)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_check {
    (body $($rest:tt)*) => {};
    ($place:ident $problems:ident $field:ident $wire:literal $rules:tt) => {
        $problems.within($wire, |at| $field.check(const { &$rules }, at));
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_put {
    (path $call:ident $field:ident $wire:literal) => {
        match &$field {
            ::std::option::Option::Some(value) => $call.path($wire, value),
            ::std::option::Option::None => $call,
        }
    };
    (body $call:ident $field:ident $wire:literal) => {
        match &$field {
            ::std::option::Option::Some(value) => $call.json(value),
            ::std::option::Option::None => $call,
        }
    };
    (joined $call:ident $field:ident $wire:literal) => {
        $call.query_joined($wire, &$field)
    };
    ($place:ident $call:ident $field:ident $wire:literal) => {
        $call.$place($wire, &$field)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_send {
    (json $call:ident $answer:ty) => {
        $call.send::<$answer>().await
    };
    (maybe $call:ident $answer:ty) => {
        $call.send_optional::<$answer>().await
    };
    (empty $call:ident $answer:ty) => {
        $call.send_empty().await
    };
    (bytes $call:ident $answer:ty) => {
        $call.send_bytes().await
    };
}

/// What a call answers.
#[doc(hidden)]
#[macro_export]
macro_rules! __answer {
    (maybe $answer:ty) => { ::std::option::Option<$answer> };
    ($success:ident $answer:ty) => { $answer };
}
