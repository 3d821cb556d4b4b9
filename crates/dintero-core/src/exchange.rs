//! Sends one request and reads its response. The limit of the body counts after decompression.

use std::error::Error as _;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::data::Violations;
use crate::error::Kind;
use crate::{Error, WasSent};

/// Status and headers of a response, which arrive before its body.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// Returns the error of a request without a response.
fn failed(error: reqwest::Error) -> Error {
    // The URL holds ids and queries; errors must not show them.
    let error = error.without_url();
    let kind = if was_refused(&error) {
        Kind::Refused
    } else if error.is_builder() {
        let mut violations = Violations::default();
        violations.push("", "the request cannot be built");
        Kind::InvalidRequest(violations)
    } else if error.is_connect() {
        Kind::Connect
    } else {
        Kind::Broken
    };
    Error::new(kind).with_source(error)
}

/// Returns `true` if an HTTP/2 server reported that it did not handle the request (REFUSED_STREAM, RFC 9113, 8.7).
///
/// GOAWAY proves less: when the connection then closes, the streams that the server handles fail with it too.
fn was_refused(error: &reqwest::Error) -> bool {
    std::iter::successors(error.source(), |error| (*error).source())
        .find_map(|error| error.downcast_ref::<h2::Error>())
        .is_some_and(|error| {
            let refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
            error.is_remote() && error.is_reset() && refused
        })
}

/// Sends a request to `url` and returns the body. `head` is set as soon as the headers have arrived, even if reading the body then
/// fails.
///
/// The body of an error status is returned as far as it was received.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: reqwest::Request,
    url: &reqwest::Url,
    limit: u64,
    head: &mut Option<Head>,
) -> Result<Bytes, Error> {
    let mut response = http.execute(request).await.map_err(failed)?;
    // A client that the caller provides may follow redirects; the response then belongs to another request.
    if response.url() != url {
        return Err(Error::new(Kind::Redirected).with_sent(WasSent::Maybe));
    }
    let status = response.status();
    *head = Some(Head {
        status,
        headers: std::mem::take(response.headers_mut()),
    });
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(Error::new(Kind::Broken).with_source(error.without_url())),
        };
        let read = first.len() + rest.len();
        if (read + chunk.len()) as u64 > limit {
            if status.is_success() {
                return Err(Error::new(Kind::TooLarge(limit)));
            }
            break;
        }
        if read == 0 {
            // Most responses are one chunk, which is returned without a copy.
            first = chunk;
        } else {
            if rest.is_empty() {
                rest = BytesMut::with_capacity(2 * (first.len() + chunk.len()));
                rest.extend_from_slice(&first);
                first = Bytes::new();
            }
            rest.extend_from_slice(&chunk);
        }
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}
