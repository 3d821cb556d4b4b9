//! The message of an error: what failed, and what to do.

use std::fmt;

use super::{Error, Kind, WasSent};
use crate::audience::AudienceMismatch;
use crate::{Operation, RetryClass};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match (self.0.token_call, &self.0.account, self.0.operation) {
            (true, Some(account), _) => format!("the token call for account {account}"),
            (true, None, _) => "the token call".to_owned(),
            (false, _, Some(operation)) => format!("`{}`", operation.name()),
            (false, _, None) => "the request".to_owned(),
        };
        match &self.0.kind {
            Kind::Configuration(violations) => {
                return write!(
                    f,
                    "the client configuration is invalid: {violations}; correct it before building the client"
                );
            }
            Kind::InvalidRequest(violations) => {
                return write!(
                    f,
                    "{subject} was not sent because the request is invalid: {violations}; correct it and call again"
                );
            }
            _ => write!(f, "{subject} {}", self.event())?,
        }
        self.details(f)?;
        write!(f, "; {}", self.advice())
    }
}

impl Error {
    /// Returns what happened, without the subject.
    fn event(&self) -> String {
        match &self.0.kind {
            Kind::Status => format!("failed with status {}", self.status_text()),
            Kind::Timeout(limit) => format!("received no response within {limit:?}"),
            Kind::Connect if self.0.sent == WasSent::Maybe => {
                "failed because the connection for its last attempt could not be established"
                    .to_owned()
            }
            Kind::Connect => {
                "was not sent because the connection could not be established".to_owned()
            }
            Kind::Refused => "was refused by the server without handling it".to_owned(),
            Kind::Redirected => {
                "was redirected, and the configured HTTP client followed the redirect".to_owned()
            }
            Kind::TooLarge(limit) => {
                format!("succeeded, but the response is larger than the limit of {limit} bytes")
            }
            Kind::Decode(error) => {
                let place = error.path().map(|path| format!("`{path}`: "));
                let (place, reason) = (place.unwrap_or_default(), error.reason());
                format!("succeeded, but the response could not be decoded: {place}{reason}")
            }
            Kind::TokenSource => "failed because the token source failed".to_owned(),
            _ => {
                "failed because the connection was lost before the response was complete".to_owned()
            }
        }
    }

    /// Writes status, code, request id and attempts in brackets.
    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self
            .status_u16()
            .filter(|_| !matches!(self.0.kind, Kind::Status));
        let code = self.code().filter(|code| is_identifier(code));
        let id = self.request_id().filter(|id| is_identifier(id));
        let seconds = self.0.elapsed.as_secs_f64();
        let attempts = Some(self.0.attempts).filter(|attempts| *attempts > 1);
        let facts = [
            status.map(|status| format!("status {status}")),
            code.map(|code| format!("code {code}")),
            id.map(|id| format!("request id {id}")),
            attempts.map(|attempts| format!("{attempts} attempts in {seconds:.1} s")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        if facts.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", facts.join(", "))
    }

    fn advice(&self) -> String {
        match (&self.0.kind, self.status_u16()) {
            // This attempt was refused or had no token, but an earlier one may have been carried out.
            (Kind::Status, Some(300..=404 | 429)) if self.0.sent == WasSent::Maybe => self.unknown_advice(),
            _ if self.0.token_call && self.0.sent == WasSent::Maybe => self.unknown_advice(),
            _ if self.0.token_call => self.token_advice(),
            (Kind::Decode(_), _) => "the call was carried out, so do not send it again; report the field, the error holds the body".to_owned(),
            (Kind::TooLarge(_), _) => "the call was carried out; raise the body limit of the client, or request less at a time".to_owned(),
            (Kind::Timeout(_) | Kind::Broken, Some(200..=299)) => {
                "the call was carried out, and only its result was lost: read the result instead of calling again".to_owned()
            }
            (Kind::Redirected, _) => "the call may have been carried out: read the outcome before calling again, and build the HTTP client with `redirect::Policy::none()`".to_owned(),
            (Kind::Status, Some(401 | 403)) if self.0.audience_mismatch.is_some() => format!("the call was not carried out; {}", self.audience_advice()),
            (Kind::Connect, _) if self.0.sent == WasSent::No => "the call can be sent again; check the network and the configured host".to_owned(),
            (Kind::Status, Some(300..=399)) => "redirects are not followed; check the configured host".to_owned(),
            (Kind::Status, Some(401)) => "the call was not carried out; check that the credentials belong to this account".to_owned(),
            (Kind::Status, Some(403)) => self.scope_advice(),
            (Kind::Status, Some(404)) => "check the id, and that it belongs to this account and host".to_owned(),
            (Kind::Status, Some(409)) => match self.0.operation.and_then(Operation::read_back) {
                Some(read) => format!("the current state does not allow the call, or it was carried out before: read the state with `{read}`"),
                None => "the current state does not allow the call, or it was carried out before: read the state before calling again".to_owned(),
            },
            (Kind::Status, Some(429)) => format!("the call was not carried out; call again {}", self.when()),
            (Kind::Status, Some(400..=499)) if self.0.sent == WasSent::Yes => {
                "correct the request; the error holds the message and the details of the API".to_owned()
            }
            _ if self.0.sent == WasSent::No => "the call was not carried out and can be sent again".to_owned(),
            _ => self.unknown_advice(),
        }
    }

    /// The outcome is unknown; the retry class tells whether the call can be sent again.
    fn unknown_advice(&self) -> String {
        let read_back = self.0.operation.and_then(Operation::read_back);
        match (self.retry_class(), read_back) {
            (Some(RetryClass::Idempotent), _) => format!(
                "the call may have been carried out, but is idempotent and can be sent again {}",
                self.when()
            ),
            (Some(RetryClass::DuplicateTolerated), _) => {
                "the call may have been carried out, but a duplicate is tolerated, so it can be sent again".to_owned()
            }
            (Some(RetryClass::NonIdempotent), Some(read)) => format!(
                "the call may have been carried out: read the outcome with `{read}` before calling again"
            ),
            _ => "the call may have been carried out: read the outcome before calling again".to_owned(),
        }
    }

    fn audience_advice(&self) -> &'static str {
        match self.0.audience_mismatch {
            Some(AudienceMismatch::Environment) => {
                "one of token and account is for tests and the other for production: use the credentials of this account"
            }
            _ => "the token is for another account: use the credentials of this account",
        }
    }

