//! API clients and their tokens.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::clock::later;
use crate::documents::OPERATIONS;
use crate::errors::{ApiError, ApiResult};
use crate::state::store::Store;

/// How many tokens are valid at a time; the oldest makes room.
const TOKENS: usize = 10_000;
/// An API client of the sandbox: id, secret, scopes, and the accounts that it may request tokens for.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) scopes: Vec<String>,
    accounts: Vec<String>,
}

impl Client {
    /// Creates a client with all scopes, for the sandbox's own account.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            scopes: all_scopes(),
            accounts: Vec::new(),
        }
    }

    /// Limits the client to these scopes, such as `write:checkout`.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an account (`T` or `P` and 8 digits) that the client may request tokens for. Without any, it is the
    /// sandbox's own.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.accounts.push(account.into());
        self
    }

    pub(crate) fn accounts_or(&self, own: &str) -> Vec<String> {
        match self.accounts.is_empty() {
            true => vec![own.to_owned()],
            false => self.accounts.clone(),
        }
    }

    pub(crate) fn validate(&self) -> Result<(), &'static str> {
        if self.id.is_empty() || self.id.contains(':') {
            return Err("a client id must not be empty or contain a colon");
        }
        if self.secret.is_empty() {
            return Err("a client secret must not be empty");
        }
        match self.accounts.iter().all(|account| is_account(account)) {
            true => Ok(()),
            false => Err("an account id is T or P and 8 digits"),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// Returns the scopes that allow everything.
fn all_scopes() -> Vec<String> {
    let scopes = OPERATIONS.iter().flat_map(|operation| &operation.scopes);
    let all: BTreeSet<_> = scopes.filter(|scope| scope.starts_with("admin:")).collect();
    all.into_iter().map(|scope| (*scope).to_owned()).collect()
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
}

impl Grant {
    pub(crate) fn public(account: &str) -> Self {
        Self {
            client_id: "payer".into(),
            account: account.into(),
            scopes: Vec::new(),
        }
    }

    /// Whether one of the scopes is granted; an operation without scopes needs none.
    pub(crate) fn allows(&self, wanted: &[&str]) -> bool {
        wanted.is_empty() || self.scopes.iter().any(|s| wanted.contains(&s.as_str()))
    }
}

/// The tokens that are valid, and until when.
pub(crate) type Tokens = Store<(DateTime<Utc>, Grant)>;

impl Tokens {
    /// All tokens live equally long, so that the oldest expires first.
    pub(crate) fn issue(&mut self, grant: Grant, life: Duration, now: DateTime<Utc>) -> String {
        self.keep_newest(TOKENS - 1);
        let random = || Uuid::new_v4().simple();
        let token = format!("sandbox-{}{}", random(), random());
        self.put(&token, (later(now, life), grant));
        token
    }

    pub(crate) fn grant(&self, headers: &HeaderMap, now: DateTime<Utc>) -> ApiResult<Grant> {
        let missing = || ApiError::unauthorized("a bearer token is required");
        let token = bearer(headers).ok_or_else(missing)?;
        match self.find(token) {
            None => Err(ApiError::unauthorized("the token is not valid")),
            Some((expires, _)) if now >= *expires => {
                Err(ApiError::unauthorized("the token has expired"))
            }
            Some((_, grant)) => Ok(grant.clone()),
        }
    }
}

pub(crate) fn is_account(id: &str) -> bool {
    id.len() == 9 && is_account_or_owner(id)
}

pub(crate) fn is_account_or_owner(id: &str) -> bool {
    let digits = id.strip_prefix(['T', 'P']).unwrap_or_default();
    matches!(digits.len(), 3 | 8) && digits.bytes().all(|b| b.is_ascii_digit())
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    credentials(headers, "bearer")
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (found, rest) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest.trim())
}

pub(crate) fn basic(headers: &HeaderMap) -> ApiResult<(String, String)> {
    let read = || {
        let encoded = credentials(headers, "basic")?;
        let bytes = BASE64_STANDARD.decode(encoded).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    };
    let message = "the token call needs Basic authentication with client id and secret";
    read().ok_or_else(|| ApiError::unauthorized(message))
}

#[cfg(test)]
mod tests;
