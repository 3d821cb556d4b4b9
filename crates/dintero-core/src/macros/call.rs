//! Calls of operations.

/// A call of an operation: its parameters as setters, `send`, and `pages` and `items` for lists.
#[doc(hidden)]
#[macro_export]
macro_rules! call {
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $operation:ident $(confirmed $read:literal [$($argument:ident $variable:literal),*])? -> $success:ident $value:ty $([$($items:ident)? : $item:ty])? {
            $(
                $(#[$field_meta:meta])*
                $place:ident $field:ident $wire:literal : $presence:ident $kind:ident ($type:ty) [$($limit:expr),*] ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[must_use = "nothing is sent before `send` is awaited"]
        pub struct $name {
            __client: Client,
            __notes: $crate::data::Violations,
            __options: $crate::CallOptions,
            $($field: ::std::option::Option<$crate::__type!(required $kind $type)>,)*
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl $name {
            #[inline]
            pub(super) fn new(client: &Client) -> Self {
                Self {
                    __client: ::std::clone::Clone::clone(client),
                    __notes: ::std::default::Default::default(),
                    __options: ::std::default::Default::default(),
                    $($field: ::std::option::Option::None,)*
                }
            }

            $($crate::__call_setter! { $place $kind $(#[$field_meta])* $field $wire $type })*

            /// Sets timeouts, headers and retries of this call. Options that are not set are those of the client.
            #[inline]
            pub fn with_options(mut self, options: $crate::CallOptions) -> Self {
                self.__options = options;
                self
            }

            $(
                #[doc = "Sends the request once and reads whether it was carried out; awaiting it returns an [`Outcome`]("]
                #[doc = "$crate::confirm::Outcome). The options of the call apply to sending and to reading by"]
                #[doc = concat!("[`", $read, "`](Client::", $read, ").")]
                #[inline]
                pub fn confirm(self $(, $argument: impl ::std::convert::Into<::std::string::String>)*) -> $crate::confirm::Confirmation<$value> {
                    $crate::confirm::Confirmation::new(self.__call(), &[$(($variable, $argument.into())),*])
                }
            )?

            /// Sends the request.
            $(
                #[doc = concat!("\n\nAfter an error it may have been carried out, which `", $read, "` shows: [`confirm`](Self::confirm) is the safe way.\n")]
            )?
            ///
            /// # Errors
            /// A parameter or the body breaks a limit, no token could be obtained, or the request failed. See
            /// [`Error::was_sent`]($crate::Error::was_sent) for whether the request may have reached the server.
            pub async fn send(self) -> ::std::result::Result<$crate::Response<$crate::__success!($success $value)>, $crate::Error> {
                let call = self.__call();
                $crate::__call_send!($success call $value)
            }

            #[inline]
            fn __call(self) -> $crate::Call {
                let Self { __client: client, __notes: mut violations, __options: options, $($field,)* } = self;
                const FACTS: &[$crate::data::ParameterFacts] = &[$((stringify!($place), $wire, &[$($limit),*], $crate::__is!(required $presence))),*];
                $crate::data::check_parameters(FACTS, &[$(&$field),*], &mut violations);
                let call = client.handle.call(&operations::$operation).violations(violations).with_options(options);
                $(let call = $crate::__call_put!($place call $field $wire);)*
                call
            }

            $(
                /// Returns the list as a stream of pages. A page is fetched when the stream is polled for it.
                #[inline]
                pub fn pages(self) -> $crate::Pages<$value, $item> {
                    $crate::Pages::new(self.__call(), |page| {
                        ::std::option::Option::<::std::vec::Vec<$item>>::from(page $(.$items)?).unwrap_or_default()
                    })
                }

                /// Returns the list as a stream of its items. Pages are fetched as they are needed.
                #[inline]
                pub fn items(self) -> $crate::Items<$value, $item> {
                    self.pages().items()
                }
            )?
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_setter {
    (path $kind:ident $(#[$meta:meta])* $field:ident $wire:literal $type:ty) => {
        $crate::__setter! { [] $kind #[doc(hidden)] $field $wire $type }
    };
    ($place:ident $($rest:tt)*) => { $crate::__setter! { [] $($rest)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __call_put {
    (body $call:ident $field:ident $wire:literal) => {
        match &$field {
            ::std::option::Option::Some(value) => $call.json_unchecked(value),
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
    (json $call:ident $value:ty) => {
        $call.send::<$value>().await
    };
    (json_or_empty $call:ident $value:ty) => {
        $call.send_optional::<$value>().await
    };
    (empty $call:ident $value:ty) => {
        $call.send_empty().await
    };
    (bytes $call:ident $value:ty) => {
        $call.send_bytes().await
    };
}

/// The type of a success.
#[doc(hidden)]
#[macro_export]
macro_rules! __success {
    (json_or_empty $value:ty) => { ::std::option::Option<$value> };
    ($success:ident $value:ty) => { $value };
}
