//! Bodies: those of requests are read within the limit and parsed to a JSON object, those of responses are whole.

use std::io;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::HeaderMap;
use hyper::body::{Body, Bytes};
use hyper::header::CONTENT_TYPE;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::documents::{FORM, RequestBody};
use crate::errors::{ApiError, ApiResult};
use crate::state::json::are_below;

pub(crate) type ResponseBody = BoxBody<Bytes, io::Error>;

pub(crate) fn whole(bytes: Bytes) -> ResponseBody {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// The largest body of a request, in bytes. Dintero's limit is not published.
const LIMIT: usize = 1 << 20;
/// How much of a larger one is still read, so that the caller receives the 413 and not a broken connection.
const PATIENCE: usize = 32 << 20;

pub(crate) async fn collect(mut body: impl Body<Data = Bytes> + Unpin) -> ApiResult<Vec<u8>> {
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(ApiError::bad_request("the body ended early"));
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen <= LIMIT {
            kept.extend_from_slice(data);
        } else if seen > PATIENCE {
            break;
        }
    }
    if seen > LIMIT {
        let message = format!("the body is larger than {LIMIT} bytes");
        return Err(ApiError::new(413, "PAYLOAD_TOO_LARGE", message));
    }
    Ok(kept)
}

/// Returns the JSON object of a request; null for none, and for JSON that an operation without a body is sent.
pub(crate) fn parse(expected: RequestBody, headers: &HeaderMap, bytes: &[u8]) -> ApiResult<Value> {
    let bytes = bytes.trim_ascii();
    match (expected, bytes.is_empty()) {
        (RequestBody::Required, true) => {
            return Err(ApiError::bad_request("a JSON body is required"));
        }
        (_, true) => return Ok(Value::Null),
        (RequestBody::None, false) => {
            let read = serde_json::from_slice::<IgnoredAny>(bytes);
            return read.map(|_| Value::Null).map_err(malformed);
        }
        (RequestBody::OptionalForm, false) if is_form(headers) => {
            return Ok(form_urlencoded::parse(bytes).into_owned().collect());
        }
        _ => {}
    }
    if !has_type(headers, "application/json") {
        let message = "the body must be sent as application/json";
        return Err(ApiError::new(415, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    match serde_json::from_slice(bytes) {
        // A larger integer could only be kept as a fraction, and would come back as one.
        Ok(body @ Value::Object(_)) if are_below(2_f64.powi(63), &body) => Ok(body),
        Ok(Value::Object(_)) => Err(ApiError::bad_request(
            "the body has a number that is too large for 64 bits",
        )),
        Ok(_) => Err(ApiError::bad_request("the body must be a JSON object")),
        Err(error) => Err(malformed(error)),
    }
}

/// The parser's own message may quote the body; its position may not.
fn malformed(error: serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    let message = format!("the body is not valid JSON (line {line}, column {column})");
    ApiError::bad_request(message)
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    has_type(headers, FORM)
}

fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media_type = content_type.and_then(|text| text.split(';').next());
    media_type.is_some_and(|found| found.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests;
