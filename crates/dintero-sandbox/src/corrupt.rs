//! Responses that are corrupted on demand: a further property, unknown values, half a body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use serde_json::{Value, json};

use crate::body::{self, ResponseBody};
use crate::faults::Fault;
use crate::state::json::for_each_member;

/// The properties whose values [`Fault::UnknownEnumValue`] replaces: those with a list of values in the documents.
#[rustfmt::skip]
const STATUS_FIELDS: [&str; 9] = [
    "case_status", "event", "format", "payment_operation", "payment_status", "settlement_status", "status",
    "token_type", "transaction_status",
];

pub(crate) fn json(fault: Option<Fault>, body: &mut Value) {
    match fault {
        Some(Fault::UnknownEnumValue) => for_each_member(body, &mut |name, value| {
            if value.is_string() && STATUS_FIELDS.contains(&name) {
                *value = json!("SANDBOX_UNKNOWN");
            }
        }),
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

pub(crate) fn truncated(bytes: Bytes) -> ResponseBody {
    if bytes.is_empty() {
        return body::whole(bytes);
    }
    let half = Half {
        promised: bytes.len(),
        half: Some(bytes.slice(..bytes.len() / 2)),
        sent: false,
    };
    half.boxed()
}

struct Half {
    promised: usize,
    half: Option<Bytes>,
    sent: bool,
}

impl Body for Half {
    type Data = Bytes;
    type Error = io::Error;

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
        Poll::Ready(Some(Err(io::Error::other("the body was cut on demand"))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised as u64)
    }
}

#[cfg(test)]
mod tests;
