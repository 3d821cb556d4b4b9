//! One callback and its attempts.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How often a callback that failed is tried again, as documented.
const RETRIES: usize = 20;

/// One callback: a call of a session's `callback_url` with all its attempts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Callback {
    /// The `event-delivery` header: the same in every attempt.
    pub delivery_id: String,
    /// The session whose `callback_url` is called.
    pub session_id: String,
    /// The transaction it is about; `None` when the payer left without paying.
    pub transaction_id: Option<String>,
    /// The parameter `error`: `cancelled`, `authorization` or `failed`.
    pub error: Option<String>,
    /// The parameter `event`: `CAPTURE`, `REFUND` or `VOID`, as asked for with `report_event`.
    pub event: Option<String>,
    /// `GET` or `POST`.
    pub method: String,
    /// The whole URL with its query; not shown in Debug.
    pub url: String,
    /// What was tried so far, oldest first.
    pub attempts: Vec<CallbackAttempt>,
    /// Where it stands.
    pub state: CallbackState,
    pub(super) with_session: bool,
    /// The session's event once it is delivered.
    pub(super) session_event: Option<String>,
    pub(super) number: u64,
}

/// Where a callback stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CallbackState {
    /// It will be tried at this time of the sandbox's clock, UTC.
    Waiting(DateTime<Utc>),
    /// It was answered with 2xx.
    Delivered,
    /// It was answered with a status that ends it: 3xx or 4xx.
    Refused,
    /// All 21 attempts failed.
    GivenUp,
    /// Nothing was sent, for this reason.
    NotSent(String),
}

/// One attempt at a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallbackAttempt {
    /// When it ended by the sandbox's clock, UTC.
    pub at: DateTime<Utc>,
    /// How it ended.
    #[serde(alias = "answer")]
    pub response: CallbackResponse,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CallbackResponse {
    /// With this status.
    Status(u16),
    /// Without a whole response in time.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Callback");
        f.field("delivery_id", &self.delivery_id)
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
    /// Notes an attempt and what follows from it.
    pub(super) fn attempted(&mut self, at: DateTime<Utc>, response: CallbackResponse) {
        self.attempts.push(CallbackAttempt { at, response });
        self.state = match response {
            CallbackResponse::Status(200..300) => CallbackState::Delivered,
            CallbackResponse::Status(300..500 | 600..) => CallbackState::Refused,
            _ => match self.attempts.len() {
                failed if failed > RETRIES => CallbackState::GivenUp,
                failed => CallbackState::Waiting(at + pause(failed)),
            },
        };
    }
}

/// The wait after so many failed attempts: 10 seconds, doubled each time up to an hour. Dintero's is not published.
fn pause(failed: usize) -> TimeDelta {
    let doubled = u32::try_from(failed.saturating_sub(1))
        .unwrap_or(u32::MAX)
        .min(9);
    TimeDelta::seconds((10_i64 << doubled).min(3_600))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::callbacks) fn callback() -> Callback {
        Callback {
            delivery_id: crate::state::uuid(),
            session_id: "T12345678.s".into(),
            transaction_id: None,
            error: None,
            event: None,
            method: "GET".into(),
            url: "https://shop.example/cb?secret=1".into(),
            attempts: Vec::new(),
            state: CallbackState::Waiting(DateTime::UNIX_EPOCH),
            with_session: false,
            session_event: None,
            number: 0,
        }
    }

    #[test]
    fn the_answer_decides_whether_it_is_tried_again() {
        let again = CallbackState::Waiting(DateTime::UNIX_EPOCH + TimeDelta::seconds(10));
        for (response, state) in [
            (CallbackResponse::Status(200), CallbackState::Delivered),
            (CallbackResponse::Status(204), CallbackState::Delivered),
            (CallbackResponse::Status(101), again.clone()),
            (CallbackResponse::Status(500), again.clone()),
            (CallbackResponse::Status(599), again.clone()),
            (CallbackResponse::TimedOut, again.clone()),
            (CallbackResponse::Unreachable, again),
            (CallbackResponse::Status(302), CallbackState::Refused),
            (CallbackResponse::Status(400), CallbackState::Refused),
            (CallbackResponse::Status(499), CallbackState::Refused),
        ] {
            let mut callback = callback();
            callback.attempted(DateTime::UNIX_EPOCH, response);
            assert_eq!(callback.state, state, "{response:?}");
        }
    }

    #[test]
    fn after_twenty_retries_it_is_given_up() {
        let mut callback = callback();
        for _ in 0..RETRIES {
            callback.attempted(DateTime::UNIX_EPOCH, CallbackResponse::Status(500));
            assert!(matches!(callback.state, CallbackState::Waiting(_)));
        }
        callback.attempted(DateTime::UNIX_EPOCH, CallbackResponse::Status(500));
        assert_eq!(callback.state, CallbackState::GivenUp);
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds = [1, 2, 3, 9, 10, 20, usize::MAX].map(|n| pause(n).num_seconds());
        assert_eq!(seconds, [10, 20, 40, 2_560, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn debug_does_not_show_the_url() {
        assert!(!format!("{:?}", callback()).contains("secret"));
    }
}
