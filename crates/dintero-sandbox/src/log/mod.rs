//! The log of requests, one entry each, with secrets and personal data redacted in all that is shown.

pub(crate) mod exchange;
pub(crate) mod feed;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use self::exchange::Exchange;
use crate::clock::text;
use crate::errors::ApiError;
use crate::faults::Fault;
use crate::redact;
use crate::shared::lock;
use crate::state::json::text_of;

/// How many entries are kept; the oldest go first.
const LIMIT: usize = 10_000;
const BYTES: usize = 16 << 20;

/// A request in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// When it arrived by the sandbox's clock, UTC.
    pub at: DateTime<Utc>,
    /// The method, such as `GET`.
    pub method: String,
    /// The path without the query; `***` stands for a part that may be secret or personal.
    pub path: String,
    /// Dintero's operationId, such as `transactions_id_capture_post`; `None` for a path or method that does not exist.
    pub operation_id: Option<String>,
    /// The status of the response; `None` when the connection was closed without one.
    pub status: Option<u16>,
    /// Whether the request reached the handler of its operation: `false` if it was refused before (unknown path, invalid
    /// token, invalid body) or a [`Fault`] stopped it. The handler may have refused it, too; see `refusal`.
    pub handled: bool,
    /// Why it was refused; `None` if it was accepted, also if a fault then withheld the response.
    pub refusal: Option<Refusal>,
    /// The fields that are not in the documents, which production evidently accepts; at most 20. `body` is a body where
    /// none is defined, `byte_order_mark` a mark before one.
    pub undocumented: Vec<String>,
    /// The fault that was injected.
    pub fault: Option<Fault>,
    /// The `request-id` of the response.
    pub request_id: String,
    /// How long the response took.
    pub duration: Duration,
    pub(crate) exchange: Exchange,
}

/// The content of an error response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The code of the error, such as `INVALID_REQUEST_PARAMETER`.
    pub code: String,
    /// The message of the error, one sentence.
    pub message: String,
    /// The invalid fields with the reasons, such as `order.amount is required`.
    pub errors: Vec<String>,
}

impl LoggedRequest {
    /// Returns `fault` if one was injected, else `refused` or `accepted`.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match (&self.fault, &self.refusal) {
            (Some(_), _) => "fault",
            (None, Some(_)) => "refused",
            (None, None) if self.status.is_some_and(|status| status >= 400) => "refused",
            (None, None) => "accepted",
        }
    }

    pub(crate) fn shown(&self) -> Value {
        json!({
            "at": text(self.at), "method": self.method, "path": self.path, "operation_id": self.operation_id,
            "status": self.status, "verdict": self.verdict(), "handled": self.handled,
            "refusal": self.refusal, "undocumented": self.undocumented, "fault": self.fault.map(|f| f.to_string()),
            "request_id": self.request_id, "duration_ms": self.duration.as_micros() as f64 / 1_000.0,
        })
    }

    fn bytes(&self) -> usize {
        let errors = self.refusal.iter().flat_map(|refusal| &refusal.errors);
        let texts = errors.chain(&self.undocumented).chain([&self.path]);
        let texts = texts.map(|text| text.capacity() + 24).sum::<usize>();
        size_of::<Self>() + texts + self.exchange.bytes()
    }

    pub(crate) fn note(&mut self, field: &str) {
        self.undocumented.push(redact::field(field));
    }

    pub(crate) fn refuse(&mut self, error: &ApiError) {
        let errors = error.errors.iter();
        let errors = errors.map(|e| redact::reason(text_of(&e["field"]), text_of(&e["message"])));
        self.refusal = Some(Refusal {
            code: error.code.to_owned(),
            message: error.message.clone(),
            errors: errors.collect(),
        });
    }
}

#[derive(Default)]
pub(crate) struct Log(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    entries: VecDeque<Arc<LoggedRequest>>,
    /// How many there have been.
    count: u64,
    bytes: usize,
    copy: Option<Box<dyn Write + Send>>,
    write_error: Option<String>,
}

impl Log {
    pub(crate) fn push(&self, entry: LoggedRequest) {
        // Freed after the lock, which every request takes.
        let mut oldest = Vec::new();
        let mut inner = lock(&self.0);
        if let Some(copy) = &mut inner.copy {
            let line = format!("{}\n", entry.shown());
            if let Err(error) = copy.write_all(line.as_bytes()).and_then(|()| copy.flush()) {
                inner.copy = None;
                inner.write_error = Some(error.to_string());
            }
        }
        inner.count += 1;
        inner.bytes += entry.bytes();
        inner.entries.push_back(Arc::new(entry));
        while inner.entries.len() > LIMIT || inner.bytes > BYTES {
            let next = inner.entries.pop_front();
            inner.bytes -= next.as_ref().map_or(inner.bytes, |next| next.bytes());
            oldest.extend(next);
        }
    }

    pub(crate) fn copy_to(&self, copy: Box<dyn Write + Send>) {
        let mut inner = lock(&self.0);
        inner.copy = Some(copy);
        inner.write_error = None;
    }

    pub(crate) fn write_error(&self) -> Option<String> {
        lock(&self.0).write_error.clone()
    }

    /// Returns what is in it, oldest first.
    pub(crate) fn entries(&self) -> Vec<Arc<LoggedRequest>> {
        lock(&self.0).entries.iter().cloned().collect()
    }

    /// Returns how many there have been, and those after the first `seen` of them.
    pub(crate) fn since(&self, seen: u64) -> (u64, Vec<Arc<LoggedRequest>>) {
        let inner = lock(&self.0);
        let news = (inner.count - seen) as usize;
        let news = inner.entries.iter().rev().take(news);
        (inner.count, news.rev().cloned().collect())
    }

    pub(crate) fn clear(&self) {
        let mut inner = lock(&self.0);
        inner.entries.clear();
        inner.bytes = 0;
    }
}
