//! Why a token was refused, as far as the token itself tells.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use serde::Deserialize;

use crate::account;
use crate::data::OneOrMany;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Another account of the same environment.
    Account,
    /// A test account instead of a production account, or the reverse.
    Environment,
    /// The right account, but its time is over.
    Expired,
}

impl TokenFault {
    pub(crate) fn environment(one: &str, other: &str) -> Option<Self> {
        (one.bytes().next() != other.bytes().next()).then_some(Self::Environment)
    }

    /// Compares the audience of a JWT in an `Authorization` header with the account of a call, and its end with the time. The token is
    /// not verified, since its claims only explain a refusal. Returns `None` if they match or the token does not tell.
    pub(crate) fn of_token(header: &HeaderValue, account: &str, now: SystemTime) -> Option<Self> {
        let token = header.as_bytes().strip_prefix(b"Bearer ")?;
        let payload = token.split(|byte| *byte == b'.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let audiences = claims.aud.iter().flat_map(|aud| aud.iter());
        let accounts: Vec<&str> = audiences
            .filter_map(|audience| account_of(audience))
            .collect();
        if let Some(other) = accounts.first().filter(|_| !accounts.contains(&account)) {
            return Self::environment(other, account).or(Some(Self::Account));
        }
        let lifetime = Duration::try_from_secs_f64(claims.exp?).ok()?;
        let end = SystemTime::UNIX_EPOCH.checked_add(lifetime)?;
        (now >= end).then_some(Self::Expired)
    }
}

#[derive(Deserialize)]
struct Claims {
    aud: Option<OneOrMany<String>>,
    exp: Option<f64>,
}

fn account_of(audience: &str) -> Option<&str> {
    let (_, rest) = audience.split_once("/accounts/")?;
    let account = rest.split('/').next()?;
    account::digits(account).map(|_| account)
}

#[cfg(test)]
mod tests;
