//! Enums that the API may extend.

/// An enum of strings that the API may extend: other values are kept in `Unknown`.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)* }
    ) => {
        $crate::__open! {
            $(#[$meta])* $name, $crate::data::UnknownValue, &'static str, as_str() -> &str
            { $($(#[$variant_meta])* $variant = $wire,)* }
        }

        impl $crate::data::OpenEnum for $name {
            #[inline]
            fn known(text: &str) -> ::std::option::Option<Self> {
                match text {
                    $($wire => ::std::option::Option::Some(Self::$variant),)*
                    _ => ::std::option::Option::None,
                }
            }

            #[inline]
            fn unknown(value: $crate::data::UnknownValue) -> Self {
                Self::Unknown(value)
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::data::open(text)
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::data::open(&text)
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::data::private::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                $crate::data::read_open(deserializer)
            }
        }

        impl $crate::data::Validate for $name {
            #[inline]
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                <str as $crate::data::Validate>::check(self.as_str(), limits, at);
            }

            fn blank() -> Self {
                Self::Unknown($crate::data::Validate::blank())
            }
        }
    };
}

/// An enum of integers that the API may extend.
#[doc(hidden)]
#[macro_export]
macro_rules! open_integer {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)* }
    ) => {
        $crate::__open! {
            $(#[$meta])* #[derive(Copy)] $name, $crate::data::UnknownInteger, i64, as_i64() -> i64
            { $($(#[$variant_meta])* $variant = $wire,)* }
        }

        impl ::std::convert::From<i64> for $name {
            #[inline]
            fn from(value: i64) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    other => Self::Unknown($crate::data::UnknownInteger::new(other)),
                }
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::data::private::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                <i64 as $crate::data::private::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }

        impl $crate::data::Validate for $name {
            #[inline]
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                <i64 as $crate::data::Validate>::check(&self.as_i64(), limits, at);
            }

            fn blank() -> Self {
                Self::Unknown($crate::data::Validate::blank())
            }
        }
    };
}

/// What the two have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! __open {
    (
        $(#[$meta:meta])* $name:ident, $unknown:ty, $known:ty, $get:ident() -> $value:ty
        { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know, kept as received.
            Unknown($unknown),
        }

        impl $name {
            /// The values that this version knows.
            pub const KNOWN: &'static [$known] = &[$($wire),*];

            /// Returns the value as the API writes it.
            #[inline]
            pub fn $get(&self) -> $value {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value.$get(),
                }
            }

            /// Returns `true` if this version does not know the value.
            #[inline]
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl ::std::cmp::Eq for $name {}

        /// By the value as the API writes it.
        impl ::std::cmp::Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                self.$get().cmp(&other.$get())
            }
        }

        impl ::std::cmp::PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                ::std::option::Option::Some(self.cmp(other))
            }
        }

        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<__H: ::std::hash::Hasher>(&self, state: &mut __H) {
                self.$get().hash(state);
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.$get(), f)
            }
        }

        impl $crate::data::private::Serialize for $name {
            fn serialize<__S: $crate::data::private::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                $crate::data::private::Serialize::serialize(&self.$get(), serializer)
            }
        }

        impl $crate::data::Param for $name {
            #[inline]
            fn write(&self, out: &mut dyn ::std::ops::FnMut(&str)) {
                $crate::data::Param::write(&self.$get(), out);
            }
        }
    };
}
