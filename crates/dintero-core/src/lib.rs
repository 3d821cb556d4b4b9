//! What the clients of Dintero's APIs have in common: credentials and tokens, transport and retries, errors, and the wire
//! types that generated code is made of.
//!
//! Programs use the `dintero` crate; this one shows where its parts come from:
//!
//! - [`Handle`] is the connection for one account, made by its [`Builder`].
//! - [`Call`] is one call that is put together and sent; [`Operation`] is what is known about it beforehand.
//! - [`Pages`] and [`Items`] are the streams of lists.
//! - [`Response`] is a success with what came along, [`Error`] is everything else.
//! - [`Retry`], [`RetryPolicy`], [`RetryClass`] and [`CallOptions`] say when and how often a call is sent.
//! - [`TokenSource`] is for tokens from elsewhere, [`Clock`] for tests that move the time.

pub mod data;
mod macros;

mod audience;
mod call;
mod clock;
mod config;
mod credentials;
mod error;
mod handle;
mod operation;
mod options;
mod pages;
mod path;
/// For the fuzz targets.
#[cfg(any(fuzzing, test))]
pub mod properties;
mod response;
mod retry;
mod token;
mod trace;
mod transport;
mod wire;

pub use call::Call;
pub use clock::{Clock, ManualClock, SystemClock, Wait};
pub use config::Builder;
pub use credentials::{AccessToken, TokenFuture, TokenRequest, TokenSource};
pub use data::{
    Date, DateTime, Nullable, Number, OneOrMany, Param, StringOrNumber, Text, UnknownInteger,
    UnknownValue, Uuid, Validate, Violation, Violations, reveal,
};
pub use error::{Error, WasSent};
pub use handle::Handle;
pub use operation::{
    Auth, Cursor, CursorSource, Evidence, Instead, Operation, OperationFacts, Paging, RetryClass,
    Server,
};
pub use options::CallOptions;
pub use pages::{IntoItems, Items, Page, PageCursor, Pages};
pub use response::Response;
pub use retry::{FailedAttempt, Retry, RetryPolicy};
