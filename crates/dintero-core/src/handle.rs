//! The connection that the clients of all APIs share, bound to one account.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use reqwest::Url;

use crate::account::check_account;
use crate::audience::TokenFault;
use crate::clock::Clock;
use crate::config::ONLY_HTTPS;
use crate::confirm::Locks;
use crate::credentials::{Credentials, TokenRequest};
use crate::data::Violations;
use crate::drift::Drifts;
use crate::error::Kind;
use crate::http_clients::HttpClients;
use crate::macros::debug;
use crate::retry::Budget;
use crate::token::{CachedToken, TokenCache};
use crate::{Error, Retry, Server};

/// A connection to Dintero, bound to one account. Cheap to clone. Clones and handles of other accounts share the token cache,
/// connections and the retry budget.
///
/// ```
/// use dintero_core::Handle;
///
/// # fn main() -> Result<(), dintero_core::Error> {
/// let handle = Handle::builder().account("T12345678").client_credentials("id", "secret").build()?;
/// assert!(handle.is_test());
/// assert_eq!(handle.for_account("T87654321")?.account(), "T87654321");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Handle(Arc<Bound>);

struct Bound {
    shared: Arc<Shared>,
    account: Arc<str>,
    token: Option<Arc<CachedToken>>,
}

pub(crate) struct Shared {
    pub(crate) http: Arc<HttpClients>,
    pub(crate) api_url: Arc<str>,
    pub(crate) api_root: Url,
    pub(crate) checkout_url: Arc<str>,
    pub(crate) checkout_root: Url,
    pub(crate) allowed_http: bool,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) credentials: Credentials,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: Arc<dyn Retry>,
    pub(crate) body_limit: u64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: Budget,
    pub(crate) tokens: TokenCache,
    pub(crate) drifts: Arc<Drifts>,
    pub(crate) locks: Locks,
}

/// `{aid}` in the path of a parsed URL.
const ACCOUNT: &str = "%7Baid%7D";

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>, account: Arc<str>) -> Self {
        let token = shared.credentials.source.as_ref().map(|source| {
            let request = TokenRequest {
                host: shared.api_url.clone(),
                owner: shared.owner.clone().unwrap_or_else(|| account.clone()),
                account: account.clone(),
            };
            shared.tokens.entry(request, source, &shared.clock)
        });
        Self(Arc::new(Bound {
            shared,
            account,
            token,
        }))
    }

    /// Returns a handle of another account with the same credentials, connections and settings. A token is bound to one account, so
    /// the handle uses one of its own.
    ///
    /// # Errors
    /// Returns an error with [`is_configuration`](Error::is_configuration) if `account` is not `T` or `P` and 8 digits, or is not of the
    /// environment of the owner.
    pub fn for_account(&self, account: impl AsRef<str>) -> Result<Self, Error> {
        let account = account.as_ref();
        let mut violations = Violations::default();
        check_account("account", account, &mut violations);
        let shared = &self.0.shared;
        if shared.allowed_http && account.starts_with('P') {
            violations.push("account", ONLY_HTTPS);
        }
        let owner = shared.owner.as_deref().unwrap_or(account);
        if TokenFault::environment(owner, account).is_some() {
            violations.push("account", "must be of the environment of the owner");
        }
        if !violations.is_empty() {
            return Err(Error::new(Kind::Configuration(violations)));
        }
        Ok(Self::new(shared.clone(), account.into()))
    }

    /// Returns the id of the account, `T` or `P` and 8 digits.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    /// Returns `true` if the account is a test account (`T…`), which moves no money.
    pub fn is_test(&self) -> bool {
        self.account().starts_with('T')
    }

    /// Returns `true` if the account is a production account (`P…`).
    pub fn is_production(&self) -> bool {
        !self.is_test()
    }

    /// Returns the clock, for code that waits between calls.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.shared.clock.clone()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    pub(crate) fn token(&self) -> Option<&Arc<CachedToken>> {
        self.0.token.as_ref()
    }

    /// Returns the URL of a path on one of the two configured hosts. Only path and query are set, so no path leads to another host.
    pub(crate) fn url(&self, server: Server, path: &str, query: &str) -> Option<Url> {
        let root = match server {
            Server::Api => &self.0.shared.api_root,
            Server::Checkout => &self.0.shared.checkout_root,
        };
        if !path.starts_with('/') {
            return None;
        }
        // Parsing the whole URL for each call would take as long as everything else the client does for it.
        let mut url = root.clone();
        match root.path() {
            "/" => url.set_path(path),
            // A base with the account has the version before it.
            below if below.contains(ACCOUNT) => {
                let below = below.replace(ACCOUNT, self.account());
                url.set_path(&[&below, path.strip_prefix("/v1").unwrap_or(path)].concat());
            }
            below => url.set_path(&[below.trim_end_matches('/'), path].concat()),
        }
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        Some(url)
    }
}

debug! {
    Handle(self) {
        account: self.0.account,
        api_url: self.0.shared.api_url,
        checkout_url: self.0.shared.checkout_url,
        credentials: self.0.shared.credentials.name,
    }
}

#[cfg(test)]
mod tests;
