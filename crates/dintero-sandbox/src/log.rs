//! The log of what arrived: one entry per request, without headers, query or bodies.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// How many entries are kept; the oldest go first.
const LIMIT: usize = 10_000;

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// When it arrived by the sandbox's clock, UTC.
    pub at: DateTime<Utc>,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// Dintero's operationId, such as `transactions_id_capture_post`; `None` for a path or method that does not exist.
    pub operation_id: Option<String>,
    /// The status of the answer; `None` when the connection was closed without one.
    pub status: Option<u16>,
    /// Whether the operation's work was begun: false when the request was refused before (unknown path, bad token,
    /// bad JSON) or a [`Fault`](crate::Fault) stopped it. A begun operation may still have been refused by its own rules, see `status`.
    pub handled: bool,
    /// The `request-id` of the answer.
    pub request_id: String,
}

#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<VecDeque<LoggedRequest>>);

impl Log {
    pub(crate) fn push(&self, entry: LoggedRequest) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == LIMIT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<LoggedRequest> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> LoggedRequest {
        LoggedRequest {
            at: DateTime::UNIX_EPOCH,
            method: "GET".into(),
            path: path.into(),
            operation_id: None,
            status: Some(404),
            handled: false,
            request_id: "r".into(),
        }
    }

    #[test]
    fn the_log_forgets_the_oldest_first() {
        let log = Log::default();
        for n in 0..=LIMIT {
            log.push(entry(&format!("/{n}")));
        }
        let entries = log.entries();
        assert_eq!(entries.len(), LIMIT);
        assert_eq!(entries[0].path, "/1");
        log.clear();
        assert_eq!(log.entries(), []);
    }
}
