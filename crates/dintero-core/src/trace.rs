//! One span per call and one event per attempt, with the attribute names of OpenTelemetry. They hold no query, header, body or
//! resource id. Without the feature `tracing` nothing is recorded.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use reqwest::Url;

use crate::data::SetAside;
#[cfg(feature = "tracing")]
use crate::error::identifier;
use crate::exchange::Head;
use crate::{Call, Error, Operation};

pub(crate) struct Trace(#[cfg(feature = "tracing")] tracing::Span);

macro_rules! span {
    ($name:literal, $url:ident, $($fields:tt)*) => {
        Trace(
            #[cfg(feature = "tracing")]
            tracing::info_span!(
                $name,
                otel.kind = "client",
                server.address = $url.host_str(),
                server.port = $url.port_or_known_default(),
                http.response.status_code = tracing::field::Empty,
                http.request.resend_count = tracing::field::Empty,
                dintero.request_id = tracing::field::Empty,
                error.r#type = tracing::field::Empty,
                $($fields)*
            ),
        )
    };
}

impl Trace {
    pub(crate) fn of_call(call: &Call, url: &Url) -> Self {
        span!(
            "dintero.call",
            url,
            dintero.operation = call.operation.map_or("raw", Operation::id),
            dintero.api = call.operation.map(Operation::api),
            dintero.account = call.handle.account(),
            http.request.method = call.method.as_str(),
            url.template = call.operation.map(Operation::path),
        )
    }

    /// The span of a token call, which is no child of the calls that wait for it.
    pub(crate) fn of_token(url: &Url, account: &str) -> Self {
        span!(
            "dintero.token",
            url,
            dintero.account = account,
            http.request.method = "POST"
        )
    }

    pub(crate) fn around<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        #[cfg(feature = "tracing")]
        let work = tracing::Instrument::instrument(work, self.0.clone());
        work
    }

    pub(crate) fn attempt(&self, attempts: u32, head: Option<&Head>) {
        #[cfg(feature = "tracing")]
        {
            let resent = attempts.saturating_sub(1);
            let status = head.map(|head| head.status.as_u16());
            self.0.record("http.request.resend_count", resent);
            if let Some(head) = head {
                self.0.record("http.response.status_code", status);
                let id = head.headers.get("request-id");
                let id = id.and_then(|id| id.to_str().ok());
                self.0.record("dintero.request_id", id.and_then(identifier));
            }
            tracing::debug!(
                http.response.status_code = status,
                http.request.resend_count = resent,
                "attempt"
            );
        }
    }

    pub(crate) fn failed(&self, error: &Error) {
        #[cfg(feature = "tracing")]
        {
            self.0.record("error.type", error.type_name());
            tracing::debug!(error.r#type = error.type_name(), error.message = %error, "failed");
        }
    }
}

pub(crate) fn set_aside(operation: Option<&'static Operation>, set_aside: &[SetAside]) {
    #[cfg(feature = "tracing")]
    if !set_aside.is_empty() {
        let fields: Vec<String> = set_aside.iter().take(20).map(SetAside::to_string).collect();
        tracing::warn!(
            dintero.operation = operation.map_or("raw", Operation::id),
            count = set_aside.len(),
            fields = fields.join("; "),
            "fields of the response do not fit their types and were set aside"
        );
    }
}
