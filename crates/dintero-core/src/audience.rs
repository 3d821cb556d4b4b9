//! The audience of a refused token, as far as the token itself names it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use serde::Deserialize;

use crate::account;
use crate::data::OneOrMany;

/// How the account of a token differs from the account of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AudienceMismatch {
    /// Another account of the same environment.
    Account,
    /// A test account instead of a production account, or the reverse.
    Environment,
}

impl AudienceMismatch {
    /// Compares the environments of two accounts or partners, which their first letters tell.
    pub(crate) fn environment(one: &str, other: &str) -> Option<Self> {
        (one.bytes().next() != other.bytes().next()).then_some(Self::Environment)
    }

    /// Compares the audience of a JWT in an `Authorization` header with the account of a call. The token is not verified, since
    /// its audience only explains a refusal. Returns `None` if they match or the token names no account.
    pub(crate) fn of_token(header: &HeaderValue, account: &str) -> Option<Self> {
        let token = header.as_bytes().strip_prefix(b"Bearer ")?;
        let payload = token.split(|byte| *byte == b'.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let audiences = claims.aud.iter();
        let accounts: Vec<&str> = audiences
            .filter_map(|audience| account_of(audience))
            .collect();
        let other = accounts.first().filter(|_| !accounts.contains(&account))?;
        Self::environment(other, account).or(Some(Self::Account))
    }
}

#[derive(Deserialize)]
struct Claims {
    aud: OneOrMany<String>,
}

/// Returns the account in `https://api.dintero.com/v1/accounts/T12345678`.
fn account_of(audience: &str) -> Option<&str> {
    let (_, rest) = audience.split_once("/accounts/")?;
    let account = rest.split('/').next()?;
    account::digits(account).map(|_| account)
}

#[cfg(test)]
mod tests;
