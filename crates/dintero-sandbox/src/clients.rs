//! API clients and their tokens.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::check::Check;
use crate::errors::{ApiError, ApiResult};

/// What the audience of a token begins with, on whichever host the token is fetched.
const AUDIENCE: &str = "https://api.dintero.com/v1/accounts/";
/// How many tokens live at a time; the one that expires first makes room.
const TOKENS: usize = 10_000;
/// What a client may do if nothing else is said: everything.
const ALL_SCOPES: [&str; 7] = [
    "admin:accounts",
    "admin:billing",
    "admin:checkout",
    "admin:reports",
    "admin:settlements",
    "admin:shopping",
    "admin:wallets",
];

/// An API client of the sandbox: id, secret, scopes, and the accounts it may request tokens for.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    scopes: Vec<String>,
    accounts: Vec<String>,
    owner: Option<String>,
}

impl Client {
    /// A client with all scopes, for the sandbox's own account.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            scopes: ALL_SCOPES.map(str::to_owned).to_vec(),
            accounts: Vec::new(),
            owner: None,
        }
    }

    /// Only these scopes, such as `write:checkout`.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// One more account (`T` or `P` and 8 digits) that the client may request tokens for. Without any, it is the sandbox's own.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.accounts.push(account.into());
        self
    }

    /// The owner id (`T` or `P` and 3 digits) that the client may also use in the path of the token call.
    #[must_use]
    pub fn with_owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    pub(crate) fn accounts_or(&self, own: &str) -> Vec<String> {
        if self.accounts.is_empty() {
            vec![own.to_owned()]
        } else {
            self.accounts.clone()
        }
    }

    /// What is wrong with the client's settings, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.id.is_empty() || self.id.contains(':') {
            return Some("a client id must not be empty or contain a colon");
        }
        if self.secret.is_empty() {
            return Some("a client secret must not be empty");
        }
        let accounts = self.accounts.iter().all(|a| is_account(a));
        (!accounts).then_some("an account id is T or P and 8 digits")
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Client");
        f.field("id", &self.id)
            .field("scopes", &self.scopes)
            .field("accounts", &self.accounts);
        f.finish_non_exhaustive()
    }
}

/// What a valid token allows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) account: String,
    scopes: Vec<String>,
}

impl Grant {
    /// Stands for calls that need no token, such as the payer's.
    pub(crate) fn public(account: &str) -> Self {
        Self {
            client_id: "payer".into(),
            account: account.into(),
            scopes: Vec::new(),
        }
    }

    /// Whether one of the scopes is granted; an operation without listed scopes needs none.
    pub(crate) fn allows(&self, wanted: &[&str]) -> bool {
        wanted.is_empty() || self.scopes.iter().any(|s| wanted.contains(&s.as_str()))
    }
}

/// The living tokens.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens(BTreeMap<String, (DateTime<Utc>, Grant)>);

impl Tokens {
    /// The token call: Basic auth, JSON body, audience.
    pub(crate) fn issue(&mut self, request: &TokenRequest<'_>) -> ApiResult<Value> {
        let (id, secret) = basic(request.headers)?;
        let known = request
            .clients
            .iter()
            .find(|c| c.id == id && same(&c.secret, &secret));
        let client = known
            .ok_or_else(|| ApiError::unauthorized("unknown client id or wrong client secret"))?;

        let audience = request.body["audience"].as_str().unwrap_or_default();
        let account = audience.strip_prefix(AUDIENCE).unwrap_or_default();
        let mut check = Check::default();
        let is_credentials = request.body["grant_type"] == "client_credentials";
        check.ensure(is_credentials, "grant_type", "must be client_credentials");
        let reason = format!("must be {AUDIENCE} and an account id");
        check.ensure(is_account(account), "audience", &reason);
        check.finish()?;

        let accounts = client.accounts_or(request.own_account);
        if !accounts.iter().any(|a| a == account) {
            return Err(ApiError::forbidden(
                "the audience is not granted to this client",
            ));
        }
        if !accounts.iter().any(|a| a == request.owner)
            && client.owner.as_deref() != Some(request.owner)
        {
            return Err(ApiError::forbidden(
                "the account in the path is not this client's",
            ));
        }

        self.make_room(request.now);
        let token = format!(
            "sandbox-{}{}",
            Uuid::new_v4().simple(),
            Uuid::new_v4().simple()
        );
        let life = TimeDelta::from_std(request.life).unwrap_or(TimeDelta::MAX);
        let expires = request
            .now
            .checked_add_signed(life)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let grant = Grant {
            client_id: client.id.clone(),
            account: account.into(),
            scopes: client.scopes.clone(),
        };
        self.0.insert(token.clone(), (expires, grant));
        Ok(
            json!({"access_token": token, "token_type": "Bearer", "expires_in": request.life.as_secs()}),
        )
    }

