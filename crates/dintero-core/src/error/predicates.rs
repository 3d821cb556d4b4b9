//! The predicates of an error.

use super::{Error, Kind, WasSent};
use crate::RetryClass;
use crate::audience::TokenFault;
use crate::retry_after::is_transient;

impl Error {
    /// Returns `true` if the client could not be built because settings are missing or malformed. Nothing was sent. The message names
    /// every violation.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration(_))
    }

    /// Returns `true` if the request breaks a limit of the API. Nothing was sent. The message names every violation.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.0.kind, Kind::InvalidRequest(_))
    }

    /// Returns `true` if there is no valid token: the token call was refused or its response holds no token, a token source failed,
    /// or the API responded with 401 to a new token too. The last attempt was not carried out; see [`was_sent`](Self::was_sent) for
    /// earlier ones. Check client id and secret.
    pub fn is_authentication(&self) -> bool {
        let refused = matches!(self.status_u16(), Some(400 | 401 | 403 | 404));
        let no_token = matches!(self.0.kind, Kind::Decode(_) | Kind::TooLarge(_));
        (self.0.token_call && (refused || no_token))
            || self.status_u16() == Some(401)
            || matches!(self.0.kind, Kind::TokenSource)
    }

    /// Returns `true` if the API responded with 403: the client lacks a scope. The last attempt was not
    /// carried out; see [`was_sent`](Self::was_sent) for earlier ones. A token call that was
    /// refused is [`is_authentication`](Self::is_authentication) instead.
    pub fn is_forbidden(&self) -> bool {
        !self.0.token_call && self.status_u16() == Some(403)
    }

    /// Returns `true` if the API responded with 404: the account has no such resource, or the host is the wrong one.
    pub fn is_not_found(&self) -> bool {
        !self.0.token_call && self.status_u16() == Some(404)
    }

    /// Returns `true` if the API responded with 409: the current state does not allow the call, or it was carried out before. Read the
    /// state before calling again.
    pub fn is_conflict(&self) -> bool {
        self.status_u16() == Some(409)
    }

    /// Returns `true` if the API responded with 429. The last attempt was not carried out, unless
    /// [`was_sent`](Self::was_sent) is [`WasSent::Maybe`]: an earlier attempt may have been, or the 429 came over a kept HTTP/1.1
    /// connection and may have been sent before the request. Call again after
    /// [`retry_after`](Self::retry_after).
    pub fn is_rate_limited(&self) -> bool {
        self.status_u16() == Some(429)
    }

    /// Returns `true` if the call can be put back into a queue: it may succeed later, and a second request has no unwanted effect.
    /// That is the case after 429, and if the call provably was not carried out for a reason that may be transient. After an
    /// unknown outcome (timeout, broken connection, 408, 500, 502, 503, 504, 520 to 530, 598, 599) it is the case only if the
    /// [retry class](Self::retry_class) is idempotent or duplicate tolerated.
    pub fn is_retryable(&self) -> bool {
        let repeatable = matches!(
            self.retry_class(),
            Some(RetryClass::Idempotent | RetryClass::DuplicateTolerated)
        );
        let transient = match self.0.kind {
            Kind::Status => self.is_rate_limited() || self.0.status.is_some_and(is_transient),
            Kind::Timeout(_) | Kind::Connect(_) | Kind::Refused | Kind::Broken => true,
            Kind::TokenSource => true,
            _ => false,
        };
        transient
            && match self.was_sent() {
                WasSent::No => true,
                WasSent::Yes => repeatable || self.is_rate_limited(),
                WasSent::Maybe => repeatable,
            }
    }

    /// Returns `true` if the token is not for this account: the token call was refused because the client has no grant for its
    /// audience (403), or a token that the caller provided was refused and names another account. The last attempt was not
    /// carried out; see [`was_sent`](Self::was_sent) for earlier ones.
    pub fn is_wrong_audience(&self) -> bool {
        let no_grant = self.0.token_call && self.status_u16() == Some(403);
        let other = matches!(
            self.0.token_fault,
            Some(TokenFault::Account | TokenFault::Environment)
        );
        (no_grant && !self.is_mfa_required()) || other
    }

    /// Returns `true` if a token of production was used with a test account, or the reverse. The last attempt was not
    /// carried out; see [`was_sent`](Self::was_sent) for earlier ones.
    ///
    /// It is known if the token names its account. Client id and secret do not name their environment: the response to those of the
    /// other environment is 401, as for a wrong secret, and the message names both possibilities.
    pub fn is_wrong_environment(&self) -> bool {
        self.0.token_fault == Some(TokenFault::Environment)
    }

    /// Returns `true` if a timeout or deadline of this client passed. See [`was_sent`](Self::was_sent) for whether the request may
    /// have been carried out.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout(_))
    }

    /// Returns `true` if the connection could not be established (DNS, network, TLS), or the server refused the HTTP/2 stream without
    /// handling it, so the last attempt had no effect. An earlier one may have had: see [`was_sent`](Self::was_sent).
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_) | Kind::Refused)
    }

    /// Returns `true` if the connection was lost before the response was complete. The call may have been carried out, unless it was
    /// the [token call](Self::is_token_call) that failed.
    pub fn is_broken_connection(&self) -> bool {
        matches!(self.0.kind, Kind::Broken)
    }

    /// Returns `true` if the API reported success, but the body does not match its type or is too large. The call was carried out. A
    /// response of the token call that holds no token is [`is_authentication`](Self::is_authentication) instead.
    pub fn is_decode(&self) -> bool {
        !self.0.token_call && matches!(self.0.kind, Kind::Decode(_) | Kind::TooLarge(_))
    }

    /// Returns `true` if the server failed (5xx). The call may have been carried out, unless it was the
    /// [token call](Self::is_token_call) that failed.
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }

    /// Returns `true` if the token call requires a second factor. That happens to users, not to API clients: use client credentials.
    pub fn is_mfa_required(&self) -> bool {
        self.0.envelope.mfa
    }

    /// Returns `true` if no token could be obtained. The last attempt was not sent; see
    /// [`was_sent`](Self::was_sent) for earlier ones.
    pub fn is_token_call(&self) -> bool {
        self.0.token_call
    }
}
