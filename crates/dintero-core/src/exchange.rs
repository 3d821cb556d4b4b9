//! Sends one request and reads its response. The limit of the body counts after decompression.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::Error;
use crate::data::Violations;
use crate::error::Kind;
use crate::http_clients::HttpClients;

/// Status and headers of a response, which arrive before its body.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whether the response provably belongs to the request, or that does not matter.
    pub(crate) is_attributable: bool,
}

macro_rules! roots {
    ($problem:literal) => {
        concat!($problem, "; install them (package `ca-certificates`), or name them by `SSL_CERT_FILE` or `SSL_CERT_DIR`")
    };
}

pub(crate) fn unusable(error: reqwest::Error) -> Error {
    let rule = match mentions(&error, &["No CA certificates"]) {
        true => roots!(
            "the HTTP client cannot be built: the root certificates of the system are missing or unreadable"
        ),
        false => {
            "the HTTP client cannot be built: the source of this error tells why; check the settings of `http_client`"
        }
    };
    Error::new(Kind::Configuration(Violations::of("", rule))).with_source(error)
}

fn mentions(error: &reqwest::Error, texts: &[&str]) -> bool {
    causes(error).any(|it| texts.iter().any(|text| it.to_string().contains(text)))
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| (*error).source())
}

pub(crate) fn failed(error: reqwest::Error) -> Error {
    let host = error.url().and_then(|url| {
        let port = url.port_or_known_default()?;
        Some(format!("{}:{port}", url.host_str()?))
    });
    // The URL holds ids and queries; errors must not show them.
    let error = error.without_url();
    let kind = if was_not_handled(&error) {
        Kind::Refused
    } else if error.is_builder() {
        Kind::InvalidRequest(Violations::of("", "the request cannot be built"))
    } else if error.is_connect() {
        Kind::Connect(host.unwrap_or_default())
    } else {
        Kind::Broken
    };
    // The words of OpenSSL, which reads the roots only when it connects, and of rustls.
    let is_untrusted = mentions(&error, &["local issuer certificate", "UnknownIssuer"]);
    let failed = Error::new(kind).with_source(error);
    match is_untrusted {
        true => failed.with_advice(roots!(
            "no root certificate of the system vouches for that of the host: they may be missing"
        )),
        false => failed,
    }
}

/// Returns `true` if an HTTP/2 server reported that it did not handle the request (RFC 9113, 8.7): by REFUSED_STREAM, or by a GOAWAY
/// that names an earlier stream as the last one. Streams up to that one fail with an error of the connection when it closes.
fn was_not_handled(error: &reqwest::Error) -> bool {
    causes(error)
        .find_map(|error| error.downcast_ref::<h2::Error>())
        .is_some_and(|error| {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            error.is_remote() && (refused || error.is_go_away())
        })
}

/// Sends a request and returns the body. `head` is set as soon as the headers have arrived, even if reading the body then
/// fails.
///
/// The body of an error status is returned as far as it was received.
pub(crate) async fn exchange(
    http: &HttpClients,
    request: reqwest::Request,
    is_unique: bool,
    limit: u64,
    head: &mut Option<Head>,
) -> Result<Bytes, Error> {
    let (client, is_alone) = http.of(request.url(), is_unique).map_err(unusable)?;
    let mut response = match &http.transport {
        Some(transport) => transport(request)?,
        None => client.execute(request).await.map_err(failed)?,
    };
    let status = response.status();
    *head = Some(Head {
        status,
        is_attributable: http.note(&response) || is_alone,
        headers: std::mem::take(response.headers_mut()),
    });
    // Most responses are one chunk, which is returned without a copy.
    let (mut chunks, mut read) = (Vec::new(), 0);
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(Error::new(Kind::Broken).with_source(error.without_url())),
        };
        read += chunk.len() as u64;
        if read > limit {
            if status.is_success() {
                return Err(Error::new(Kind::TooLarge(limit)));
            }
            break;
        }
        chunks.push(chunk);
    }
    Ok(match &*chunks {
        [only] => only.clone(),
        chunks => chunks.concat().into(),
    })
}
