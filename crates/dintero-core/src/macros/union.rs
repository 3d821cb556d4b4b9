//! Unions of objects.

/// A union of objects, told apart by a tag or by the fields that only one of them has. Other values are kept as JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $(tag $tag:literal)? $(fields)? $(or $any:ident)? {
            $($(#[$variant_meta:meta])* $variant:ident($type:ident $(, $builder:ident)?) = $values:tt $own:tt $required:tt,)*
        }
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
            #[inline]
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => f.debug_tuple(stringify!($variant)).field(value).finish(),)*
                    Self::Unknown(value) => f.debug_tuple("Unknown").field(&$crate::data::Personal(value)).finish(),
                }
            }
        }

        impl $crate::data::Validate for $name {
            #[inline]
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                match self {
                    $(Self::$variant(value) => value.check(limits, at),)*
                    Self::Unknown(_) => {}
                }
            }

            fn blank() -> Self {
                Self::Unknown($crate::data::Validate::blank())
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
                const FACTS: $crate::data::UnionFacts = $crate::data::UnionFacts {
                    name: stringify!($name),
                    tag: &[$($tag)?],
                    open: !stringify!($($any)?).is_empty(),
                    variants: &[
                        $($crate::data::VariantFacts { name: stringify!($variant), values: &$values, fields: [&$own, &$required] },)*
                    ],
                };
                $crate::data::read_union(deserializer, &FACTS, |name, text| match name {
                    $(stringify!($variant) => $crate::data::private::from_str(text).map(Self::$variant),)*
                    _ => $crate::data::private::from_str(text).map(Self::Unknown),
                })
            }
        }

        $(
            impl ::std::convert::From<$type> for $name {
                #[inline]
                fn from(value: $type) -> Self {
                    Self::$variant(value)
                }
            }

            $(
                impl ::std::convert::TryFrom<$builder> for $name {
                    type Error = $crate::data::Violations;

                    #[inline]
                    fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Violations> {
                        <$type as ::std::convert::TryFrom<$builder>>::try_from(builder).map(Self::$variant)
                    }
                }
            )?
        )*
    };
}
