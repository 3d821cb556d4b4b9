//! How a client is configured. Whatever is wrong is said at once.

mod check;
mod env;

use std::ffi::OsString;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use check::check_account;
use check::{base_url, check_limit, check_owner, check_secret};

use crate::clock::{Clock, SystemClock};
use crate::credentials::{Credentials, TokenSource, bearer};
use crate::data::Problems;
use crate::error::Kind;
use crate::handle::{Handle, Shared, Slots};
use crate::options::set_header;
use crate::retry::Budget;
use crate::token::ClientCredentialsSource;
use crate::{Error, RetryPolicy};

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
    retry: RetryPolicy,
    body_limit: u64,
    http: Option<reqwest::Client>,
    proxy: Option<SecretString>,
    clock: Arc<dyn Clock>,
    names: Names,
    problems: Problems,
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
            retry: RetryPolicy::default(),
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
            problems: Problems::default(),
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
    /// malformed is said by [`build`](Self::build), all at once.
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
    /// the host is the loopback; it may have a path, to which `/v1/…` is added.
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

    /// How calls are repeated. See [`RetryPolicy`] for the defaults and their reasons.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The largest body of an answer, in bytes after decompression: 32 MB (33,554,432) by default. It is enforced while reading.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// A `reqwest::Client` of your own, for a proxy, certificates or a pool you share.
    ///
    /// Then these are up to you: redirects off (`redirect::Policy::none()`, or a token may follow a redirect to another host), a
    /// connect time-out, `gzip(true)`, no default headers that identify anybody, no retries of its own. [`proxy`](Self::proxy)
    /// and [`connect_timeout`](Self::connect_timeout) have no effect.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// A proxy for all calls, `http://` or `https://`, with or without user and password. Without it the variables of the
    /// environment count (`HTTPS_PROXY`, `NO_PROXY`), except when a configured host is the loopback.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// The clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks everything and builds. Nothing is sent and no task is started.
    ///
    /// # Errors
    /// One error ([`is_configuration`](Error::is_configuration)) that names everything that is missing or malformed.
    pub fn build(mut self) -> Result<T, Error> {
        let mut problems = std::mem::take(&mut self.problems);
        let account = self.account.take().unwrap_or_default();
        check_account(self.names.account, &account, &mut problems);
        if let Some(owner) = &self.owner {
            check_owner(owner, &mut problems);
        }
        let api_url = base_url(
            self.names.api_url,
            self.api_url.as_deref().unwrap_or(API_URL),
            &mut problems,
        );
        let checkout = self.checkout_url.as_deref().unwrap_or(CHECKOUT_URL);
        let checkout_url = base_url(self.names.checkout_url, checkout, &mut problems);
        for (name, length) in [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("deadline", self.deadline),
        ] {
            check_limit(name, length.is_zero(), &mut problems);
        }
        check_limit("body_limit", self.body_limit == 0, &mut problems);
        let headers = self.default_headers(&mut problems);
        self.check_credentials(&mut problems);
        let plain = [&api_url, &checkout_url]
            .iter()
            .any(|url| url.as_deref().is_some_and(|url| url.starts_with("http:")));
        let http = self.http_or_own(plain, &mut problems);
        let (Some(http), Some(api_url), Some(checkout_url), true) =
            (http, api_url, checkout_url, problems.is_empty())
        else {
            return Err(Error::new(Kind::Configuration(problems)));
        };
        let Some(credentials) = self.credentials(&http, &headers) else {
            problems.push("credentials", "are required");
            return Err(Error::new(Kind::Configuration(problems)));
        };
        let shared = Shared {
            http,
            api_url: api_url.into(),
            checkout_url: checkout_url.into(),
            owner: self.owner.map(Into::into),
            credentials,
            headers,
            timeout: self.timeout,
            deadline: self.deadline,
            retry: self.retry,
            body_limit: self.body_limit,
            clock: self.clock,
            budget: Budget::new(),
            slots: Slots::default(),
        };
        Ok(T::from(Handle::new(Arc::new(shared), account.into())))
    }

    fn default_headers(&self, problems: &mut Problems) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            set_header(&mut headers, name, value, problems);
        }
        let mut agent = concat!("dintero-rust/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &self.user_agent_suffix {
            agent = format!("{agent} {suffix}");
        }
        match HeaderValue::from_str(&agent) {
            Ok(value) => {
                headers.insert(USER_AGENT, value);
            }
            Err(_) => problems.push(
                "user_agent_suffix",
                "has characters that no header may have",
            ),
        }
        headers
    }

    fn check_credentials(&self, problems: &mut Problems) {
        let given = [
            self.client.is_some(),
            self.bearer.is_some(),
            self.api_key.is_some(),
            self.source.is_some(),
        ];
        match given.iter().filter(|given| **given).count() {
            1 => {}
            0 => problems.push(
                "credentials",
                "are required: client id and secret, a token, an API key or a token source",
            ),
            _ => problems.push("credentials", "of more than one kind are given"),
        }
        if let Some((id, secret)) = &self.client {
            let id = id.as_deref().unwrap_or_default();
            check_secret(self.names.id, id, problems);
            if id.contains(':') {
                problems.push(self.names.id, "must not contain `:`");
            }
            check_secret(
                self.names.secret,
                secret.as_ref().map_or("", |secret| secret.expose_secret()),
                problems,
            );
        }
        for (name, secret) in [("bearer token", &self.bearer), ("API key", &self.api_key)] {
            if let Some(secret) = secret {
                let before = problems.iter().count();
                check_secret(name, secret.expose_secret(), problems);
                if problems.iter().count() == before && bearer(secret).is_none() {
                    problems.push(name, "has characters that no header may have");
                }
            }
        }
    }

    fn credentials(&mut self, http: &reqwest::Client, headers: &HeaderMap) -> Option<Credentials> {
        if let Some((id, secret)) = self.client.take() {
            let (id, secret) = (id?, secret?);
            let source = Arc::new(ClientCredentialsSource {
                http: http.clone(),
                id: id.clone(),
                secret: secret.clone(),
                user_agent: headers.get(USER_AGENT)?.clone(),
                clock: self.clock.clone(),
            });
            return Some(Credentials::Client { id, secret, source });
        }
        let bearer = self.bearer.take().map(Credentials::Bearer);
        bearer
            .or_else(|| self.api_key.take().map(Credentials::ApiKey))
            .or_else(|| self.source.take().map(Credentials::Source))
    }

    fn http_or_own(&mut self, plain: bool, problems: &mut Problems) -> Option<reqwest::Client> {
        if let Some(http) = self.http.take() {
            if self.proxy.is_some() {
                problems.push(
                    "proxy",
                    "has no effect on an http_client of your own: set it there",
                );
            }
            return Some(http);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .gzip(true)
            .referer(false);
        match &self.proxy {
            Some(proxy) => match reqwest::Proxy::all(proxy.expose_secret()) {
                Ok(proxy) => builder = builder.proxy(proxy),
                Err(_) => problems.push("proxy", "is not a URL of a proxy"),
            },
            // A token for the loopback must not travel in the clear to a proxy of the environment.
            None if plain => builder = builder.no_proxy(),
            None => {}
        }
        match builder.build() {
            Ok(http) => Some(http),
            Err(_) => {
                problems.push("", "the HTTP client cannot start: is a TLS feature on (`rustls` or `native-tls`), are there root certificates?");
                None
            }
        }
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("account", &self.account)
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
