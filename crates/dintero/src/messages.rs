//! Enums whose variants have a message each.

/// Defines an enum and its `Display`: a variant shows the text behind it, in which `{name}` is what the variant holds.
macro_rules! messages {
    (
        $(#[$meta:meta])*
        pub enum $enum:ident {
            $(
                $(#[doc = $doc:literal])+
                $(#[cfg($cfg:meta)])?
                $variant:ident $(($held:ident: $type:ty))? $({ $($(#[$field_meta:meta])* $field:ident: $field_type:ty,)* })? => $text:literal,
            )*
        }
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub enum $enum {
            $(
                $(#[doc = $doc])+
                $(#[cfg($cfg)])?
                $variant $(($type))? $({ $($(#[$field_meta])* $field: $field_type,)* })?,
            )*
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($(#[cfg($cfg)])? Self::$variant $(($held))? $({ $($field),* })? => write!(f, $text),)*
                }
            }
        }
    };
}

pub(crate) use messages;
