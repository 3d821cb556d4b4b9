//! The context that the transport adds to an error.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;

use super::{Envelope, Error, Kind, WasSent};
use crate::audience::TokenFault;
use crate::exchange::Head;
use crate::retry_after::retry_after;
use crate::{Operation, RetryClass};

impl Error {
    pub(crate) fn with_response(mut self, head: Head, body: Bytes) -> Self {
        self.0.envelope = Envelope::read(&body);
        self.0.status = Some(head.status);
        self.0.headers = head.headers;
        self.0.body = Some(body);
        // After 408 and 5xx the server may have handled the request all the same.
        let unknown = head.status.is_server_error() || head.status == StatusCode::REQUEST_TIMEOUT;
        self.with_sent(if unknown {
            WasSent::Maybe
        } else {
            WasSent::Yes
        })
    }

    /// Creates the error of a response whose status is not a success.
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
        self.0.sent = sent;
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

    /// Returns a copy for the next caller that waits for the same token.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }
}
