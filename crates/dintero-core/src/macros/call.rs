//! Calls of operations.

/// A call of an operation: its parameters as setters, and `send`.
///
/// Fields read `place name "wire name": presence shape (Type) [rules];` where place is `path`, `query`, `joined`,
/// `header` or `body`, and what is sent back is `json`, `maybe` (JSON or nothing), `empty` or `bytes`. A list that goes on in
/// pages names the field of its items, if they are in one, and their type: `[orders: types::Order]`.
#[doc(hidden)]
#[macro_export]
macro_rules! call {
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $operation:ident -> $success:ident $answer:ty $([$($rows:ident)? : $item:ty])? {
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
            __problems: $crate::data::Violations,
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
                let call = self.__call();
                $crate::__call_send!($success call $answer)
            }

            fn __call(self) -> $crate::Call {
                #[allow(unused_imports)]
                use $crate::data::Validate as _;
                #[allow(unused_mut)]
                let Self { __client: client, __problems: mut violations, __options: options, $($field,)* } = self;
                $($crate::__missing!($presence violations $field $wire);)*
                $($crate::__call_check!($place violations $field $wire [$($rule),*]);)*
                let call = client.handle.call(&operations::$operation).violations(violations).options(options);
                $(let call = $crate::__call_put!($place call $field $wire);)*
                call
            }

            $(
                /// The list as a stream of pages: each is fetched when it is asked for.
                pub fn pages(self) -> $crate::Pages<$answer, $item> {
                    $crate::Pages::new(self.__call(), |page| $crate::Rows::rows(page $(.$rows)?))
                }

                /// The list as a stream of its items, whose pages are fetched as they are needed.
                pub fn items(self) -> $crate::Items<$answer, $item> {
                    self.pages().items()
                }
            )?
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
    ($place:ident $violations:ident $field:ident $wire:literal $rules:tt) => {
        $violations.within($wire, |at| $field.check(const { &$rules }, at));
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
