//! What was sent and answered, which is kept as it was and redacted where it is shown.

use std::fmt;

use hyper::HeaderMap;
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::LoggedRequest;
use crate::documents::{OPERATIONS, Operation};
use crate::redact;

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) query: String,
    pub(crate) sent: Message,
    pub(crate) answered: Message,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Prints nothing of it: it is not redacted.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

impl Exchange {
    pub(super) fn bytes(&self) -> usize {
        let messages = [&self.sent, &self.answered].into_iter();
        let sizes = messages.map(|message| {
            let headers = message.headers.iter();
            let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + 64);
            headers.sum::<usize>() + message.body.len()
        });
        self.query.len() + sizes.sum::<usize>()
    }

    /// Returns the texts of both messages.
    pub(crate) fn shown(entry: &LoggedRequest, base_url: &str) -> Value {
        let id = entry.operation_id.as_deref();
        let operation = OPERATIONS.iter().find(|operation| Some(operation.id) == id);
        let Self {
            query,
            sent,
            answered,
        } = &entry.exchange;
        let query = redact::query(operation, query);
        let mark = if query.is_empty() { "" } else { "?" };
        let request = format!("{} {base_url}{}{mark}{query}", entry.method, entry.path);
        let status = entry
            .status
            .map(|status| status.to_string())
            .unwrap_or_default();
        let answered = match &entry.refusal {
            Some(refusal) => format!("{status}\n\n{:#}", refusal.shown()),
            None => answered.shown(status, operation),
        };
        json!({"sent": sent.shown(request, operation), "answered": answered})
    }
}

impl Message {
    fn shown(&self, mut text: String, operation: Option<&Operation>) -> String {
        for (name, value) in &self.headers {
            let value = value.to_str().unwrap_or_default();
            text += &format!("\n{}", redact::header(name.as_str(), value));
        }
        if !self.body.is_empty() {
            text += &format!("\n\n{}", redact::body(operation, &self.body));
        }
        text
    }
}
