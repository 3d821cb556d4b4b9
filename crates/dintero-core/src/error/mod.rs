//! The one error of all Dintero clients, from configuration to decoding.

mod decode;
mod envelope;
mod fill;
mod sentence;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

pub(crate) use decode::DecodeFault;
use envelope::Envelope;

use crate::audience::Foreign;
use crate::clock::{Clock as _, SystemClock};
use crate::data::Violations;
use crate::retry::{is_passing, retry_after};
use crate::{Operation, RetryClass};

/// What went wrong with a call, or with the configuration of a client.
///
/// Opaque: ask the predicates what happened (`is_…`) and the accessors for details. [`Display`](fmt::Display) is one sentence
/// for the developer of a shop and ends in what to do. Neither `Display` nor `Debug` shows a body, a query, a token, a header
/// value or the free text of the server; the accessors do.
///
/// ```
/// use dintero_core::{Error, WasSent};
///
/// fn next_step(error: &Error) -> &'static str {
///     match error.was_sent() {
///         _ if error.is_retryable() => "put the job back into the queue",
///         WasSent::Maybe => "look what became of it",
///         _ => "tell somebody",
///     }
/// }
/// # let refused = Error::from_response(http::StatusCode::TOO_MANY_REQUESTS, Default::default(), "");
/// # assert_eq!(next_step(&refused), "put the job back into the queue");
/// ```
///
/// There is no `From` for the error of a generator's runtime: no call goes through one, so nobody can hold such an error.
pub struct Error(Box<Inner>);

/// Whether a request can have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WasSent {
    /// It never reached the server, the server turned it away unread, or no token could be had for it. Sending it again is safe.
    No,
    /// The server answered; the status says what it made of it (401 and 429: it was not carried out).
    Yes,
    /// Unknown: a time-out, a broken connection, or an answer (408, 5xx) that leaves it open. Money may have moved: read back
    /// before sending again ([`Operation::read_back`]).
    Maybe,
}

#[derive(Clone)]
struct Inner {
    kind: Kind,
    operation: Option<&'static Operation>,
    class: Option<RetryClass>,
    foreign: Option<Foreign>,
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

/// What kind of failure it is; private, so that kinds can be added.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The client cannot be built from what it was given.
    Configuration(Violations),
    /// The request breaks a rule and was not sent.
    InvalidRequest(Violations),
    /// The server answered with a status other than 2xx.
    Status,
    /// A limit of time passed.
    Timeout(Duration),
    /// No connection came about.
    Connect,
    /// The server turned the request away unread.
    Refused,
    /// The connection broke before the answer was complete.
    Broken,
    /// The HTTP client followed a redirect.
    Redirected,
    /// The answer is larger than the configured limit, in bytes.
    TooLarge(u64),
    /// The answer does not fit its type.
    Decode(DecodeFault),
    /// A token source of the user failed.
    TokenSource,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            class: None,
            foreign: None,
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

    /// An error as it comes from an answer with this status, for tests of code that handles errors.
    ///
    /// A status of 2xx makes an error with [`is_decode`](Self::is_decode).
    pub fn from_response(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let kind = if status.is_success() {
            Kind::Decode(DecodeFault::empty())
        } else {
            Kind::Status
        };
        let wait = retry_after(&headers, SystemClock.wall());
        Self::new(kind)
            .answered(status, headers, body.into())
            .retry_in(wait)
    }

    /// An error as it comes when an answer did not arrive within `limit`, for tests of code that handles errors.
    pub fn from_timeout(limit: Duration) -> Self {
        let mut error = Self::new(Kind::Timeout(limit));
        error.0.sent = WasSent::Maybe;
        error
    }

    /// An error of a [`TokenSource`](crate::TokenSource) that could not get a token.
    ///
    /// `source` is what [`source`](StdError::source) answers; it is not part of the sentence.
    pub fn from_token_source(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut error = Self::new(Kind::TokenSource);
        error.0.source = Some(Arc::from(source.into()));
        error.0.token_call = true;
        error
    }

