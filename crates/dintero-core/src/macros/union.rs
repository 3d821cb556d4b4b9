//! Unions of objects.

/// A union of objects, told apart by a tag or by the fields that only one of them has. Other values are kept as JSON.
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
        pub enum $name:ident by fields $(or $any:ident)? { $($(#[$variant_meta:meta])* $variant:ident($type:ident $(, $builder:ident)?) = [$($wire:literal),*],)* }
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
            /// A variant that this version does not know: the JSON as received.
            Unknown($crate::data::private::Value),
        }

        impl $name {
            /// Returns `true` if this version does not know the variant.
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
            fn serialize<__S: $crate::data::private::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                match self {
                    $(Self::$variant(value) => $crate::data::private::Serialize::serialize(value, serializer),)*
                    Self::Unknown(value) => $crate::data::private::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> $crate::data::private::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::data::private::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
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
                    type Error = $crate::data::Violations;

                    fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Violations> {
                        <$type as ::std::convert::TryFrom<$builder>>::try_from(builder).map(Self::$variant)
                    }
                }
            )?
        )*
    };
}

/// The validation of a union in requests.
#[doc(hidden)]
#[macro_export]
macro_rules! union_in_requests {
    ($name:ident { $($variant:ident),* }) => {
        impl $crate::data::Validate for $name {
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                match self {
                    $(Self::$variant(value) => value.check(limits, at),)*
                    Self::Unknown(_) => {}
                }
            }
        }
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
