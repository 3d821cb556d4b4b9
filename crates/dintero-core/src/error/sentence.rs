//! The sentence a shop's developer reads: what happened, and what to do.

use std::fmt;

use super::{Error, Kind, WasSent};
use crate::audience::Foreign;
use crate::{Operation, RetryClass};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match (self.0.token_call, &self.0.account, self.0.operation) {
            (true, Some(account), _) => format!("the token for account {account}"),
            (true, None, _) => "the token".to_owned(),
            (false, _, Some(operation)) => format!("`{}`", operation.name()),
            (false, _, None) => "the request".to_owned(),
        };
        match &self.0.kind {
            Kind::Configuration(violations) => {
                return write!(
                    f,
                    "the client is not configured correctly: {violations}; correct this before building the client"
                );
            }
            Kind::InvalidRequest(violations) => {
                return write!(
                    f,
                    "{subject} was not sent because the request is not valid: {violations}; correct this and call again"
                );
            }
            Kind::Status => write!(f, "{subject} was answered with {}", Status(self))?,
            Kind::Timeout(limit) => write!(f, "{subject} had no answer within {limit:?}")?,
            Kind::Connect if self.0.sent == WasSent::Maybe => {
                write!(f, "{subject} found no connection in its last attempt")?;
            }
            Kind::Connect => write!(f, "{subject} was not sent because no connection came about")?,
            Kind::Refused => write!(f, "{subject} was turned away unread by the server")?,
            Kind::Redirected => write!(
                f,
                "{subject} was redirected, and the HTTP client it was given followed"
            )?,
            Kind::Broken => write!(
                f,
                "{subject} lost its connection before the answer was complete"
            )?,
            Kind::TooLarge(limit) => write!(
                f,
                "{subject} succeeded, but the answer is larger than the limit of {limit} bytes"
            )?,
            Kind::Decode(fault) => {
                write!(
                    f,
                    "{subject} succeeded, but the answer does not fit its type: "
                )?;
                match fault.path() {
                    Some(path) => write!(f, "`{path}`: {}", fault.reason())?,
                    None => f.write_str(fault.reason())?,
                }
            }
            Kind::TokenSource => write!(
                f,
                "{subject} could not be had because the token source failed"
            )?,
        }
        self.details(f)?;
        write!(f, "; {}", self.advice())
    }
}

