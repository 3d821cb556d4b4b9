//! How the transport fills an error in.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{Envelope, Error, Kind, WasSent};
use crate::audience::Foreign;
use crate::{Operation, RetryClass};

impl Error {
    pub(crate) fn answered(mut self, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        self.0.envelope = Envelope::read(&body);
        self.0.status = Some(status);
        self.0.headers = headers;
        self.0.body = Some(body);
        self.0.sent = if leaves_outcome_open(status) {
            WasSent::Maybe
        } else {
            WasSent::Yes
        };
        self
    }

    pub(crate) fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn of_token_call(mut self, account: Arc<str>) -> Self {
        self.0.token_call = true;
        self.0.account = Some(account);
        self
    }

    pub(crate) fn counted(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) fn sent(mut self, sent: WasSent) -> Self {
        self.0.sent = sent;
        self
    }

    pub(crate) fn retry_in(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
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

    pub(crate) fn foreign(mut self, foreign: Option<Foreign>) -> Self {
        self.0.foreign = foreign;
        self
    }

    /// One word for the kind, for traces; the status where there is one that failed, as OpenTelemetry has it.
    #[cfg(feature = "tracing")]
    pub(crate) fn type_name(&self) -> &str {
        match &self.0.kind {
            Kind::Configuration(_) => "configuration",
            Kind::InvalidRequest(_) => "invalid_request",
            Kind::Status => self.0.status.as_ref().map_or("status", StatusCode::as_str),
            Kind::Timeout(_) => "timeout",
            Kind::Connect => "connect",
            Kind::Refused => "refused",
            Kind::Broken => "broken_connection",
            Kind::Redirected => "redirected",
            Kind::TooLarge(_) => "too_large",
            Kind::Decode(_) => "decode",
            Kind::TokenSource => "token_source",
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// A copy for the next caller who waited for the same token.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }
}

/// 408 and 5xx: the server cannot be taken at its word that nothing happened.
pub(crate) fn leaves_outcome_open(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}
