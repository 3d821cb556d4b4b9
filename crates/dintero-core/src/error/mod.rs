//! The error type of all Dintero clients.

mod context;
mod decode;
mod display;
mod envelope;
mod predicates;
mod words;

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

pub use decode::DecodeError;
pub(crate) use decode::{offset, paths_at, reason};
use envelope::Envelope;
pub(crate) use words::identifier;

use crate::audience::TokenFault;
use crate::clock::{Clock as _, SystemClock};
use crate::data::Violations;
use crate::exchange::Head;
use crate::{Operation, RetryClass};

/// The error of a call, or of the configuration of a client.
///
/// The predicates (`is_…`) tell what happened, the accessors give details. [`Display`](fmt::Display) is one sentence for the
/// developer of a shop that ends in what to do. Neither `Display` nor `Debug` shows a body, a query, a token or a header value; the
/// accessors do. Of the API's text they show the words and the names of fields, after 400 and 422.
///
/// ```
/// use dintero_core::{Error, WasSent};
///
/// fn next_step(error: &Error) -> &'static str {
///     match error.was_sent() {
///         _ if error.is_retryable() => "put the job back into the queue",
///         WasSent::Maybe => "read the outcome",
///         _ => "report it",
///     }
/// }
/// # let refused = Error::from_response(http::StatusCode::TOO_MANY_REQUESTS, Default::default(), "");
/// # assert_eq!(next_step(&refused), "put the job back into the queue");
/// ```
pub struct Error(Box<Inner>);

/// Whether the server may have handled a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WasSent {
    /// The request did not reach the server, the server refused it without handling it, or no token could be obtained for it. It can be
    /// sent again.
    No,
    /// The server responded. The status shows whether the call was carried out; after 401, 403, 411, 413, 414, 421, 429 and 431 it was not.
    Yes,
    /// It is unknown, after a timeout, a broken connection, or a response with 408 or 5xx. Money may have moved: read the outcome
    /// before sending the request again ([`Operation::read_back`]).
    Maybe,
}

#[derive(Clone)]
struct Inner {
    kind: Kind,
    operation: Option<&'static Operation>,
    class: Option<RetryClass>,
    token_fault: Option<TokenFault>,
    account: Option<Arc<str>>,
    token_call: bool,
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Option<Bytes>,
    envelope: Envelope,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    sent: WasSent,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of an error; private, so that kinds can be added.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The settings of the client are invalid.
    Configuration(Violations),
    /// The request breaks a limit and was not sent.
    InvalidRequest(Violations),
    /// The status of the response is not 2xx.
    Status,
    /// A timeout or deadline passed.
    Timeout(Duration),
    /// The connection to this host and port could not be established.
    Connect(String),
    /// The server refused the request without handling it.
    Refused,
    /// The connection was lost before the response was complete.
    Broken,
    /// The response is larger than the configured limit, in bytes.
    TooLarge(u64),
    /// The response does not match its type.
    Decode(DecodeError),
    /// A token source of the user failed.
    TokenSource,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            class: None,
            token_fault: None,
            account: None,
            token_call: false,
            status: None,
            headers: HeaderMap::new(),
            body: None,
            envelope: Envelope::default(),
            attempts: 0,
            elapsed: Duration::ZERO,
            retry_after: None,
            sent: WasSent::No,
            source: None,
        }))
    }

    /// Creates the error of a response with this status, for tests of code that handles errors.
    ///
    /// A status of 2xx gives an error with [`is_decode`](Self::is_decode).
    pub fn from_response(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let head = Head {
            status,
            headers,
            is_attributable: true,
        };
        if status.is_success() {
            return Self::new(Kind::Decode(DecodeError::empty())).with_response(head, body.into());
        }
        Self::of_status(head, body.into(), SystemClock.wall())
    }

    /// Creates the error of a response that did not arrive within `limit`, for tests of code that handles errors.
    pub fn from_timeout(limit: Duration) -> Self {
        Self::new(Kind::Timeout(limit)).with_sent(WasSent::Maybe)
    }

    /// Creates the error of a [`TokenSource`](crate::TokenSource) that could not obtain a token.
    ///
    /// [`source`](StdError::source) returns `source`; the message does not contain it.
    pub fn from_token_source(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut error = Self::new(Kind::TokenSource);
        error.0.source = Some(Arc::from(source.into()));
        error.0.token_call = true;
        error
    }

    /// Sets the operation that failed, for tests of code that handles errors.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Returns the status of the response, if there was one. It is that of the token call if [`is_token_call`](Self::is_token_call).
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the machine-readable code of the API's error. No list of codes is published.
    pub fn code(&self) -> Option<&str> {
        self.0.envelope.code.as_deref()
    }

    /// Returns the free text of the API's error. It may quote the request, so the message of this error leaves out what may be a value.
    pub fn message(&self) -> Option<&str> {
        self.0.envelope.message.as_deref()
    }

    /// Returns the details of the API's error, in the form in which they were received.
    pub fn errors(&self) -> &[Value] {
        &self.0.envelope.errors
    }

    /// Returns the id that Dintero gave the request (header `request-id`). Support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        self.0.headers.get("request-id")?.to_str().ok()
    }

    /// Returns the operation that was called, or `None` for raw requests and configuration.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// Returns the retry class of the call, or `None` for configuration.
    pub fn retry_class(&self) -> Option<RetryClass> {
        let class = self.0.class;
        class.or_else(|| self.0.operation.map(Operation::retry_class))
    }

    /// Returns the number of attempts to send the request; 0 if there was none.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the time from the start of the call to its failure, delays included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Returns the delay that the server requests before the next attempt (`Retry-After`, in seconds or as a date).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns whether the server may have handled the request.
    pub fn was_sent(&self) -> WasSent {
        self.0.sent
    }

    /// Returns the body of the response, if there was one. It may not be JSON, and may hold personal data.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// Returns the headers of the response, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.status.map(|_| &self.0.headers)
    }

    /// Returns the path of the field that could not be decoded, such as `events[0].amount`, if [`is_decode`](Self::is_decode).
    pub fn field(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode(fault) => fault.path(),
            _ => None,
        }
    }

    /// Returns the violations in the request or the configuration; empty for any other error.
    pub fn violations(&self) -> &Violations {
        static NONE: LazyLock<Violations> = LazyLock::new(Violations::default);
        match &self.0.kind {
            Kind::Configuration(violations) | Kind::InvalidRequest(violations) => violations,
            _ => &NONE,
        }
    }

    fn status_u16(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("message", &self.to_string())
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.map(Operation::name))
            .field("status", &self.0.status)
            .field("was_sent", &self.0.sent)
            .field("attempts", &self.0.attempts)
            .field("elapsed", &self.0.elapsed)
            .field("retry_after", &self.0.retry_after)
            .field("body_bytes", &self.0.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

/// Violations found before sending.
impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::new(Kind::InvalidRequest(violations))
    }
}

const _: () = assert!(
    size_of::<Error>() <= 16,
    "an error must stay small: it is part of every Result"
);

#[cfg(test)]
mod tests;
