//! Answers spoilt on demand: a further property, values that nobody knows, half a body.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use serde_json::{Value, json};

use crate::faults::Fault;

/// The properties whose values [`Fault::UnknownEnumValue`] replaces: words that the documents list.
const STATUS_FIELDS: [&str; 9] = [
    "case_status",
    "event",
    "format",
    "payment_operation",
    "payment_status",
    "settlement_status",
    "status",
    "token_type",
    "transaction_status",
];

/// Changes the JSON body as the fault says.
pub(crate) fn body(fault: Option<Fault>, body: &mut Value) {
    match fault {
        Some(Fault::UnknownEnumValue) => replace_statuses(body),
        Some(Fault::ExtraField) => match body {
            Value::Array(items) => items.iter_mut().for_each(extend),
            body => extend(body),
        },
        _ => {}
    }
}

fn extend(value: &mut Value) {
    if let Value::Object(object) = value {
        let extra = json!({"text": "new", "list": [1, null, {"deep": true}]});
        object.insert("sandbox_extra_field".into(), extra);
    }
}

fn replace_statuses(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(replace_statuses),
        Value::Object(object) => {
            for (name, value) in object {
                if value.is_string() && STATUS_FIELDS.contains(&name.as_str()) {
                    *value = json!("SANDBOX_UNKNOWN");
                } else {
                    replace_statuses(value);
                }
            }
        }
        _ => {}
    }
}

/// The same head, half of the body, and then the end of the connection.
pub(crate) async fn truncate(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    // The sandbox's own bodies are in memory already.
    let whole = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    if whole.is_empty() {
        return Response::from_parts(parts, Body::empty());
    }
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = Half {
        promised: whole.len(),
        half: Some(whole.slice(..whole.len() / 2)),
        sent: false,
    };
    Response::from_parts(parts, Body::new(half))
}

struct Half {
    promised: usize,
    half: Option<Bytes>,
    sent: bool,
}

impl HttpBody for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !self.sent {
            // What is written is flushed before the connection breaks.
            self.sent = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::other(
            "the body was cut on demand",
        ))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_at_every_depth_and_nothing_else() {
        let mut value = json!({"id": "a", "status": "CAPTURED", "amount": 1, "events": [{"event": "CAPTURE", "status": 7}]});
        body(Some(Fault::UnknownEnumValue), &mut value);
        let unknown = "SANDBOX_UNKNOWN";
        let events = json!([{"event": unknown, "status": 7}]);
        assert_eq!(
            value,
            json!({"id": "a", "status": unknown, "amount": 1, "events": events})
        );
    }

    #[test]
    fn a_list_gets_the_further_field_in_each_item() {
        let mut value = json!([{"id": "a"}, {"id": "b"}]);
        body(Some(Fault::ExtraField), &mut value);
        assert_eq!(value[1]["id"], "b");
        assert!(value[0]["sandbox_extra_field"].is_object());
        let before = value.clone();
        body(Some(Fault::Status(500)), &mut value);
        assert_eq!(value, before);
    }
}