    /// The same error with the operation it belongs to, for tests of code that handles errors.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// The client could not be built: something is missing or malformed. Nothing was sent. The sentence names every violation.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration(_))
    }

    /// The request breaks a rule of the API. Nothing was sent. The sentence names every field and rule.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.0.kind, Kind::InvalidRequest(_))
    }

    /// There is no valid token: the token call was refused or answered without a token, a token source failed, or the API
    /// answered 401 also to a fresh token. The call itself was not carried out. Check client id and secret.
    pub fn is_authentication(&self) -> bool {
        let refused = matches!(self.status_u16(), Some(400 | 401 | 403 | 404));
        let no_token = matches!(self.0.kind, Kind::Decode(_) | Kind::TooLarge(_));
        (self.0.token_call && (refused || no_token))
            || self.status_u16() == Some(401)
            || matches!(self.0.kind, Kind::TokenSource)
    }

    /// The API answered 403: the client lacks a scope. The call was not carried out. For the token call see
    /// [`is_authentication`](Self::is_authentication).
    pub fn is_forbidden(&self) -> bool {
        !self.0.token_call && self.status_u16() == Some(403)
    }

    /// The API answered 404: there is no such thing in this account, or the host is the wrong one.
    pub fn is_not_found(&self) -> bool {
        !self.0.token_call && self.status_u16() == Some(404)
    }

    /// The API answered 409: the state does not allow it, or it was done before. Read the state, then decide.
    pub fn is_conflict(&self) -> bool {
        self.status_u16() == Some(409)
    }

    /// The API answered 429. The call was not carried out; send it again after [`retry_after`](Self::retry_after).
    pub fn is_rate_limited(&self) -> bool {
        self.status_u16() == Some(429)
    }

    /// Whether the same call can be put back into a queue: it may go well later, and cannot do twice what it should do once.
    /// True after 429, and when it provably was not carried out and the reason may pass; after an unknown outcome (time-out,
    /// broken connection, 408, 500, 502, 503, 504) only for calls that are [idempotent or duplicate tolerated](Self::retry_class).
    pub fn is_retryable(&self) -> bool {
        let harmless = matches!(
            self.retry_class(),
            Some(RetryClass::Idempotent | RetryClass::DuplicateTolerated)
        );
        let passes = match self.0.kind {
            Kind::Status => self.is_rate_limited() || self.0.status.is_some_and(is_passing),
            Kind::Timeout(_) | Kind::Connect | Kind::Refused | Kind::Broken => true,
            Kind::TokenSource => true,
            _ => false,
        };
        passes
            && match self.0.sent {
                WasSent::No => true,
                WasSent::Yes => harmless || self.is_rate_limited(),
                WasSent::Maybe => harmless,
            }
    }

    /// The token is not for this account: the token call was refused for want of a grant for its audience (403), or a token of
    /// your own was refused and names another account. The call itself was not carried out.
    pub fn is_wrong_audience(&self) -> bool {
        let no_grant = self.0.token_call && self.status_u16() == Some(403);
        (no_grant && !self.is_mfa_required()) || self.0.foreign.is_some()
    }

    /// A token or owner of production met a test account, or the reverse. The call itself was not carried out.
    ///
    /// It is known when the token names its account or the builder named an [owner](crate::Builder::owner). Client id and secret
    /// do not tell where they belong: when they are of the other environment, the token call is answered with 401 like a wrong
    /// secret, and the sentence of the error names both possibilities.
    pub fn is_wrong_environment(&self) -> bool {
        self.0.foreign == Some(Foreign::Environment)
    }

    /// A limit of time set on this side passed. See [`was_sent`](Self::was_sent) for whether the request may have been
    /// carried out.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout(_))
    }

    /// No connection came about (name, network, TLS), or the server turned the request away unread (HTTP/2), so this attempt
    /// did nothing. An earlier attempt may have: see [`was_sent`](Self::was_sent).
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect | Kind::Refused)
    }

    /// The connection broke while the request was under way. It may have been carried out, unless it was that of the
    /// [token call](Self::is_token_call).
    pub fn is_broken_connection(&self) -> bool {
        matches!(self.0.kind, Kind::Broken)
    }

    /// The API answered with success, but the body does not fit its type or is too large. The call was carried out. An answer
    /// of the token call that holds no token is [`is_authentication`](Self::is_authentication) instead.
    pub fn is_decode(&self) -> bool {
        !self.0.token_call && matches!(self.0.kind, Kind::Decode(_) | Kind::TooLarge(_))
    }

    /// The server failed (5xx). The call may have been carried out, unless it was the [token call](Self::is_token_call) that
    /// failed.
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }

    /// The token call asks for a second factor. That happens to users, not to API clients: use client credentials.
    pub fn is_mfa_required(&self) -> bool {
        self.0.envelope.mfa
    }

    /// It was the token that could not be had; the call itself was not sent.
    pub fn is_token_call(&self) -> bool {
        self.0.token_call
    }

    /// The status of the answer, if there was one. For [`is_token_call`](Self::is_token_call) it is that of the token call.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The machine-readable code of the API's error. No list of codes is published: treat it as an open string.
    pub fn code(&self) -> Option<&str> {
        self.0.envelope.code.as_deref()
    }

    /// The free text of the API's error. It may quote what was sent, so it is not part of the sentence of this error.
    pub fn message(&self) -> Option<&str> {
        self.0.envelope.message.as_deref()
    }

    /// The details of the API's error, in whatever form it gave them.
    pub fn errors(&self) -> &[Value] {
        &self.0.envelope.errors
    }

    /// The id Dintero gave the request (header `request-id`). Support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        self.0.headers.get("request-id")?.to_str().ok()
    }

    /// The operation that was called; none for raw requests and configuration.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// What a second sending of the call would do; none for configuration.
    pub fn retry_class(&self) -> Option<RetryClass> {
        let class = self.0.class;
        class.or_else(|| self.0.operation.map(Operation::retry_class))
    }

    /// How often the request was sent or tried to be sent; 0 when it did not come to that.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time from the start of the call to its failure, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long the server asks to wait before the next try (`Retry-After`, given in seconds or as a date).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request can have had an effect.
    pub fn was_sent(&self) -> WasSent {
        self.0.sent
    }

    /// The body of the answer as it came, if there was an answer. It may be no JSON, and may hold personal data.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// The headers of the answer, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.status.map(|_| &self.0.headers)
    }

    /// Path of the field that does not fit, such as `events[0].amount`, when [`is_decode`](Self::is_decode).
    pub fn field(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode(fault) => fault.path(),
            _ => None,
        }
    }

    /// What is wrong with the request or the configuration; empty for any other error.
    pub fn violations(&self) -> &Violations {
        static NONE: std::sync::LazyLock<Violations> =
            std::sync::LazyLock::new(Violations::default);
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
            .field("sentence", &self.to_string())
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
        self.0
            .source
            .as_ref()
            .map(|source| source.as_ref() as &(dyn StdError + 'static))
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
