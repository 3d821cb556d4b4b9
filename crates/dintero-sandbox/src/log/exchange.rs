//! A request and its response, which are kept as they were and redacted where they are shown.

use std::fmt;

use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::LoggedRequest;
use crate::documents::{OPERATIONS, Operation};
use crate::redact;

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) query: String,
    pub(crate) request: Message,
    pub(crate) response: Message,
}

type Message = (HeaderMap, Bytes);

/// Prints nothing of it: it is not redacted.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

impl Exchange {
    pub(super) fn bytes(&self) -> usize {
        let header =
            |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 64;
        let size =
            |(headers, body): &Message| headers.iter().map(header).sum::<usize>() + body.len();
        self.query.len() + size(&self.request) + size(&self.response)
    }

    /// Returns the texts of both messages.
    pub(crate) fn shown(entry: &LoggedRequest, base_url: &str) -> Value {
        let id = entry.operation_id.as_deref();
        let operation = OPERATIONS.iter().find(|operation| Some(operation.id) == id);
        let Self {
            query,
            request,
            response,
        } = &entry.exchange;
        let query = redact::query(operation, query);
        let mark = if query.is_empty() { "" } else { "?" };
        let first = format!("{} {base_url}{}{mark}{query}", entry.method, entry.path);
        let status = entry.status.map(|status| status.to_string());
        let status = status.unwrap_or_default();
        let response = match &entry.refusal {
            Some(refusal) => format!("{status}\n\n{:#}", json!(refusal)),
            None => text(status, response, operation),
        };
        json!({"request": text(first, request, operation), "response": response})
    }
}

/// Returns a message as text that begins with `first`, redacted.
pub(crate) fn text(mut first: String, (headers, body): &Message, of: Option<&Operation>) -> String {
    for (name, value) in headers {
        let value = value.to_str().unwrap_or_default();
        first += &format!("\n{}", redact::header(name.as_str(), value));
    }
    if !body.is_empty() {
        first += &format!("\n\n{}", redact::body(of, body));
    }
    first
}
