//! Callbacks, deliveries of webhooks, and their attempts.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::redact;
use crate::state::json::remove;
use crate::state::{Wait, uuid};

/// How often a failed callback is retried, as documented.
const RETRIES: usize = 20;
/// How often a failed webhook is retried, as documented.
const WEBHOOK_RETRIES: usize = 5;

/// A callback, which is a request to a session's `callback_url`, an express callback, or the delivery of a webhook; with all
/// its attempts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Callback {
    /// The `event-delivery` header: the same in every attempt.
    pub delivery_id: String,
    /// The webhook subscription that the delivery is for; `None` for a callback.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// The session that it is about; empty for a webhook that is about none.
    pub session_id: String,
    /// The transaction that the callback is about; `None` if the payer left without paying.
    pub transaction_id: Option<String>,
    /// The parameter `error`: `cancelled`, `authorization` or `failed`.
    pub error: Option<String>,
    /// The parameter `event`: `CAPTURE`, `REFUND` or `VOID`, as `report_event` requests it. The event of a webhook, such as
    /// `ping`. `shipping_address` or `discount_codes` of an express callback.
    pub event: Option<String>,
    /// `GET` or `POST`.
    pub method: String,
    /// The whole URL with its query; not shown in Debug.
    pub url: String,
    /// The attempts so far, oldest first.
    pub attempts: Vec<CallbackAttempt>,
    /// The state of the delivery.
    pub state: CallbackState,
    pub(crate) with_session: bool,
    /// The body of a webhook; that of a callback is made when it is sent.
    #[serde(default)]
    pub(crate) body: Option<String>,
    pub(crate) session_event: Option<String>,
    /// Sent while the payer waits, and once only.
    pub(crate) is_express: bool,
    #[serde(default)]
    pub(crate) queued_at: DateTime<Utc>,
}

/// The state of a callback's delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackState {
    /// The next attempt is at this time of the sandbox's clock, UTC.
    Waiting(DateTime<Utc>),
    /// The receiver responded with 2xx; to an express callback with 200.
    Delivered,
    /// The receiver responded to a callback with a status that is not retried: 3xx or 4xx; to an express callback with any
    /// but 200.
    Refused,
    /// All attempts failed: 21 of a callback, 6 of a webhook, the one of an express callback.
    GivenUp,
    /// No request was sent, for this reason.
    NotSent(String),
}

/// An attempt at a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallbackAttempt {
    /// When the attempt ended by the sandbox's clock, UTC.
    pub at: DateTime<Utc>,
    /// How the attempt ended.
    pub response: CallbackResponse,
    /// The response as the inspector shows it.
    #[serde(default)]
    pub(crate) received: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackResponse {
    /// The receiver responded with this status.
    Status(u16),
    /// The response was not complete in time.
    TimedOut,
    /// The connection could not be established, or it broke.
    Unreachable,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Callback");
        f.field("delivery_id", &self.delivery_id)
            .field("subscription_id", &self.subscription_id)
            .field("session_id", &self.session_id)
            .field("transaction_id", &self.transaction_id)
            .field("error", &self.error)
            .field("event", &self.event)
            .field("attempts", &self.attempts)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Callback {
    /// A callback that is sent now.
    pub(crate) fn new(now: DateTime<Utc>, session_id: &str, url: &str) -> Self {
        Self {
            delivery_id: uuid(),
            subscription_id: None,
            session_id: session_id.to_owned(),
            transaction_id: None,
            error: None,
            event: None,
            method: "POST".to_owned(),
            url: url.to_owned(),
            attempts: Vec::new(),
            state: CallbackState::Waiting(now),
            with_session: false,
            body: None,
            session_event: None,
            is_express: false,
            queued_at: now,
        }
    }

    pub(crate) fn wait(&self) -> Option<(DateTime<Utc>, Wait)> {
        match self.state {
            CallbackState::Waiting(due) => Some((due, Wait::Callback(self.delivery_id.clone()))),
            _ => None,
        }
    }

    /// The callback in lists: without its body, and without the query of its URL, which may be secret.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = json!(self);
        remove(&mut shown, &["body", "session_event", "with_session"]);
        for attempt in shown["attempts"].as_array_mut().into_iter().flatten() {
            remove(attempt, &["received"]);
        }
        shown["url"] = json!(self.url.split(['?', '#']).next());
        shown
    }

    /// Returns the body, unless it is made when it is sent, and the response to each attempt, redacted.
    pub(crate) fn opened(&self) -> Value {
        let request = self.body.as_deref();
        let request = request.map(|body| redact::body(None, body.as_bytes()));
        let responses = self.attempts.iter().map(|attempt| &attempt.received);
        json!({"request": request, "responses": responses.collect::<Vec<_>>()})
    }

    pub(crate) fn attempted(&mut self, attempt: CallbackAttempt) {
        let (at, response) = (attempt.at, attempt.response);
        self.attempts.push(attempt);
        let (is_webhook, failed) = (self.subscription_id.is_some(), self.attempts.len());
        let retries = match (is_webhook, self.is_express) {
            (true, _) => WEBHOOK_RETRIES,
            (_, true) => 0,
            _ => RETRIES,
        };
        self.state = match response {
            CallbackResponse::Status(200) => CallbackState::Delivered,
            CallbackResponse::Status(_) if self.is_express => CallbackState::Refused,
            CallbackResponse::Status(200..300) => CallbackState::Delivered,
            CallbackResponse::Status(300..500 | 600..) if !is_webhook => CallbackState::Refused,
            _ if failed > retries => CallbackState::GivenUp,
            _ => CallbackState::Waiting(at + pause(failed)),
        };
    }
}

/// Returns the wait after this many failed attempts: 10 seconds, doubled each time up to an hour. Dintero's is not published.
fn pause(failed: usize) -> TimeDelta {
    let doubled = failed.saturating_sub(1).min(9);
    TimeDelta::seconds((10_i64 << doubled).min(3_600))
}

#[cfg(test)]
mod tests;
