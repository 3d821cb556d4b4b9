//! The wire types that the generated clients are made of: liberal in what they read, strict in what they send, and
//! writing back what they read.

mod convert;
mod decode;
mod number;
mod open;
mod param;
#[doc(hidden)]
pub mod private;
mod redact;
mod shape;
mod text;
mod validate;
mod violations;

pub use convert::{convert, convert_list, convert_map};
pub use decode::decode;
pub use number::{NotANumber, Number, StringOrNumber};
pub use open::{OpenEnum, UnknownInteger, UnknownValue, from_ref, from_value, open, read_open};
pub use param::Param;
pub use redact::{Personal, Revealed, reveal};
pub use shape::{Extra, Key, Nullable, OneOrMany, Optional};
pub use text::{Date, DateTime, Text, TextFormat, Uuid};
pub use validate::{Rule, Validate};
pub use violations::{Violation, Violations};
