//! One request out, one answer in. Reads a body only up to a limit, counted after decompression.

use std::error::Error as _;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::error::Kind;
use crate::{Error, WasSent};

/// Status and headers of an answer; known before its body is.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

#[cfg(feature = "tracing")]
impl Head {
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.headers.get("request-id")?.to_str().ok()
    }
}

/// Why there is no complete answer.
pub(crate) enum Fault {
    /// The request could not be made.
    Request(reqwest::Error),
    /// No connection came about, so nothing was sent.
    Connect(reqwest::Error),
    /// The server turned the request away unread.
    Refused(reqwest::Error),
    /// The connection broke under way.
    Broken(reqwest::Error),
    /// The body of a success is larger than the limit.
    TooLarge(u64),
    /// The HTTP client followed a redirect.
    Redirected,
}

impl Fault {
    fn of(error: reqwest::Error) -> Self {
        // The URL holds ids and queries; errors must not show them.
        let error = error.without_url();
        if error.is_builder() {
            Self::Request(error)
        } else if error.is_connect() {
            Self::Connect(error)
        } else {
            Self::Broken(error)
        }
    }

    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Request(error) => {
                let mut violations = crate::data::Violations::default();
                violations.push("", "the request cannot be put together");
                Error::from(violations).caused_by(error)
            }
            Self::Connect(error) => Error::new(Kind::Connect).caused_by(error),
            Self::Refused(error) => Error::new(Kind::Refused).caused_by(error),
            Self::Broken(error) => Error::new(Kind::Broken).caused_by(error),
            Self::Redirected => Error::new(Kind::Redirected).sent(WasSent::Maybe),
            Self::TooLarge(limit) => Error::new(Kind::TooLarge(limit)),
        }
    }
}

/// Whether an HTTP/2 server said that it did not begin to handle the request (REFUSED_STREAM, RFC 9113, 8.7).
///
/// A GOAWAY proves less here: when the connection then closes, also the streams the server works on fail with it.
fn was_refused(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(h2) = inner.downcast_ref::<h2::Error>() {
            return h2.is_remote()
                && h2.is_reset()
                && h2.reason() == Some(h2::Reason::REFUSED_STREAM);
        }
        source = inner.source();
    }
    false
}

/// Sends a request to `url` and reads the body. `head` is filled as soon as the headers are in, also when the body then fails.
///
/// The body of an error status is kept as far as it came: what the server said matters more than that it was cut off.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: reqwest::Request,
    url: &reqwest::Url,
    limit: u64,
    head: &mut Option<Head>,
) -> Result<Bytes, Fault> {
    let mut response = match http.execute(request).await {
        Ok(response) => response,
        Err(error) if was_refused(&error) => return Err(Fault::Refused(error.without_url())),
        Err(error) => return Err(Fault::of(error)),
    };
    // Ours follows none, but a client of the user may: the answer is of another request then.
    if response.url() != url {
        return Err(Fault::Redirected);
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
            Err(error) => return Err(Fault::of(error)),
        };
        let read = first.len() + rest.len();
        if (read + chunk.len()) as u64 > limit {
            if status.is_success() {
                return Err(Fault::TooLarge(limit));
            }
            break;
        }
        if read == 0 {
            // Most answers are one chunk, which is then handed on as it is.
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
