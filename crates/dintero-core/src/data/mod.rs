//! The wire types of the generated clients: lenient in what they deserialize, strict in what they send.

mod convert;
mod decode;
mod nullable;
mod number;
mod one_or_many;
mod open;
mod param;
#[doc(hidden)]
pub mod private;
mod redact;
mod text;
mod union;
mod unknown_fields;
mod validate;
mod violations;

pub use convert::{convert, convert_list, convert_map};
pub use decode::decode;
pub use nullable::{Nullable, Optional};
pub use number::{NotANumber, Number, StringOrNumber};
pub use one_or_many::OneOrMany;
pub use open::{OpenEnum, UnknownInteger, UnknownValue, from_ref, from_value, open, read_open};
pub use param::Param;
pub use redact::{Personal, Revealed, reveal};
pub use text::{Date, DateTime, Text, TextFormat, Uuid};
pub use union::{Told, VariantFacts, constant, told};
pub use unknown_fields::{FieldName, UnknownFields};
pub use validate::{Limit, Validate, check_properties};
pub use violations::{Violation, Violations};
