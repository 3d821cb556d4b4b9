//! The error type of all Dintero clients.

mod decode;
mod display;
mod envelope;
mod predicates;
mod words;

use std::error::Error as StdError;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

pub(crate) use decode::{EMPTY, mismatch, offset, paths_at, reason};
use envelope::Envelope;
pub(crate) use words::identifier;

use crate::audience::TokenFault;
use crate::clock::{Clock as _, SystemClock};
use crate::data::{Violation, Violations};
use crate::exchange::Head;
use crate::macros::debug;
use crate::retry_after::retry_after;
use crate::{Operation, RetryClass};

/// The error of a call, or of the configuration of a client.
///
/// The predicates (`is_…`) tell what happened, the accessors give details. [`Display`](std::fmt::Display) is one sentence for the
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
#[derive(Clone)]
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

#[derive(Clone, Default)]
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
    sent: Option<WasSent>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    advice: Option<&'static str>,
}

/// The kind of an error; private, so that kinds can be added.
#[derive(Clone, Debug, Default)]
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
    #[default]
    Broken,
    /// The response is larger than the configured limit, in bytes.
    TooLarge(u64),
    /// The response does not match its type.
    Decode(Violation),
    /// A token source of the user failed.
    TokenSource,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            ..Inner::default()
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
            return Self::new(Kind::Decode(Violation::new("", EMPTY)))
                .with_response(head, body.into());
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

    /// Sets what the message advises.
    #[doc(hidden)]
    #[must_use]
    pub fn with_advice(mut self, advice: &'static str) -> Self {
        self.0.advice = Some(advice);
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
        self.0.sent.unwrap_or(WasSent::No)
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
            Kind::Decode(fault) if !fault.field.is_empty() => Some(&fault.field),
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

/// The context that the transport adds.
impl Error {
    pub(crate) fn with_response(mut self, head: Head, body: Bytes) -> Self {
        self.0.envelope = Envelope::read(&body);
        self.0.status = Some(head.status);
        self.0.headers = head.headers;
        self.0.body = Some(body);
        // After 408, 5xx and what is no final status (1xx, 6xx) the server may have handled the request all the same.
        self.with_sent(match head.status.as_u16() {
            408 | ..200 | 500.. => WasSent::Maybe,
            _ => WasSent::Yes,
        })
    }

    pub(crate) fn of_status(head: Head, body: Bytes, now: SystemTime) -> Self {
        let wait = retry_after(&head.headers, now);
        let mut error = Self::new(Kind::Status).with_response(head, body);
        error.0.retry_after = wait;
        error
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn of_token_call(mut self, account: Arc<str>) -> Self {
        self.0.token_call = true;
        self.0.account = Some(account);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) fn with_sent(mut self, sent: WasSent) -> Self {
        self.0.sent = Some(sent);
        self
    }

    pub(crate) fn of_call(
        mut self,
        operation: Option<&'static Operation>,
        class: RetryClass,
    ) -> Self {
        self.0.operation = operation;
        self.0.class = Some(class);
        self
    }

    pub(crate) fn with_token_fault(mut self, mismatch: Option<TokenFault>) -> Self {
        self.0.token_fault = mismatch;
        self
    }

    /// Returns the `error.type` of OpenTelemetry: the status of a response that failed, otherwise the kind.
    #[cfg(feature = "tracing")]
    pub(crate) fn type_name(&self) -> &str {
        match &self.0.kind {
            Kind::Configuration(_) => "configuration",
            Kind::InvalidRequest(_) => "invalid_request",
            Kind::Status => self.0.status.as_ref().map_or("status", StatusCode::as_str),
            Kind::Timeout(_) => "timeout",
            Kind::Connect(_) => "connect",
            Kind::Refused => "refused",
            Kind::Broken => "broken_connection",
            Kind::TooLarge(_) => "too_large",
            Kind::Decode(_) => "decode",
            Kind::TokenSource => "token_source",
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }
}

debug! {
    Error(self) {
        message: self.to_string(),
        kind: self.0.kind,
        operation: self.0.operation.map(Operation::name),
        status: self.0.status,
        was_sent: self.was_sent(),
        attempts: self.0.attempts,
        elapsed: self.0.elapsed,
        retry_after: self.0.retry_after,
        body_bytes: self.0.body.as_ref().map(Bytes::len),
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.source.as_deref()?)
    }
}

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
