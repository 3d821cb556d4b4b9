//! How a client is configured. Whatever is wrong is said at once.

mod build;
mod check;
mod env;

use std::ffi::OsString;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

#[cfg(any(fuzzing, test))]
pub(crate) use check::base_url;
pub(crate) use check::check_account;

use crate::clock::{Clock, SystemClock};
use crate::credentials::TokenSource;
use crate::data::Violations;
use crate::handle::Handle;
use crate::{Retry, RetryPolicy};

const API_URL: &str = "https://api.dintero.com";
const CHECKOUT_URL: &str = "https://checkout.dintero.com";
/// Money operations can take long at the payment provider; shop plug-ins that began with less had to raise it to this.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Connecting takes milliseconds; what takes longer than this is a network that loses packets.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Three attempts that time out.
const DEADLINE: Duration = Duration::from_secs(90);
/// Many times the largest list or report, small enough for a small server.
const BODY_LIMIT: u64 = 32 << 20;
/// Below the idle time-outs of common load balancers (60 s), so that a call seldom meets a connection that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);

/// Configuration of a client. `T` is what [`build`](Self::build) gives: a [`Handle`], or the umbrella client around one.
///
/// An account and one kind of credentials are needed; everything else has a default.
#[must_use = "a builder does nothing until it builds"]
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
    names: Names,
    violations: Violations,
    gives: PhantomData<fn() -> T>,
}

/// What the settings are called where they come from, for the sentence of an error.
struct Names {
    account: &'static str,
    id: &'static str,
    secret: &'static str,
    api_url: &'static str,
    checkout_url: &'static str,
}

impl<T: From<Handle>> Builder<T> {
    pub(crate) fn empty() -> Self {
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
            names: Names {
                account: "account",
                id: "client id",
                secret: "client secret",
                api_url: "api_url",
                checkout_url: "checkout_url",
            },
            violations: Violations::default(),
            gives: PhantomData,
        }
    }

    /// An empty configuration.
    #[allow(
        clippy::new_without_default,
        reason = "a configuration without an account is no default"
    )]
    pub fn new() -> Self {
        Self::empty()
    }

    /// Reads the environment: `DINTERO_ACCOUNT_ID`, `DINTERO_CLIENT_ID` and `DINTERO_CLIENT_SECRET` are required,
    /// `DINTERO_API_URL` and `DINTERO_CHECKOUT_URL` are not. A variable that is empty counts as missing. What is missing or
    /// malformed is said by [`build`](Self::build), all at once. A URL that was set before stays when its variable is missing.
    pub fn environment(self) -> Self {
        self.environment_from(|name| std::env::var_os(name))
    }

    /// Reads the same variables as [`environment`](Self::environment) from `lookup`.
    pub fn environment_from(self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        self.read_environment(&lookup)
    }

    /// The account: `T` (test) or `P` (production) and 8 digits.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// The account or partner that owns the API client, when it is not the account itself: `T` or `P` and 3 or 8 digits. The
    /// token is asked for there; its audience is the account.
    pub fn owner(mut self, id: impl Into<String>) -> Self {
        self.owner = Some(id.into());
        self
    }

    /// Client id and secret of an API client. The usual credentials: tokens are got and renewed by themselves.
    pub fn client_credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some((Some(id.into()), Some(SecretString::from(secret.into()))));
        self
    }

    /// A token that is ready. It is not renewed.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(SecretString::from(token.into()));
        self
    }

    /// An API key, sent as `x-api-key`. Dintero documents it for administrative operations only.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// A source of tokens of your own.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The API host, `https://api.dintero.com` by default. Test and production accounts use the same. It must be https, unless
    /// the host is the loopback; it may have a path, to which `/v1/…` is added,
    /// so it must not end in the version itself.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// The Checkout host, `https://checkout.dintero.com` by default. The rules are those of [`api_url`](Self::api_url).
    pub fn checkout_url(mut self, url: impl Into<String>) -> Self {
        self.checkout_url = Some(url.into());
        self
    }

    /// Added to `User-Agent: dintero-rust/<version>`. Name your program and its version: Dintero's support sees it.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// The system the client works for, such as the shop platform (`Dintero-System-Name`, `-Version`), at most 120 characters
    /// each. Dintero stores it with the transaction.
    pub fn system(self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.with_header("dintero-system-name", name.into())
            .with_header("dintero-system-version", version.into())
    }

    /// The plug-in the client is part of (`Dintero-System-Plugin-Name`, `-Version`), at most 120 characters each.
    pub fn plugin(self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.with_header("dintero-system-plugin-name", name.into())
            .with_header("dintero-system-plugin-version", version.into())
    }

    /// Toggles for every call (`Dintero-Feature-Toggles`), such as `strict-session-amounts`.
    pub fn feature_toggles(self, toggles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let toggles: Vec<String> = toggles.into_iter().map(Into::into).collect();
        self.with_header("dintero-feature-toggles", toggles.join(","))
    }

    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// How long one attempt may take, from connecting to the last byte: 30 s by default, since money operations wait for the
    /// payment provider.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take: 10 s by default. A request that cannot connect was not sent and is safe to repeat.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a whole call may take, token, attempts and pauses included: 90 s by default, three attempts that time out.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How calls are repeated: a [`RetryPolicy`], which says the defaults and their reasons, or a [`Retry`] of your own.
    pub fn retry(mut self, policy: impl Retry) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// The largest body of an answer, in bytes after decompression: 32 MB (33,554,432) by default. It is enforced while reading.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// A `reqwest::Client` of your own, for a proxy, certificates or a pool you share.
    ///
    /// Then these are up to you: redirects off (`redirect::Policy::none()`, or a token may follow a redirect to another host and
    /// a request that moves money may be sent twice: a call that was redirected ends in an error, but only afterwards), reqwest's own repeats off (`retry(reqwest::retry::never())`; they are on
    /// by default), no proxy for an http host, a connect time-out, `gzip(true)`, no default headers that identify anybody.
    /// [`proxy`](Self::proxy) and [`connect_timeout`](Self::connect_timeout) have no effect.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// A proxy for all calls but those to the loopback, `http://` or `https://`, with or without user and password. Without it
    /// the variables of the environment count (`HTTPS_PROXY`, `NO_PROXY`), except when a configured host is the loopback.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// The clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            // Settings in the wrong order put a secret here.
            .field(
                "account",
                &self.account.as_deref().filter(|id| check::is_account(id)),
            )
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