impl Error {
    /// Facts in brackets: code, request id, attempts.
    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facts = Vec::new();
        if let Some(status) = self
            .0
            .status
            .filter(|_| !matches!(self.0.kind, Kind::Status))
        {
            facts.push(format!("status {}", status.as_u16()));
        }
        if let Some(code) = self.code().filter(|code| is_word(code)) {
            facts.push(format!("code {code}"));
        }
        if let Some(id) = self.request_id().filter(|id| is_word(id)) {
            facts.push(format!("request id {id}"));
        }
        if self.0.attempts > 1 {
            facts.push(format!(
                "{} attempts in {:.1} s",
                self.0.attempts,
                self.0.elapsed.as_secs_f64()
            ));
        }
        if facts.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", facts.join(", "))
        }
    }

    fn advice(&self) -> String {
        if self.0.token_call {
            return self.token_advice();
        }
        let name = self.0.operation.map(Operation::name);
        match (&self.0.kind, self.status_u16()) {
            // This attempt was refused, but an earlier one may have been carried out.
            (Kind::Status, Some(401 | 429)) if self.0.sent == WasSent::Maybe => self.unknown_advice(),
            (Kind::Decode(_), _) => "it was carried out, so do not send it again; report the field, the raw body is in the error".to_owned(),
            (Kind::TooLarge(_), _) => "it was carried out; raise the body limit of the client, or ask for less at a time".to_owned(),
            (Kind::Timeout(_) | Kind::Broken, Some(200..=299)) => {
                "it was carried out, only its result got lost: read it instead of calling again".to_owned()
            }
            (Kind::Redirected, _) => "build that client with `redirect::Policy::none()`, and look at what the call did before you call it again".to_owned(),
            (Kind::Status, Some(401 | 403)) if self.0.foreign.is_some() => format!("it was not carried out; {}", self.foreign_advice()),
            (Kind::Connect, _) if self.0.sent == WasSent::No => "it is safe to call again; check the network and the configured host".to_owned(),
            (Kind::Status, Some(300..=399)) => "redirects are not followed; check the configured host".to_owned(),
            (Kind::Status, Some(401)) => "it was not carried out; check that the credentials belong to this account".to_owned(),
            (Kind::Status, Some(403)) => self.scope_advice(),
            (Kind::Status, Some(404)) => "check the id, and that it belongs to this account and host".to_owned(),
            (Kind::Status, Some(409)) => match self.0.operation.and_then(Operation::read_back) {
                Some(read) => format!("the current state does not allow it or it was done before: look with `{read}`"),
                None => "the current state does not allow it or it was done before: read the state before calling again".to_owned(),
            },
            (Kind::Status, Some(429)) => format!("it was not carried out; call again {}", self.when()),
            (Kind::Status, Some(400..=499)) if self.0.sent == WasSent::Yes => {
                format!("correct the request{}", name.map_or("", |_| " after the API's message and details, which are in the error"))
            }
            _ if self.0.sent == WasSent::No => "it was not sent, so it is safe to call again".to_owned(),
            _ => self.unknown_advice(),
        }
    }

    /// The outcome is unknown: what is safe depends on the class.
    fn unknown_advice(&self) -> String {
        match self
            .retry_class()
            .map(|class| (class, self.0.operation.and_then(Operation::read_back)))
        {
            Some((RetryClass::Idempotent, _)) => {
                format!("it is safe to call again {}", self.when())
            }
            Some((RetryClass::DuplicateTolerated, _)) => {
                "it may have been carried out; a duplicate does no harm, so call again".to_owned()
            }
            Some((RetryClass::NonIdempotent, Some(read))) => {
                format!(
                    "it may have been carried out and may have moved money: look with `{read}` before you call it again"
                )
            }
            _ => "it may have been carried out: look at what it did before you call it again"
                .to_owned(),
        }
    }

    fn foreign_advice(&self) -> &'static str {
        match self.0.foreign {
            Some(Foreign::Environment) => {
                "one of token and account is for tests and the other for production: use the credentials of this account"
            }
            _ => "the token is for another account: use the credentials of this account",
        }
    }

    fn scope_advice(&self) -> String {
        match self.0.operation.map_or(&[][..], Operation::scopes) {
            [] => "the client lacks a scope for it; add it to the API client's grants".to_owned(),
            [scope] => format!("the client lacks scope {scope}; add it to the API client's grants"),
            scopes => format!(
                "the client lacks a scope, one of {}; add it to the API client's grants",
                scopes.join(", ")
            ),
        }
    }

    fn token_advice(&self) -> String {
        let environment = match self.0.account.as_deref() {
            Some(account) if account.starts_with('T') => {
                "this test account (clients of production accounts do not work here)"
            }
            Some(_) => "this production account (clients of test accounts do not work here)",
            None => "this account",
        };
        match (&self.0.kind, self.status_u16()) {
            _ if self.is_mfa_required() => "a second factor is asked for, which is for users: use an API client's id and secret".to_owned(),
            (Kind::TokenSource, _) => "the error of the token source is the source of this one".to_owned(),
            (Kind::Status, Some(400 | 401 | 403 | 404)) if self.0.foreign.is_some() => "one of owner and account is for tests and the other for production: use an owner and credentials of this account's environment".to_owned(),
            (Kind::Status, Some(401)) => format!("check client id and secret, and that they belong to {environment}"),
            (Kind::Status, Some(403)) => format!("give the API client a grant for the audience of {environment}"),
            (Kind::Status, Some(400 | 404)) => "check the account id and the configured host".to_owned(),
            (Kind::Status, Some(429)) => format!("the call itself was not sent; call again {}", self.when()),
            (Kind::Redirected, _) => "build the HTTP client with `redirect::Policy::none()` and check the configured host".to_owned(),
            (Kind::Connect, _) => "check the network and the configured host, then call again".to_owned(),
            _ => "the call itself was not sent, so it is safe to call again".to_owned(),
        }
    }

    fn when(&self) -> String {
        match self.0.retry_after {
            Some(wait) => format!(
                "after {} s",
                wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
            ),
            None => "after some seconds".to_owned(),
        }
    }
}

/// `403 Forbidden`, without anything the server wrote itself.
struct Status<'a>(&'a Error);

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.status() {
            Some(status) => match status.canonical_reason() {
                Some(reason) => write!(f, "{} {reason}", status.as_u16()),
                None => write!(f, "{}", status.as_u16()),
            },
            None => f.write_str("an error"),
        }
    }
}

/// Short and made of the characters of codes and ids: safe to show.
fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b' ')
        })
        && text.bytes().filter(|byte| *byte == b' ').count() <= 3
}
