//! Why a callback is rejected, and the status to respond with.

use http::StatusCode;

use crate::messages::messages;

messages! {
    /// The reason why a callback or webhook is rejected. It holds nothing of the request but names of parameters.
    ///
    /// [`status`](Self::status) is the status to respond with.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum CallbackError {
        /// The request has no signature header. Either it is not from Dintero, or the account has no signature secret yet.
        MissingHeader => "the request has no signature",
        /// The request has several signature headers.
        DuplicateHeader => "the request has several signature headers",
        /// The signature header does not have the form that Dintero sends.
        MalformedHeader => "the signature header is malformed",
        /// The signature header has several timestamps.
        DuplicateTimestamp => "the signature header has several timestamps",
        /// The header has signatures, but none of a scheme that this version knows.
        UnknownScheme => "the signature has an unknown scheme",
        /// The signature is older than the tolerance: a replay, a late retry, or a local clock that is fast.
        Stale => "the signature is older than the tolerance; check the local clock",
        /// The signature is further in the future than the tolerance: a local clock that is slow.
        Future => "the signature is later than the local clock allows; check the clock",
        /// The signature is valid for the host that the request names, but not for the public URL of the verifier. Either the verifier is
        /// configured with the wrong URL, or the request was meant for another of your sites.
        WrongHost => "the signature is for another host than the public URL; check `public_url`",
        /// The signature is valid for the query as it was sent, not sorted as Dintero sorts it. The signer is not Dintero.
        UnsortedQuery => "the signature is for a query that is not sorted",
        /// No secret of the verifier matches the signature. The request is forged; or a proxy changed its path or query; or Dintero uses
        /// another account or secret.
        WrongSignature => "the signature matches no known secret; check the account and its secrets",
        /// The method, path or query of the request is not that of a callback.
        MalformedRequest => "the request line is malformed",
        /// None of the parameters that identify a payment is there; the first of them is named. The URL is not one of a session callback.
        Missing(name: &'static str) => "the parameter `{name}` is missing",
        /// The body, or the field that was asked for, does not match its type.
        MalformedBody => "the body does not match its type",
        /// The body is incomplete or too large.
        UnreadableBody => "the body could not be read",
    }
}

impl CallbackError {
    /// Returns the status to respond with.
    ///
    /// Dintero retries a session callback up to 20 times after 5xx, and never after 4xx. 503 is therefore for errors that a retry may
    /// overcome: a local clock, secret or public URL that is wrong, a signature that is too old, in case retries are signed anew, and
    /// everything with a valid signature. A forger gains nothing by it. 401 and 400 are for requests that Dintero did not sign. Webhooks
    /// are retried 5 times after anything but 2xx, express callbacks never.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MissingHeader => StatusCode::UNAUTHORIZED,
            Self::DuplicateHeader | Self::MalformedHeader | Self::DuplicateTimestamp => {
                StatusCode::BAD_REQUEST
            }
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns `true` if Dintero retries a session callback after this status.
    pub fn is_retried(self) -> bool {
        self.status().is_server_error()
    }
}

impl std::error::Error for CallbackError {}
