//! Builders of the objects in requests.

/// The builder of an object in requests, and its validation.
#[doc(hidden)]
#[macro_export]
macro_rules! builder {
    (
        $name:ident, $builder:ident {
            $(
                $(#[$field_meta:meta])*
                $field:ident $wire:literal : $presence:ident $kind:ident ($type:ty) $privacy:ident [$($limit:expr),*] $(= $constant:literal)? ;
            )*
        }
    ) => {
        impl $name {
            /// Returns an empty builder; [`build`](
            #[doc = concat!(stringify!($builder), "::build")]
            /// ) validates it and reports every violation at once.
            #[inline]
            pub fn builder() -> $builder {
                $builder {
                    __violations: ::std::default::Default::default(),
                    __unknown_fields: ::std::default::Default::default(),
                    $($field: ::std::option::Option::None,)*
                }
            }
        }

        #[doc = concat!("Builds a [`", stringify!($name), "`].")]
        #[must_use]
        pub struct $builder {
            __violations: $crate::data::Violations,
            __unknown_fields: $crate::data::UnknownFields,
            $($field: ::std::option::Option<$crate::__type!(required $kind $type)>,)*
        }

        impl $builder {
            $($crate::__setter! { $kind $(#[$field_meta])* $field $wire $type })*

            /// Sets a field that this version does not know, or whose name the API leaves to the caller. A field that has a
            /// setter of its own is refused by `build`.
            #[inline]
            pub fn unknown_field(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::convert::Into<$crate::data::private::Value>,
            ) -> Self {
                self.__unknown_fields.add(<$name as $crate::data::private::Object>::FACTS.1, name.into(), value.into(), &mut self.__violations);
                self
            }

            /// Validates the fields and returns the object.
            ///
            /// # Errors
            /// One error that names every required field that is missing and every value that breaks a limit of the API.
            #[inline]
            pub fn build(self) -> ::std::result::Result<$name, $crate::Error> {
                <$name as ::std::convert::TryFrom<Self>>::try_from(self).map_err(::std::convert::From::from)
            }
        }

        impl ::std::convert::TryFrom<$builder> for $name {
            type Error = $crate::data::Violations;

            #[inline]
            fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Violations> {
                let $builder { __violations: mut violations, __unknown_fields, $($field,)* } = builder;
                $($(let $field = $field.or_else(|| $crate::data::constant::<$type>($constant));)?)*
                $crate::data::private::check_fields::<$name>(&[$(&$field),*], &__unknown_fields, &mut violations);
                if !violations.is_empty() {
                    return ::std::result::Result::Err(violations);
                }
                $($crate::__built!($presence violations $field);)*
                ::std::result::Result::Ok($name { $($field,)* __unknown_fields })
            }
        }

        /// Shows no values, since any of them may be personal data.
        impl ::std::fmt::Debug for $builder {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($builder)).finish_non_exhaustive()
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __built {
    (required $violations:ident $field:ident) => {
        let ::std::option::Option::Some($field) = $field else {
            return ::std::result::Result::Err($violations);
        };
    };
    (optional $violations:ident $field:ident) => {};
    (nullable $violations:ident $field:ident) => {
        let $field = $field.map_or_else(
            ::std::default::Default::default,
            $crate::data::Nullable::Value,
        );
    };
}

/// A setter. A value that cannot be converted is a violation of the field, which `build` or `send` reports.
#[doc(hidden)]
#[macro_export]
macro_rules! __setter {
    (value $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<__V>(mut self, value: __V) -> Self
        where
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set::<$type, _, __V>(&mut self.$field, $wire, value, &mut self.__violations);
            self
        }
    };
    (boxed $($rest:tt)*) => { $crate::__setter! { value $($rest)* } };
    (map $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<__K, __V>(mut self, entries: impl ::std::iter::IntoIterator<Item = (__K, __V)>) -> Self
        where
            __K: ::std::convert::Into<::std::string::String>,
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set_map(&mut self.$field, $wire, entries, &mut self.__violations);
            self
        }
    };
    ($kind:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<__V>(mut self, values: impl ::std::iter::IntoIterator<Item = __V>) -> Self
        where
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set_list::<$type, _, __V>(&mut self.$field, $wire, values, &mut self.__violations);
            self
        }
    };
}
