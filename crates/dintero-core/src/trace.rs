//! One span per call and one event per attempt, under OpenTelemetry's names. No query, no header, no body, no id of a thing.

use http::{Method, StatusCode};
use reqwest::Url;

use crate::{Error, Operation};

#[cfg(feature = "tracing")]
pub(crate) struct Trace(tracing::Span);

#[cfg(feature = "tracing")]
impl Trace {
    pub(crate) fn of_call(
        operation: Option<&'static Operation>,
        method: &Method,
        url: &Url,
        account: &str,
    ) -> Self {
        Self(tracing::info_span!(
            "dintero.call",
            dintero.operation = operation.map_or("raw", Operation::id),
            dintero.api = operation.map(Operation::api),
            dintero.account = account,
            http.request.method = method.as_str(),
            url.template = operation.map(Operation::path),
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
            http.response.status_code = tracing::field::Empty,
            http.request.resend_count = tracing::field::Empty,
            dintero.request_id = tracing::field::Empty,
            error.r#type = tracing::field::Empty,
        ))
    }

    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        use tracing::Instrument as _;
        work.instrument(self.0.clone()).await
    }

    pub(crate) fn attempt(&self, attempts: u32, head: Option<(StatusCode, Option<&str>)>) {
        let resent = attempts.saturating_sub(1);
        let status = head.map(|(status, _)| status.as_u16());
        self.0.record("http.request.resend_count", resent);
        if let Some((status, request_id)) = head {
            self.0.record("http.response.status_code", status.as_u16());
            self.0.record("dintero.request_id", request_id);
        }
        tracing::debug!(
            http.response.status_code = status,
            http.request.resend_count = resent,
            "attempt"
        );
    }

    /// Notes how it ended when it did not end well.
    pub(crate) fn failed(&self, error: &Error) {
        self.0.record("error.type", error.type_name());
        tracing::debug!(error.r#type = error.type_name(), error.sentence = %error, "failed");
    }
}

/// Without the feature nothing is recorded, and nothing is kept for it.
#[cfg(not(feature = "tracing"))]
pub(crate) struct Trace;

#[cfg(not(feature = "tracing"))]
impl Trace {
    pub(crate) fn of_call(_: Option<&'static Operation>, _: &Method, _: &Url, _: &str) -> Self {
        Self
    }

    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    pub(crate) fn attempt(&self, _: u32, _: Option<(StatusCode, Option<&str>)>) {}

    pub(crate) fn failed(&self, _: &Error) {}
}