    /// The grant of the request's bearer token.
    pub(crate) fn grant(&self, headers: &HeaderMap, now: DateTime<Utc>) -> ApiResult<Grant> {
        let token = credentials(headers, "bearer")
            .ok_or_else(|| ApiError::unauthorized("a bearer token is required"))?;
        let (expires, grant) = self
            .0
            .get(token)
            .ok_or_else(|| ApiError::unauthorized("the token is not valid"))?;
        if now >= *expires {
            return Err(ApiError::unauthorized("the token has expired"));
        }
        Ok(grant.clone())
    }

    /// Makes the request's bearer token invalid.
    pub(crate) fn revoke_bearer(&mut self, headers: &HeaderMap) {
        if let Some(token) = credentials(headers, "bearer") {
            self.0.remove(token);
        }
    }

    /// Makes a token invalid.
    pub(crate) fn revoke(&mut self, token: &Value) {
        if let Some(token) = token.as_str() {
            self.0.remove(token);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        if self.0.len() < TOKENS {
            return;
        }
        self.0.retain(|_, (expires, _)| now < *expires);
        while self.0.len() >= TOKENS {
            let first = self
                .0
                .iter()
                .min_by_key(|(_, (expires, _))| *expires)
                .map(|(token, _)| token.clone());
            first.map(|token| self.0.remove(&token));
        }
    }
}

/// The parts of a token call.
pub(crate) struct TokenRequest<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) owner: &'a str,
    pub(crate) body: &'a Value,
    pub(crate) clients: &'a [Client],
    pub(crate) own_account: &'a str,
    pub(crate) life: Duration,
    pub(crate) now: DateTime<Utc>,
}

/// `T` or `P` and 8 digits.
pub(crate) fn is_account(id: &str) -> bool {
    id.len() == 9 && is_account_or_owner(id)
}

/// `T` or `P` and 3 or 8 digits.
pub(crate) fn is_account_or_owner(id: &str) -> bool {
    let digits = id.strip_prefix(['T', 'P']).unwrap_or_default();
    matches!(digits.len(), 3 | 8) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (found, rest) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest.trim())
}

fn basic(headers: &HeaderMap) -> ApiResult<(String, String)> {
    let missing = || {
        ApiError::unauthorized(
            "the token call needs Basic authentication with client id and secret",
        )
    };
    let bytes = BASE64_STANDARD
        .decode(credentials(headers, "basic").ok_or_else(missing)?)
        .map_err(|_| missing())?;
    let text = String::from_utf8(bytes).map_err(|_| missing())?;
    text.split_once(':')
        .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
        .ok_or_else(missing)
}

/// Compares without stopping at the first difference.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |diff, (x, y)| diff | (x ^ y))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_are_a_letter_and_eight_digits() {
        for (id, account, either) in [
            ("T12345678", true, true),
            ("P123", false, true),
            ("X12345678", false, false),
            ("T1234567é", false, false),
        ] {
            assert_eq!(
                (is_account(id), is_account_or_owner(id)),
                (account, either),
                "{id}"
            );
        }
    }

    #[test]
    fn debug_of_a_client_does_not_show_its_secret() {
        assert!(!format!("{:?}", Client::new("id", "hush-hush")).contains("hush-hush"));
    }

    #[test]
    fn tokens_are_bounded() {
        let mut tokens = Tokens::default();
        let clients = [Client::new("id", "secret")];
        let mut headers = HeaderMap::new();
        let basic = format!("Basic {}", BASE64_STANDARD.encode("id:secret"));
        headers.insert(AUTHORIZATION, basic.parse().expect("header"));
        let body =
            json!({"grant_type": "client_credentials", "audience": format!("{AUDIENCE}T12345678")});
        let request = TokenRequest {
            headers: &headers,
            owner: "T12345678",
            body: &body,
            clients: &clients,
            own_account: "T12345678",
            life: Duration::from_secs(60),
            now: DateTime::UNIX_EPOCH,
        };
        for _ in 0..TOKENS + 5 {
            tokens.issue(&request).expect("token");
        }
        assert_eq!(tokens.0.len(), TOKENS);
        let later = TokenRequest {
            now: DateTime::UNIX_EPOCH + TimeDelta::seconds(61),
            ..request
        };
        tokens.issue(&later).expect("token");
        assert_eq!(tokens.0.len(), 1);
    }
}
