//! Responses that are corrupted on demand: a further property, unknown values, half a body.

use std::io;

use http_body_util::{BodyExt, BodyStream, StreamBody};
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::CONTENT_LENGTH;
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

/// Cuts the body in half, of which the head promises the whole.
pub(crate) fn truncated(response: Response<Bytes>) -> Response<ResponseBody> {
    let promised = response.body().len();
    if promised == 0 {
        return response.map(body::whole);
    }
    let mut response = response.map(|bytes| {
        let half = body::whole(bytes.slice(..promised / 2)).with_trailers(async {
            // What is written is flushed before the connection breaks.
            tokio::task::yield_now().await;
            Some(Err(io::Error::other("the body was cut on demand")))
        });
        BodyExt::boxed(StreamBody::new(BodyStream::new(half)))
    });
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, promised.into());
    response
}

#[cfg(test)]
mod tests;
