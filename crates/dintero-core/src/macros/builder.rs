//! Builders of the objects in requests.

/// The builder of an object in requests, and its validation.
#[doc(hidden)]
#[macro_export]
macro_rules! builder {
    (
        $name:ident, $builder:ident [$($own:expr),*] {
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
            pub fn builder() -> $builder {
                <$builder as ::std::default::Default>::default()
            }
        }

        impl $crate::data::Validate for $name {
            #[allow(unused_variables)]
            fn check(&self, limits: &[$crate::data::Limit], at: &mut $crate::data::Violations) {
                $(at.within($wire, |at| self.$field.check(const { &[$($limit),*] }, at));)*
                $crate::data::check_properties(self, [limits, &[$($own),*]], at);
            }
        }

        #[doc = concat!("Builds a [`", stringify!($name), "`].")]
        #[derive(Clone, Default)]
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
            pub fn unknown_field(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::convert::Into<$crate::data::private::Value>,
            ) -> Self {
                self.__unknown_fields.add(&[$($wire),*], name.into(), value.into(), &mut self.__violations);
                self
            }

            /// Validates the fields and returns the object.
            ///
            /// # Errors
            /// One error that names every required field that is missing and every value that breaks a limit of the API.
            pub fn build(self) -> ::std::result::Result<$name, $crate::Error> {
                ::std::result::Result::Ok(<$name as ::std::convert::TryFrom<Self>>::try_from(self)?)
            }
        }

        impl ::std::convert::TryFrom<$builder> for $name {
            type Error = $crate::data::Violations;

            fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Violations> {
                #[allow(unused_imports)]
                use $crate::data::Validate as _;
                let mut violations = builder.__violations;
                $(let $field = builder.$field $(.or_else(|| $crate::data::constant::<$type>($constant)))?;)*
                $($crate::__missing!($presence violations $field $wire);)*
                $(violations.within($wire, |at| $field.check(const { &[$($limit),*] }, at));)*
                if !violations.is_empty() {
                    return ::std::result::Result::Err(violations);
                }
                $($crate::__built!($presence violations $field);)*
                let object = $name { $($field,)* __unknown_fields: builder.__unknown_fields };
                $crate::data::check_properties(&object, [&[$($own),*], &[]], &mut violations);
                if violations.is_empty() { ::std::result::Result::Ok(object) } else { ::std::result::Result::Err(violations) }
            }
        }

        /// Shows no values, since any of them may be personal data.
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
    (required $violations:ident $field:ident $wire:literal) => {
        if $field.is_none() && !$violations.mentions($wire) {
            $violations.push($wire, "is required");
        }
    };
    ($presence:ident $violations:ident $field:ident $wire:literal) => {};
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
            self.$field = $crate::data::convert::<$type, __V>($wire, value, &mut self.__violations).map(::std::convert::Into::into);
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
            self.$field = $crate::data::convert_map($wire, entries, &mut self.__violations);
            self
        }
    };
    ($kind:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<__V>(mut self, values: impl ::std::iter::IntoIterator<Item = __V>) -> Self
        where
            __V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            self.$field = $crate::data::convert_list($wire, values, &mut self.__violations).map(::std::convert::Into::into);
            self
        }
    };
}