    fn scope_advice(&self) -> String {
        let missing = match self.0.operation.map_or(&[][..], Operation::scopes) {
            [] => "a scope".to_owned(),
            [scope] => format!("scope {scope}"),
            scopes => format!("a scope, one of {}", scopes.join(", ")),
        };
        format!("the client lacks {missing}; add it to the API client's grants")
    }

    fn token_advice(&self) -> String {
        let account = match self.0.account.as_deref() {
            Some(account) if account.starts_with('T') => {
                "this test account (clients of production accounts do not work here)"
            }
            Some(_) => "this production account (clients of test accounts do not work here)",
            None => "this account",
        };
        match (&self.0.kind, self.status_u16()) {
            _ if self.is_mfa_required() => "a second factor is required, as for users: use an API client's id and secret".to_owned(),
            (Kind::TokenSource, _) => "the error of the token source is the source of this error".to_owned(),
            (Kind::Status, Some(400 | 401 | 403 | 404)) if self.0.audience_mismatch.is_some() => "one of owner and account is for tests and the other for production: use an owner and credentials of this account's environment".to_owned(),
            (Kind::Status, Some(401)) => format!("check client id and secret, and that they belong to {account}"),
            (Kind::Status, Some(403)) => format!("give the API client a grant for the audience of {account}"),
            (Kind::Status, Some(400 | 404)) => "check the account id and the configured host".to_owned(),
            (Kind::Status, Some(429)) => format!("the call itself was not sent; call again {}", self.when()),
            (Kind::Redirected, _) => "build the HTTP client with `redirect::Policy::none()` and check the configured host".to_owned(),
            (Kind::Connect, _) => "check the network and the configured host, then call again".to_owned(),
            _ => "the call itself was not sent and can be sent again".to_owned(),
        }
    }

    /// Returns `403 Forbidden`, without a reason phrase of the server.
    fn status_text(&self) -> String {
        let Some(status) = self.0.status else {
            return "an error".to_owned();
        };
        match status.canonical_reason() {
            Some(reason) => format!("{} {reason}", status.as_u16()),
            None => status.as_u16().to_string(),
        }
    }

    fn when(&self) -> String {
        match self.0.retry_after {
            Some(wait) => format!("after {} s", wait.as_secs_f64().ceil()),
            None => "after a few seconds".to_owned(),
        }
    }
}

/// Returns `true` if `text` is short and consists of the characters of codes and ids, so that it may be shown.
fn is_identifier(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b' ')
        })
        && text.bytes().filter(|byte| *byte == b' ').count() <= 3
}
