//! The wire types of the clients: lenient in what they deserialize, strict in what they send.

mod decode;
mod lenient;
mod nullable;
mod number;
mod one_or_many;
mod open;
mod param;
#[doc(hidden)]
pub mod private;
mod raw;
mod redact;
mod set_aside;
mod text;
mod union;
mod unknown_fields;
mod validate;
mod violations;

pub use decode::{Read, read, read_watched};
pub use nullable::{Nullable, Optional};
pub use number::{NotANumber, Number, StringOrNumber};
pub use one_or_many::OneOrMany;
pub use open::{OpenEnum, UnknownInteger, UnknownValue, open, read_open};
pub use param::Param;
pub(crate) use raw::{nearest_value, string_end};
pub use redact::{Personal, Revealed, reveal};
pub use set_aside::{Finding, SetAside};
pub use text::{Date, DateTime, Text, TextFormat, Uuid};
pub use union::{UnionFacts, VariantFacts, read_union};
pub use unknown_fields::{FieldName, UnknownFields, UnknownFieldsIter};
pub use validate::{FieldFacts, Limit, ObjectFacts, ParameterFacts, Validate, check_parameters};
pub use violations::{Assigned, Notes, Violation, Violations, set, set_list, set_map};
