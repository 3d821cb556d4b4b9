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
                    __object: <Self as $crate::data::Validate>::blank(),
                    __notes: ::std::default::Default::default(),
                }$($(.$field($constant))?)*
            }
        }

        #[doc = concat!("Builds a [`", stringify!($name), "`].")]
        #[derive(Clone)]
        #[must_use]
        pub struct $builder {
            __object: $name,
            __notes: $crate::data::Assigned,
        }

        impl $builder {
            $($crate::__setter! { [__object] $kind $(#[$field_meta])* $field $wire $type })*

            /// Sets a field that this version does not know, or whose name the API leaves to the caller. A field that has a
            /// setter of its own is refused by `build`.
            #[inline]
            pub fn unknown_field(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::convert::Into<$crate::data::private::Value>,
            ) -> Self {
                $crate::data::private::set_unknown::<$name>(&mut self.__object.__unknown_fields, name.into(), value.into(), &mut self.__notes);
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
                $crate::data::private::build(builder.__object, builder.__notes)
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

/// A setter. A value that cannot be converted is a violation of the field, which `build` or `send` reports.
#[doc(hidden)]
#[macro_export]
macro_rules! __setter {
    ([$($object:ident)?] map $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<__K, __V>(mut self, entries: impl ::std::iter::IntoIterator<Item = (__K, __V)>) -> Self
        where
            __K: ::std::convert::Into<::std::string::String>,
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set_map(&mut self.$($object.)?$field, $wire, entries, &mut self.__notes);
            self
        }
    };
    ([$($object:ident)?] $kind:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $crate::__setter! { @$kind [$($object)?] $(#[$meta])* $field $wire $type, $crate::__type!(required $kind $type) }
    };
    (@value $($rest:tt)*) => { $crate::__setter! { @one $($rest)* } };
    (@boxed $($rest:tt)*) => { $crate::__setter! { @one $($rest)* } };
    (@one [$($object:ident)?] $(#[$meta:meta])* $field:ident $wire:literal $type:ty, $value:ty) => {
        $(#[$meta])*
        pub fn $field<__V>(mut self, value: __V) -> Self
        where
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set::<$type, $value, _, __V>(&mut self.$($object.)?$field, $wire, value, &mut self.__notes);
            self
        }
    };
    (@$kind:ident [$($object:ident)?] $(#[$meta:meta])* $field:ident $wire:literal $type:ty, $list:ty) => {
        $(#[$meta])*
        pub fn $field<__V>(mut self, values: impl ::std::iter::IntoIterator<Item = __V>) -> Self
        where
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            $crate::data::set_list::<$type, $list, _, __V>(&mut self.$($object.)?$field, $wire, values, &mut self.__notes);
            self
        }
    };
}
