//! The macros that generated code consists of. They are part of no contract: only code of the same version uses them.
//!
//! # Grammar
//!
//! `NAME` is a Rust identifier, `TYPE` a Rust type, `"..."` a string literal; `?` and `*` mean optional and repeated. Doc
//! comments may precede every item, field and variant.
//!
//! ```text
//! object!            pub struct NAME BUILDER? { FIELD* }
//!   BUILDER          , NAME [LIMITS]?, where the limits are those of the object as a whole
//!   FIELD            NAME "wire name": PRESENCE KIND (TYPE) PRIVACY [LIMITS] CONSTANT? ;
//!   PRESENCE         required | optional | nullable
//!   KIND             value | boxed | list | map | one_or_many
//!   PRIVACY          plain | personal
//!   LIMITS           expressions of `data::Limit`, separated by commas
//!   CONSTANT         = the only value, as a literal, which a builder fills in
//!
//! open_enum!         pub enum NAME { NAME = "wire value", * }
//! open_integer!      pub enum NAME { NAME = 1, * }
//!
//! union!             pub enum NAME by DISCRIMINATOR OPEN? { VARIANT, * }
//!   DISCRIMINATOR    tag "wire name of the tag" | fields
//!   OPEN             or any
//!   VARIANT          NAME(NAME BUILDER?) = ["value of the tag", *] FIELDS
//!   FIELDS           ["field that only it has", *] ["other field that it requires", *], which tell it where the tag does not
//!
//! call!              pub struct NAME of OPERATION CONFIRMED? -> SUCCESS TYPE PAGING? { PARAMETER* }
//!   OPERATION        constant in the operation table
//!   CONFIRMED        confirmed "method that reads" [ARGUMENT*], the path variables of the read that the request does not have
//!   ARGUMENT         NAME "wire name", separated by commas
//!   SUCCESS          json | json_or_empty | empty | bytes
//!   PAGING           [NAME? : TYPE], the field that holds the items unless the body is the list, and the type of an item
//!   PARAMETER        PLACE NAME "wire name": PRESENCE KIND (TYPE) [LIMITS];
//!   PLACE            path | query | joined | header | body, where `joined` is a query list joined with commas
//! ```
//!
//! TYPE is the type of one value: `required list (Order)` is a `Vec<Order>`, `optional boxed (Order)` an
//! `Option<Box<Order>>`. A value that fits no variant of a union is kept as JSON; with `or any`, so is a value that
//! has the tag of a variant and cannot be deserialized as one.
//!
//! A builder holds the object that it builds, and a reading fills the object that it returns. Both begin with blank values
//! (`Validate::blank`); a builder notes which fields it was given and a reading which it found, so that none that is required
//! is returned blank.

mod builder;
mod call;
mod object;
mod open_enum;
mod union;

/// Writes the setters of a type, each of which sets one field.
macro_rules! setters {
    (
        impl[$($generics:tt)*] $type:ty:
        $($(#[$meta:meta])* $name:ident($argument:ident: $argument_type:ty): $field:ident = $value:expr;)*
    ) => {
        #[allow(clippy::double_must_use, reason = "a builder is `must_use` itself")]
        impl<$($generics)*> $type {
            $(
                $(#[$meta])*
                #[must_use]
                pub fn $name(mut self, $argument: $argument_type) -> Self {
                    self.$field = $value;
                    self
                }
            )*
        }
    };
}

/// Implements `Debug` for a type of which only these fields may be shown.
macro_rules! debug {
    ($name:ident $(<$($parameter:ident),*>)? ($self:ident) { $($field:ident: $value:expr,)* }) => {
        impl $(<$($parameter),*>)? std::fmt::Debug for $name $(<$($parameter),*>)? {
            fn fmt(&$self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &$value))*
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use {debug, setters};
