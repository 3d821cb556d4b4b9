//! Why a callback is refused, and with which status.

use std::fmt;

use http::StatusCode;

/// Why a callback or webhook is not taken for one of Dintero's. Holds nothing of the request.
///
/// [`status`](Self::status) is what to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no signature header. Either it is not from Dintero, or the account has no signature secret yet.
    MissingHeader,
    /// The signature header is there more than once.
    DoubledHeader,
    /// The signature header is not in the form that Dintero sends.
    MalformedHeader,
    /// The signature header has more than one time.
    DoubledTime,
    /// The header has signatures, but none of a scheme this version knows.
    UnknownScheme,
    /// It was signed longer ago than the tolerance. A replay, a late retry, or a clock that is fast here.
    Stale,
    /// It was signed further ahead than the tolerance. A clock that is slow here.
    Future,
    /// A secret of yours signed it, but for the host that the request names, not for the public URL of the verifier. The verifier is
    /// set up with the wrong URL, or the request was meant for another of your sites.
    WrongHost,
    /// A secret of yours signed it, but over the query as it came, not sorted as Dintero does. The signer is not Dintero.
    WrongOrder,
    /// No secret of the verifier signed this. Forged; or changed on its way, by a proxy that rewrites paths or queries; or the account or
    /// secret is not the one Dintero uses.
    WrongSignature,
    /// Method, path or query of the request cannot be those of a callback.
    MalformedRequest,
    /// A parameter or header that may be there once is there more often.
    Doubled(&'static str),
    /// A parameter or header that has to be there is not.
    Missing(&'static str),
    /// The body is not what it should be.
    MalformedBody,
    /// The body did not come in full, or is too large.
    UnreadBody,
}

impl Refusal {
    /// What to answer.
    ///
    /// To a session callback Dintero repeats after 5xx, up to 20 times, and never after 4xx. So 503 is for what a later try may cure without
    /// loss: a clock or a secret or a public URL that is wrong on this side, and a signature that is too old, should repeats be signed afresh.
    /// A forger gains nothing by it. 401 and 400 are for what stays as it is. Webhooks are repeated 5 times after anything but 2xx,
    /// express callbacks never.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MissingHeader => StatusCode::UNAUTHORIZED,
            Self::Stale
            | Self::Future
            | Self::WrongHost
            | Self::WrongSignature
            | Self::UnknownScheme
            | Self::UnreadBody => StatusCode::SERVICE_UNAVAILABLE,
            Self::DoubledHeader
            | Self::MalformedHeader
            | Self::WrongOrder
            | Self::DoubledTime
            | Self::MalformedRequest
            | Self::Doubled(_)
            | Self::Missing(_)
            | Self::MalformedBody => StatusCode::BAD_REQUEST,
        }
    }

    /// Will Dintero try a session callback again after this status?
    pub fn is_retried(self) -> bool {
        self.status().is_server_error()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingHeader => "the request has no signature",
            Self::DoubledHeader => "the request has several signature headers",
            Self::MalformedHeader => "the signature header is malformed",
            Self::DoubledTime => "the signature header has several times",
            Self::UnknownScheme => "the signature is of an unknown scheme",
            Self::Stale => "the signature is too old",
            Self::Future => "the signature is from the future",
            Self::WrongHost => "the signature is for another host than the public URL",
            Self::WrongOrder => "the signature is over a query that is not sorted",
            Self::WrongSignature => "no known secret made this signature",
            Self::MalformedRequest => "the request line is malformed",
            Self::Doubled(name) => return write!(f, "`{name}` is there more than once"),
            Self::Missing(name) => return write!(f, "`{name}` is missing"),
            Self::MalformedBody => "the body is malformed",
            Self::UnreadBody => "the body could not be read",
        })
    }
}

impl std::error::Error for Refusal {}
