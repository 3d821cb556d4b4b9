//! The message of an error: what failed, and what to do.

use std::fmt;

use super::words::{identifier, words};
use super::{Error, Kind, WasSent};
use crate::audience::TokenFault;
use crate::data::Violation;
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
            Kind::Configuration(violations) => write!(
                f,
                "the client configuration is invalid: {violations}; correct it before building the client"
            ),
            Kind::InvalidRequest(violations) => write!(
                f,
                "{subject} was not sent because the request is invalid: {violations}; correct it and call again"
            ),
            _ => {
                let (event, details) = (self.event(), self.details());
                write!(f, "{subject} {event}{details}; {}", self.advice())
            }
        }
    }
}

impl Error {
    fn event(&self) -> String {
        match &self.0.kind {
            Kind::Status => format!("failed with status {}{}", self.status_text(), self.reason()),
            Kind::Timeout(limit) => format!("received no response within {limit:?}"),
            Kind::Connect(host) => {
                let what = match self.was_sent() {
                    WasSent::Maybe => "failed because for its last attempt",
                    _ => "was not sent because",
                };
                format!("{what} the connection to {host} could not be established")
            }
            Kind::Refused => "was refused by the server without handling it".to_owned(),
            Kind::TooLarge(limit) => {
                format!("succeeded, but the response is larger than the limit of {limit} bytes")
            }
            Kind::Decode(Violation { text: reason, .. }) => {
                let place = self.field().map(|path| format!("`{path}`: "));
                let place = place.unwrap_or_default();
                format!("succeeded, but the response could not be decoded: {place}{reason}")
            }
            Kind::TokenSource => "failed because the token source failed".to_owned(),
            _ => {
                "failed because the connection was lost before the response was complete".to_owned()
            }
        }
    }

    /// Returns what the API says about a malformed request: its words and the fields that it names.
    fn reason(&self) -> String {
        if self.0.token_call || !matches!(self.status_u16(), Some(400 | 422)) {
            return String::new();
        }
        let details = self.errors().iter().take(5).flat_map(|detail| {
            let names = ["path", "field", "message", "description"];
            names.map(|name| detail[name].as_str())
        });
        let texts = std::iter::once(self.message()).chain(details).flatten();
        let mut texts: Vec<String> = texts.map(words).filter(|text| !text.is_empty()).collect();
        texts.dedup();
        match &*texts {
            [] => String::new(),
            texts => format!(": {}", texts.join(", ")),
        }
    }

    fn details(&self) -> String {
        let status = self
            .status_u16()
            .filter(|_| !matches!(self.0.kind, Kind::Status));
        let code = self.code().and_then(identifier);
        let id = self.request_id().and_then(identifier);
        let seconds = self.0.elapsed.as_secs_f64();
        let attempts = Some(self.0.attempts).filter(|attempts| *attempts > 1);
        let facts = [
            status.map(|status| format!("status {status}")),
            code.map(|code| format!("code {code}")),
            id.map(|id| format!("request id {id}")),
            attempts.map(|attempts| format!("{attempts} attempts in {seconds:.1} s")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        match &*facts {
            [] => String::new(),
            facts => format!(" ({})", facts.join(", ")),
        }
    }

    fn advice(&self) -> String {
        if let Some(advice) = self.0.advice
            && self.was_sent() != WasSent::Maybe
        {
            return advice.to_owned();
        }
        match (&self.0.kind, self.status_u16()) {
            // This attempt was refused or had no token, but an earlier one may have been carried out.
            (Kind::Status, Some(300..=404 | 411 | 413 | 414 | 421 | 429 | 431)) if self.was_sent() == WasSent::Maybe => self.unknown_advice(),
            _ if self.0.token_call && self.was_sent() == WasSent::Maybe => self.unknown_advice(),
            _ if self.0.token_call => self.token_advice(),
            (Kind::Decode(_), _) => "the call was carried out, so do not send it again; report the field, the error holds the body".to_owned(),
            (Kind::TooLarge(_), _) => "the call was carried out; raise the body limit of the client, or request less at a time".to_owned(),
            (Kind::Timeout(_) | Kind::Broken, Some(200..=299)) => {
                "the call was carried out, and only its result was lost: read the result instead of calling again".to_owned()
            }
            (Kind::Status, Some(401 | 403)) if self.0.token_fault.is_some() => format!("the call was not carried out; {}", self.token_fault_advice()),
            (Kind::Connect(_), _) if self.was_sent() == WasSent::No => "the call can be sent again; check the network, the proxy and the configured host".to_owned(),
            (Kind::Status, Some(300..=399)) => "redirects are not followed; check the configured host".to_owned(),
            (Kind::Status, Some(401)) => "the call was not carried out; check that the credentials belong to this account".to_owned(),
            (Kind::Status, Some(403)) => self.scope_advice(),
            (Kind::Status, Some(404)) => "check the id, and that it belongs to this account and host".to_owned(),
            (Kind::Status, Some(409)) => match self.0.operation.and_then(Operation::read_back) {
                Some(read) => format!("the current state does not allow the call, or it was carried out before: read the state with `{read}`"),
                None => "the current state does not allow the call, or it was carried out before: read the state before calling again".to_owned(),
            },
            (Kind::Status, Some(429)) => format!("the call was not carried out; call again {}", self.when()),
            (Kind::Status, Some(421)) => "the call was not handled: the connection was for another host; check the proxy and the configured host".to_owned(),
            (Kind::Status, Some(411 | 413 | 414 | 431)) => "the call was not handled: a server or proxy does not accept a request of this form or size".to_owned(),
            (Kind::Status, Some(400..=499)) if self.was_sent() == WasSent::Yes => {
                "correct the request; `message()` and `errors()` return what the API says about it".to_owned()
            }
            _ if self.was_sent() == WasSent::No => "the call was not carried out and can be sent again".to_owned(),
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

    fn token_fault_advice(&self) -> &'static str {
        match self.0.token_fault {
            Some(TokenFault::Environment) => {
                "one of token and account is for tests and the other for production: use the credentials of this account"
            }
            Some(TokenFault::Expired) => {
                "the token has expired: set a new one, or use client credentials, which renew it"
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
        format!(
            "the call was not carried out; the client lacks {missing}: add it to the API client's grants"
        )
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
            _ if self.is_mfa_required() => {
                "a second factor is required, as for users: use an API client's id and secret"
                    .to_owned()
            }
            (Kind::TokenSource, _) => {
                "the error of the token source is the source of this error".to_owned()
            }
            (Kind::Status, Some(401)) => {
                format!("check client id and secret, and that they belong to {account}")
            }
            (Kind::Status, Some(403)) => {
                format!("give the API client a grant for the audience of {account}")
            }
            (Kind::Status, Some(400 | 404)) => {
                "check the account id and the configured host".to_owned()
            }
            (Kind::Status, Some(429)) => {
                format!("the call itself was not sent; call again {}", self.when())
            }
            (Kind::Connect(_), _) => {
                "check the network, the proxy and the configured host, then call again".to_owned()
            }
            _ => "the call itself was not sent and can be sent again".to_owned(),
        }
    }

    /// Returns `403 Forbidden`, without a reason phrase of the server.
    fn status_text(&self) -> String {
        match self.0.status {
            Some(status) if status.canonical_reason().is_some() => status.to_string(),
            Some(status) => status.as_str().to_owned(),
            None => "an error".to_owned(),
        }
    }

    fn when(&self) -> String {
        match self.0.retry_after {
            Some(wait) => format!("after {} s", wait.as_secs_f64().ceil()),
            None => "after a few seconds".to_owned(),
        }
    }
}
