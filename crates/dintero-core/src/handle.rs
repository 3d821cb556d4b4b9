//! What all clients share: credentials, connections, settings, bound to one account.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method};
use reqwest::Url;

use crate::clock::Clock;
use crate::config::{Builder, check_account};
use crate::credentials::{Credentials, TokenRequest};
use crate::data::Violations;
use crate::error::Kind;
use crate::retry::Budget;
use crate::token::Slot;
use crate::{Call, Error, Operation, Retry, Server};

/// The connection to Dintero for one account. Cheap to clone; clones and handles of other accounts share tokens, connections
/// and the retry budget.
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
    slot: Option<Arc<Slot>>,
}

/// What does not depend on the account.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) api_url: Arc<str>,
    pub(crate) api_root: Url,
    pub(crate) checkout_url: Arc<str>,
    pub(crate) checkout_root: Url,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) credentials: Credentials,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: Arc<dyn Retry>,
    pub(crate) body_limit: u64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: Budget,
    pub(crate) slots: Slots,
}

/// The token cache. Host, client and source are those of the `Shared` it belongs to; the request names owner and account,
/// hence the audience.
#[derive(Default)]
pub(crate) struct Slots(Mutex<HashMap<TokenRequest, Arc<Slot>>>);

impl Handle {
    /// Starts the configuration of a handle.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(shared: Arc<Shared>, account: Arc<str>) -> Self {
        let slot = shared.credentials.source().map(|source| {
            let request = TokenRequest {
                host: shared.api_url.clone(),
                owner: shared.owner.clone().unwrap_or_else(|| account.clone()),
                account: account.clone(),
            };
            let mut slots = shared
                .slots
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let new = || {
                Arc::new(Slot::new(
                    request.clone(),
                    source.clone(),
                    shared.clock.clone(),
                ))
            };
            slots.entry(request.clone()).or_insert_with(new).clone()
        });
        Self(Arc::new(Bound {
            shared,
            account,
            slot,
        }))
    }

    /// A handle to another account, with the same credentials, connections and settings. Its token is its own, since a token is
    /// bound to one account.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration) when it is no account id (`T` or `P` and 8 digits).
    pub fn for_account(&self, account: impl AsRef<str>) -> Result<Self, Error> {
        let account = account.as_ref();
        let mut violations = Violations::default();
        check_account("account", account, &mut violations);
        if !violations.is_empty() {
            return Err(Error::new(Kind::Configuration(violations)));
        }
        Ok(Self::new(self.0.shared.clone(), account.into()))
    }

    /// The id of the account, `T` or `P` and 8 digits.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    /// Whether the account is a test account (`T…`), where no money moves.
    pub fn is_test(&self) -> bool {
        self.account().starts_with('T')
    }

    /// Whether the account is a production account (`P…`).
    pub fn is_production(&self) -> bool {
        !self.is_test()
    }

    /// Starts a call of an operation. Generated code uses this.
    pub fn call(&self, operation: &'static Operation) -> Call {
        Call::operation(self.clone(), operation)
    }

    /// Starts a call of an endpoint that the generated clients lack, with the same authentication, retries and errors.
    ///
    /// `path` is the whole path with its version, such as `/v1/accounts/{aid}/hooks/subscriptions`. Variables are filled by
    /// [`Call::path`], `{aid}` by the account. Unless [`Call::class`] says otherwise, anything but GET, HEAD, OPTIONS, PUT and
    /// DELETE is taken to move money and is not repeated when its outcome is unknown.
    pub fn request(&self, method: Method, path: &str) -> Call {
        Call::raw(self.clone(), method, path)
    }

    /// The clock it goes by, for code around it that waits.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.shared.clock.clone()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    pub(crate) fn slot(&self) -> Option<&Arc<Slot>> {
        self.0.slot.as_ref()
    }

    pub(crate) fn account_arc(&self) -> Arc<str> {
        self.0.account.clone()
    }

    pub(crate) fn default_headers(&self) -> &HeaderMap {
        &self.0.shared.headers
    }

    /// The URL of a path on one of the two configured hosts, and on no other: only path and query are set.
    pub(crate) fn url(&self, server: Server, path: &str, query: &str) -> Option<Url> {
        let root = match server {
            Server::Api => &self.0.shared.api_root,
            Server::Checkout => &self.0.shared.checkout_root,
        };
        if !path.starts_with('/') {
            return None;
        }
        // To parse the whole URL for each call would cost as much as all else that the client does for it.
        let mut url = root.clone();
        match root.path() {
            "/" => url.set_path(path),
            below => url.set_path(&[below.trim_end_matches('/'), path].concat()),
        }
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        Some(url)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.0.shared;
        f.debug_struct("Handle")
            .field("account", &self.0.account)
            .field("api_url", &shared.api_url)
            .field("checkout_url", &shared.checkout_url)
            .field("credentials", &shared.credentials.name())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Handle;
    use crate::{Call, CallOptions, Error, Response, Server};

    fn handle() -> Handle {
        let builder = Handle::builder()
            .account("P12345678")
            .client_credentials("the-id", "the-secret");
        builder
            .api_url("http://localhost:8400/prefix/")
            .build()
            .expect("configuration")
    }

    #[test]
    fn handles_and_calls_can_move_between_threads() {
        fn both<T: Send + Sync + 'static>() {}
        fn send<T: Send>(_: T) {}
        both::<Handle>();
        both::<Error>();
        both::<CallOptions>();
        both::<Response<String>>();
        fn future(call: Call) -> impl Future {
            call.send::<String>()
        }
        send(future(handle().request(http::Method::GET, "/v1/x")));
    }

    #[test]
    fn a_configured_url_may_have_a_path_of_its_own() {
        let url = handle()
            .url(Server::Api, "/v1/accounts/P12345678", "a=b")
            .expect("url");
        assert_eq!(
            url.as_str(),
            "http://localhost:8400/prefix/v1/accounts/P12345678?a=b"
        );
        let url = handle()
            .url(Server::Checkout, "/v1/sessions", "")
            .expect("url");
        assert_eq!(url.as_str(), "https://checkout.dintero.com/v1/sessions");
        assert_eq!(handle().url(Server::Checkout, ".evil.example/v1", ""), None);
    }

    #[test]
    fn handles_of_accounts_share_what_is_shared() {
        let handle = handle();
        assert!(handle.is_production());
        let other = handle.for_account("T87654321").expect("account");
        assert!(other.is_test());
        assert!(std::ptr::eq(handle.shared(), other.shared()));
        let again = other.for_account("P12345678").expect("account");
        let same = handle
            .slot()
            .zip(again.slot())
            .is_some_and(|(a, b)| std::sync::Arc::ptr_eq(a, b));
        assert!(same, "one account has one token, whichever handle asks");
        assert!(
            handle
                .for_account("P1")
                .is_err_and(|error| error.is_configuration())
        );
    }

    #[test]
    fn debug_names_the_kind_of_credentials_and_no_more() {
        let shown = format!("{:?}", handle());
        assert!(
            shown.contains("client credentials") && shown.contains("P12345678"),
            "{shown}"
        );
        assert!(
            !shown.contains("the-id") && !shown.contains("the-secret"),
            "{shown}"
        );
    }
}
