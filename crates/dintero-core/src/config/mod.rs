//! The configuration of a client.

mod build;
mod check;
mod env;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

#[cfg(any(fuzzing, test))]
pub(crate) use check::base_url;

use crate::account::is_account;
use crate::clock::{Clock, SystemClock};
use crate::credentials::TokenSource;
use crate::data::Violations;
use crate::drift::Callback;
use crate::handle::Handle;
use crate::{Drift, Retry, RetryPolicy};

const API_URL: &str = "https://api.dintero.com";
const CHECKOUT_URL: &str = "https://checkout.dintero.com";
/// Captures and refunds can take long at the payment provider; shop plug-ins with a shorter timeout had to raise it to this.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Connecting takes milliseconds; a network that takes longer than this loses packets.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Three attempts that time out.
const DEADLINE: Duration = Duration::from_secs(90);
/// Many times the size of the largest list or report, and still small for a small server.
const BODY_LIMIT: u64 = 32 << 20;
/// Below the idle timeouts of common load balancers (60 s), so that calls seldom use a connection that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);

/// A builder of a client. `T` is the type that [`build`](Self::build) returns: a [`Handle`], or a client that wraps one.
///
/// An account and one kind of credentials are required; all other settings have defaults.
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<T = Handle> {
    account: Option<String>,
    owner: Option<String>,
    client: Option<(Option<String>, Option<SecretString>)>,
    bearer: Option<SecretString>,
    api_key: Option<SecretString>,
    source: Option<Arc<dyn TokenSource>>,
    api_url: Option<String>,
    checkout_url: Option<String>,
    user_agent_suffix: Option<String>,
    headers: Vec<(&'static str, String)>,
    timeout: Duration,
    connect_timeout: Duration,
    deadline: Duration,
    retry: Arc<dyn Retry>,
    body_limit: u64,
    http: Option<reqwest::Client>,
    proxy: Option<SecretString>,
    clock: Arc<dyn Clock>,
    on_drift: Option<Arc<Callback>>,
    names: Names,
    violations: Violations,
    target: PhantomData<fn() -> T>,
}

/// The names of settings in error messages, which depend on where the settings come from.
struct Names {
    account: &'static str,
    id: &'static str,
    secret: &'static str,
    api_url: &'static str,
    checkout_url: &'static str,
}

impl Handle {
    /// Creates a builder of a handle.
    pub fn builder() -> Builder {
        Builder::new()
    }
}

impl<T: From<Handle>> Builder<T> {
    /// Creates a builder with the default settings.
    #[allow(
        clippy::new_without_default,
        reason = "without an account there is no default configuration"
    )]
    pub fn new() -> Self {
        Self {
            account: None,
            owner: None,
            client: None,
            bearer: None,
            api_key: None,
            source: None,
            api_url: None,
            checkout_url: None,
            user_agent_suffix: None,
            headers: Vec::new(),
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            deadline: DEADLINE,
            retry: Arc::new(RetryPolicy::default()),
            body_limit: BODY_LIMIT,
            http: None,
            proxy: None,
            clock: Arc::new(SystemClock),
            on_drift: None,
            names: Names {
                account: "account",
                id: "client id",
                secret: "client secret",
                api_url: "api_url",
                checkout_url: "checkout_url",
            },
            violations: Violations::default(),
            target: PhantomData,
        }
    }

    /// Reads the environment: `DINTERO_ACCOUNT_ID`, `DINTERO_CLIENT_ID` and `DINTERO_CLIENT_SECRET` are required,
    /// `DINTERO_API_URL` and `DINTERO_CHECKOUT_URL` are optional. An empty variable counts as missing. [`build`](Self::build) reports
    /// all that are missing or malformed. A URL that was set before is kept if its variable is missing.
    pub fn environment(self) -> Self {
        self.environment_from(|name| std::env::var_os(name))
    }

    /// Sets the account: `T` (test) or `P` (production) and 8 digits.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets the account or partner that owns the API client, if it is not the account itself: `T` or `P` and 3 or 8 digits. It
    /// issues the token, whose audience is the account.
    pub fn owner(mut self, id: impl Into<String>) -> Self {
        self.owner = Some(id.into());
        self
    }

    /// Sets client id and secret of an API client, the usual credentials. Tokens are requested and renewed automatically.
    pub fn client_credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some((Some(id.into()), Some(SecretString::from(secret.into()))));
        self
    }

    /// Sets a fixed access token, which is not renewed.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(SecretString::from(token.into()));
        self
    }

    /// Sets an API key, which is sent as `x-api-key`. Dintero documents it for administrative operations only.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// Sets a source of access tokens.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Sets the URL of the API host. Default: `https://api.dintero.com`, for test and production accounts. It must be https, unless
    /// its host is a loopback address. It may have a path, but no version at its end, since `/v1/…` is appended.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// Sets the URL of the Checkout host. Default: `https://checkout.dintero.com`. It is subject to the limits of
    /// [`api_url`](Self::api_url).
    ///
    /// A URL with `{aid}` in its path takes the place of host and version: `https://api.dintero.com/v1/accounts/{aid}/payments` is the
    /// base of "Payments API v2". Dintero documents that base for `pay_session` only; one guide of a third party uses it for sessions,
    /// transactions, captures, refunds and voids, and says that it does not list sessions. Whether it has the other operations of the
    /// Checkout API, and the same bodies, is not known and was not tried: use a client of its own for the calls that need it.
    pub fn checkout_url(mut self, url: impl Into<String>) -> Self {
        self.checkout_url = Some(url.into());
        self
    }

    /// Appends name and version of the program to `User-Agent: dintero-rust/<version>`, which Dintero's support can see.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets name and version of the system, such as the shop platform (`Dintero-System-Name`, `-Version`), at most 120 characters
    /// each. Dintero stores them with the transaction.
    pub fn system(self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.with_header("dintero-system-name", name.into())
            .with_header("dintero-system-version", version.into())
    }

    /// Sets name and version of the plug-in (`Dintero-System-Plugin-Name`, `-Version`), at most 120 characters each.
    pub fn plugin(self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.with_header("dintero-system-plugin-name", name.into())
            .with_header("dintero-system-plugin-version", version.into())
    }

    /// Sets the feature toggles of every call (`Dintero-Feature-Toggles`), such as `strict-session-amounts`.
    pub fn feature_toggles(self, toggles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let toggles: Vec<String> = toggles.into_iter().map(Into::into).collect();
        self.with_header("dintero-feature-toggles", toggles.join(","))
    }

    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Sets the timeout of one attempt, from connecting to the last byte of the response. Default: 30 s, since captures and refunds
    /// wait for the payment provider.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the timeout of connecting. Default: 10 s. A request without a connection was not sent and can be retried.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the deadline of a whole call: token, attempts and delays. Default: 90 s, which is three attempts that time out.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how calls are retried: a [`RetryPolicy`], which documents the defaults and their reasons, or another [`Retry`].
    pub fn retry(mut self, policy: impl Retry) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// Sets the largest body of a response in bytes after decompression. Default: 32 MiB (33,554,432). Enforced while reading.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets the HTTP client, for a proxy, certificates or a shared connection pool.
    ///
    /// The caller is then responsible for these settings:
    ///
    /// - `redirect(redirect::Policy::none())`. A redirect can take the token to another host and send a non-idempotent request twice;
    ///   a call that was redirected returns an error, but only afterwards.
    /// - `retry(reqwest::retry::never())`. The retries of reqwest are on by default.
    /// - No proxy for an http host, a connect timeout, `gzip(true)`, and no default headers that identify anybody.
    ///
    /// [`proxy`](Self::proxy) and [`connect_timeout`](Self::connect_timeout) have no effect.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Sets a proxy for all calls except those to the loopback, `http://` or `https://`, with or without user and password. Default:
    /// the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`), but none if a configured host is the loopback over http.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// Sets a function that is called when a response has a field, an enum value or a status that the public documents do not know, or
    /// a field that does not fit its type: once for each of them and each operation. Default: none. The same is told as events of `tracing`
    /// with the target `dintero::drift`, once in a process.
    pub fn on_drift(mut self, listener: impl Fn(&Drift) + Send + Sync + 'static) -> Self {
        self.on_drift = Some(Arc::new(listener));
        self
    }

    /// Sets the clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            // A caller that confuses the settings may pass a secret here.
            .field(
                "account",
                &self.account.as_deref().filter(|id| is_account(id)),
            )
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
