//! The runtime of the Dintero clients: credentials, token cache, transport, retries, errors, paging, and the wire types.
//!
//! Programs use the `dintero` crate, which re-exports these types:
//!
//! - [`Handle`]: a connection to Dintero, bound to one account. [`Builder`] configures it.
//! - [`Call`]: a request builder. [`Operation`]: a row of the operation table.
//! - [`Pages`] and [`Items`]: lists as streams.
//! - [`Response`]: the result of a successful call. [`Error`]: any failure.
//! - [`Retry`], [`RetryPolicy`], [`RetryClass`] and [`CallOptions`]: when a call is sent again, and its timeouts.
//! - [`TokenSource`]: access tokens from elsewhere. [`Clock`]: the time, which tests can control.

#![cfg_attr(docsrs, feature(doc_cfg))]

use std::sync::{Mutex, MutexGuard, PoisonError};

pub mod data;
mod macros;

mod account;
mod audience;
mod call;
mod clock;
mod config;
pub mod confirm;
mod credentials;
mod drift;
mod error;
#[cfg(feature = "test-util")]
mod example;
mod exchange;
mod handle;
mod http_clients;
mod operation;
mod options;
mod pages;
mod path;
/// Properties that the tests and the fuzz targets check.
#[cfg(any(fuzzing, test))]
#[path = "tests/properties/mod.rs"]
pub mod properties;
mod response;
mod retry;
mod retry_after;
mod token;
mod trace;
mod transport;

/// Locks a mutex, also a poisoned one: no panic leaves a value behind that is half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[doc(hidden)]
pub use account::is_account;
pub use call::Call;
pub use clock::{Clock, ManualClock, Sleep, SystemClock};
pub use config::Builder;
#[doc(hidden)]
pub use config::check_secret;
pub use credentials::{AccessToken, TokenFuture, TokenRequest, TokenSource};
pub use data::{
    Date, DateTime, Nullable, Number, OneOrMany, Param, SetAside, StringOrNumber, Text,
    UnknownInteger, UnknownValue, Uuid, Validate, Violation, Violations, reveal,
};
pub use drift::{Drift, DriftKind};
pub use error::{Error, WasSent};
#[cfg(feature = "test-util")]
#[doc(hidden)]
pub use example::run_example;
pub use handle::Handle;
pub use operation::{
    AlternativeSource, Auth, Cursor, CursorSource, Evidence, Operation, OperationFacts, Paging,
    RetryClass, Server,
};
pub use options::CallOptions;
pub use pages::{Items, Page, PageCursor, Pages};
/// The HTTP client that [`Builder::http_client`] configures, in the version that matches.
pub use reqwest;
pub use response::Response;
pub use retry::{FailedAttempt, Retry, RetryPolicy};
