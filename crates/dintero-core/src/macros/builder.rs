//! Builders of objects that requests carry.

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
            fn check(&self, _: &[$crate::data::Rule], at: &mut $crate::data::Violations) {
                $(at.within($wire, |at| self.$field.check(const { &[$($rule),*] }, at));)*
            }
        }

        #[doc = concat!("Builds a [`", stringify!($name), "`].")]
        #[derive(Clone, Default)]
        #[must_use]
        pub struct $builder {
            __problems: $crate::data::Violations,
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
            type Error = $crate::data::Violations;

            fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::data::Violations> {
                #[allow(unused_imports)]
                use $crate::data::Validate as _;
                let mut violations = builder.__problems;
                $(let $field = builder.$field $(.or_else(|| ::std::option::Option::Some(<$type>::from($constant))))?;)*
                $($crate::__missing!($presence violations $field $wire);)*
                $(violations.within($wire, |at| $field.check(const { &[$($rule),*] }, at));)*
                if !violations.is_empty() {
                    return ::std::result::Result::Err(violations);
                }
                $($crate::__built!($presence violations $field);)*
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
    (req $violations:ident $field:ident $wire:literal) => {
        if $field.is_none() && !$violations.mentions($wire) {
            $violations.push($wire, "is required");
        }
    };
    ($presence:ident $violations:ident $field:ident $wire:literal) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __built {
    (req $violations:ident $field:ident) => {
        let ::std::option::Option::Some($field) = $field else {
            return ::std::result::Result::Err($violations);
        };
    };
    (opt $violations:ident $field:ident) => {};
    (nul $violations:ident $field:ident) => {
        let $field = $field.map_or_else(
            ::std::default::Default::default,
            $crate::data::Nullable::Value,
        );
    };
}

/// A method of a builder. A value that cannot be converted is a violation of the field, told when the builder builds.
#[doc(hidden)]
#[macro_export]
macro_rules! __setter {
    (one $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            self.$field = $crate::data::convert($wire, value, &mut self.__problems);
            self
        }
    };
    (boxed $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
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
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            self.$field = $crate::data::convert_map($wire, entries, &mut self.__problems);
            self
        }
    };
    ($shape:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $(#[$meta])*
        pub fn $field<V>(mut self, values: impl ::std::iter::IntoIterator<Item = V>) -> Self
        where
            V: ::std::convert::TryInto<$type, Error: ::std::convert::Into<$crate::data::Violations>>,
        {
            self.$field = $crate::data::convert_list($wire, values, &mut self.__problems).map(::std::convert::Into::into);
            self
        }
    };
}
