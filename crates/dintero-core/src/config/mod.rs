//! The configuration of a client.

mod build;
mod check;

use std::ffi::OsString;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use build::ONLY_HTTPS;
#[cfg(any(fuzzing, test))]
pub(crate) use check::base_url;
pub use check::check_secret;

use crate::account::is_account;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{Credentials, TokenSource, basic, sensitive};
use crate::data::Violations;
use crate::drift::Callback;
use crate::handle::Handle;
use crate::http_clients::{Customize, Transport};
use crate::macros::{debug, setters};
use crate::options::NO_HEADER;
use crate::{Drift, Retry, RetryPolicy};
#[cfg(feature = "test-util")]
use {crate::Error, bytes::Bytes};

const CLIENT: &str = "client credentials";
const API_URL: &str = "https://api.dintero.com";
const CHECKOUT_URL: &str = "https://checkout.dintero.com";

/// A builder of a client. `T` is the type that [`build`](Self::build) returns: a [`Handle`], or a client that wraps one.
///
/// An account and one kind of credentials are required; all other settings have defaults.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<T = Handle> {
    account: Option<String>,
    owner: Option<String>,
    given: Vec<(Credentials, Violations)>,
    api_url: Option<String>,
    checkout_url: Option<String>,
    http_hosts: Vec<String>,
    user_agent_suffix: Option<String>,
    headers: Vec<(&'static str, String)>,
    timeout: Duration,
    connect_timeout: Duration,
    deadline: Duration,
    retry: Arc<dyn Retry>,
    body_limit: u64,
    http: Option<Arc<Customize>>,
    transport: Option<Arc<Transport>>,
    proxy: Option<SecretString>,
    clock: Arc<dyn Clock>,
    on_drift: Option<Arc<Callback>>,
    from_environment: bool,
    violations: Violations,
    target: PhantomData<fn() -> T>,
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
            given: Vec::new(),
            api_url: None,
            checkout_url: None,
            http_hosts: Vec::new(),
            user_agent_suffix: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(90),
            retry: Arc::new(RetryPolicy::default()),
            body_limit: 32 << 20,
            http: None,
            transport: None,
            proxy: None,
            clock: Arc::new(SystemClock),
            on_drift: None,
            from_environment: false,
            violations: Violations::default(),
            target: PhantomData,
        }
    }

    /// Reads the environment: `DINTERO_ACCOUNT_ID`, `DINTERO_CLIENT_ID` and `DINTERO_CLIENT_SECRET` are required,
    /// `DINTERO_API_URL`, `DINTERO_CHECKOUT_URL` and `DINTERO_ALLOW_HTTP` (names of hosts, separated by commas) are optional. An empty
    /// variable counts as missing. [`build`](Self::build) reports all that are missing or malformed. A URL that was set before is kept
    /// if its variable is missing.
    pub fn environment(self) -> Self {
        self.environment_from(|name| std::env::var_os(name))
    }

    /// Reads the same variables as [`environment`](Self::environment) from `lookup`.
    pub fn environment_from(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        self.from_environment = true;
        let mut violations = std::mem::take(&mut self.violations);
        let mut read = |name: &str| match lookup(name).map(OsString::into_string) {
            Some(Err(_)) => {
                violations.push(name, "is not valid UTF-8");
                None
            }
            text => text.and_then(Result::ok).filter(|text| !text.is_empty()),
        };
        self.account = read("DINTERO_ACCOUNT_ID");
        let id = read("DINTERO_CLIENT_ID").unwrap_or_default();
        let secret = read("DINTERO_CLIENT_SECRET").unwrap_or_default();
        // A missing variable must not replace the URL of a sandbox by that of production.
        self.api_url = read("DINTERO_API_URL").or(self.api_url);
        self.checkout_url = read("DINTERO_CHECKOUT_URL").or(self.checkout_url);
        let hosts = read("DINTERO_ALLOW_HTTP").unwrap_or_default();
        let hosts = hosts.split(',').map(str::trim);
        self.http_hosts.extend(hosts.map(str::to_owned));
        self.violations = violations;
        self.client(("DINTERO_CLIENT_ID", id), ("DINTERO_CLIENT_SECRET", secret))
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

    /// Permits http for this host, such as `sandbox` in a network of containers. The token then travels unencrypted, so neither a host
    /// of Dintero nor a production account is accepted.
    pub fn allow_http_for(mut self, host: impl Into<String>) -> Self {
        self.http_hosts.push(host.into());
        self
    }

    /// Sets client id and secret of an API client, the usual credentials. Tokens are requested and renewed automatically.
    pub fn client_credentials(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client(("client id", id.into()), ("client secret", secret.into()))
    }

    /// Sets a fixed access token, which is not renewed.
    pub fn bearer_token(self, token: impl Into<String>) -> Self {
        self.fixed("bearer token", AUTHORIZATION, "Bearer ", token.into())
    }

    /// Sets an API key, which is sent as `x-api-key`. Dintero documents it for administrative operations only.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        let header = HeaderName::from_static("x-api-key");
        self.fixed("API key", header, "", key.into())
    }

    /// Sets a source of access tokens.
    pub fn token_source(self, source: impl TokenSource) -> Self {
        self.give(
            "token source",
            None,
            Some(Arc::new(source)),
            Violations::default(),
        )
    }

    /// Calls a function instead of sending requests, for tests. Calls, tokens, retries and `confirm` go through it; the error it returns
    /// is that of an attempt, such as [`Error::from_timeout`](crate::Error::from_timeout) for a response that is lost. A
    /// [`ManualClock`](crate::ManualClock) keeps retries from waiting.
    ///
    /// ```
    /// let builder = dintero_core::Handle::builder()
    ///     .account("T12345678")
    ///     .bearer_token("token")
    ///     .transport(|request| match request.uri().path() {
    ///         "/v1/x" => Ok(http::Response::new(r#"{"id": 1}"#)),
    ///         _ => Err(dintero_core::Error::from_timeout(std::time::Duration::from_secs(30))),
    ///     });
    /// # builder.build().expect("configuration");
    /// ```
    #[cfg(feature = "test-util")]
    pub fn transport<B: Into<reqwest::Body>>(
        mut self,
        respond: impl Fn(http::Request<Bytes>) -> Result<http::Response<B>, Error>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.transport = Some(Arc::new(move |request| {
            let request = http::Request::<reqwest::Body>::try_from(request);
            let request = request.map_err(crate::exchange::failed)?;
            let bytes =
                |body: reqwest::Body| Bytes::copy_from_slice(body.as_bytes().unwrap_or(&[]));
            respond(request.map(bytes)).map(reqwest::Response::from)
        }));
        self
    }

    fn client(self, (id_name, id): (&str, String), (secret_name, secret): (&str, String)) -> Self {
        let mut violations = Violations::default();
        check_secret(id_name, &id, &mut violations);
        if id.contains(':') {
            violations.push(id_name, "must not contain `:`");
        }
        check_secret(secret_name, &secret, &mut violations);
        let basic = basic(&id, &SecretString::from(secret)).map(|basic| (AUTHORIZATION, basic));
        self.give(CLIENT, basic, None, violations)
    }

    fn fixed(self, name: &'static str, header: HeaderName, scheme: &str, secret: String) -> Self {
        let mut violations = Violations::default();
        check_secret(name, &secret, &mut violations);
        let secret = SecretString::from(secret);
        let secret = secret.expose_secret();
        let value = sensitive(scheme, secret);
        if violations.is_empty() && secret.contains(char::is_whitespace) {
            let scheme = if scheme.is_empty() {
                "its header"
            } else {
                "`Bearer`"
            };
            violations.push(
                name,
                format!("has white space: give it alone, without {scheme}"),
            );
        } else if violations.is_empty() && value.is_none() {
            violations.push(name, NO_HEADER);
        }
        self.give(name, value.map(|value| (header, value)), None, violations)
    }

    /// Sets credentials, which replace those of the same kind.
    fn give(
        mut self,
        name: &'static str,
        header: Option<(HeaderName, HeaderValue)>,
        source: Option<Arc<dyn TokenSource>>,
        violations: Violations,
    ) -> Self {
        let credentials = Credentials {
            name,
            header,
            source,
        };
        self.given.retain(|(given, _)| given.name != name);
        self.given.push((credentials, violations));
        self
    }

    fn name(&self, setting: &'static str, variable: &'static str) -> &'static str {
        match self.from_environment {
            true => variable,
            false => setting,
        }
    }

    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

setters! {
    impl[T: From<Handle>] Builder<T>:

    /// Sets the account: `T` (test) or `P` (production) and 8 digits.
    account(id: impl Into<String>): account = Some(id.into());

    /// Sets the account or partner that owns the API client, if it is not the account itself: `T` or `P` and 3 or 8 digits, with the
    /// same letter as the account. It issues the token, whose audience is the account.
    owner(id: impl Into<String>): owner = Some(id.into());

    /// Sets the URL of the API host. Default: `https://api.dintero.com`, for test and production accounts. It must be https, unless
    /// its host is a loopback address or [allowed](Self::allow_http_for), and of the same environment as
    /// [`checkout_url`](Self::checkout_url). It may have a path, but no version at its end, since `/v1/…` is appended.
    api_url(url: impl Into<String>): api_url = Some(url.into());

    /// Sets the URL of the Checkout host. Default: `https://checkout.dintero.com`. It is subject to the limits of
    /// [`api_url`](Self::api_url).
    ///
    /// A URL with `{aid}` in its path takes the place of host and version: `https://api.dintero.com/v1/accounts/{aid}/payments` is the
    /// base of "Payments API v2". Dintero documents that base for `pay_session` only; one guide of a third party uses it for sessions,
    /// transactions, captures, refunds and voids, and says that it does not list sessions. Whether it has the other operations of the
    /// Checkout API, and the same bodies, is not known and was not tried: use a client of its own for the calls that need it.
    checkout_url(url: impl Into<String>): checkout_url = Some(url.into());

    /// Appends name and version of the program to `User-Agent: dintero-rust/<version>`, which Dintero's support can see.
    user_agent_suffix(suffix: impl Into<String>): user_agent_suffix = Some(suffix.into());

    /// Sets the timeout of one attempt, from connecting to the last byte of the response. Default: 30 s, since captures and refunds
    /// wait for the payment provider.
    timeout(timeout: Duration): timeout = timeout;

    /// Sets the timeout of connecting. Default: 10 s. A request without a connection was not sent and can be retried.
    connect_timeout(timeout: Duration): connect_timeout = timeout;

    /// Sets the deadline of a whole call: token, attempts and delays. Default: 90 s, which is three attempts that time out.
    deadline(deadline: Duration): deadline = deadline;

    /// Sets how calls are retried: a [`RetryPolicy`], which documents the defaults and their reasons, or another [`Retry`].
    retry(policy: impl Retry): retry = Arc::new(policy);

    /// Sets the largest body of a response in bytes after decompression. Default: 32 MiB (33,554,432). Enforced while reading.
    body_limit(bytes: u64): body_limit = bytes;

    /// Changes settings of the HTTP client, such as certificates, name resolution or local address. It is built once for each Tokio
    /// runtime.
    ///
    /// Redirects and the retries of reqwest stay off, since they could send a non-idempotent request twice, and idle connections are
    /// closed after 45 s.
    ///
    /// ```no_run
    /// # fn build(ca: reqwest::Certificate) -> Result<dintero_core::Handle, dintero_core::Error> {
    /// dintero_core::Handle::builder()
    ///     .account("T12345678")
    ///     .client_credentials("id", "secret")
    ///     .http_client(move |client| client.tls_certs_merge([ca.clone()]))
    ///     .build()
    /// # }
    /// ```
    http_client(customize: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static): http = Some(Arc::new(customize));

    /// Sets a proxy for all calls except those to the loopback, `http://` or `https://`, with or without user and password. Default:
    /// the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`), but none if a configured host is the loopback over http. SOCKS requires the feature `socks`.
    proxy(url: impl Into<String>): proxy = Some(SecretString::from(url.into()));

    /// Sets a function that is called when a response has a field, an enum value or a status that the public documents do not know, or
    /// a field that does not fit its type: once for each of them and each operation. Default: none. The same is told as events of `tracing`
    /// with the target `dintero::drift`, once in a process.
    on_drift(listener: impl Fn(&Drift) + Send + Sync + 'static): on_drift = Some(Arc::new(listener));

    /// Sets the clock, for tests.
    clock(clock: impl Clock): clock = Arc::new(clock);
}

debug! {
    Builder<T>(self) {
        // A caller that confuses the settings may pass a secret here.
        account: self.account.as_deref().filter(|id| is_account(id)),
        timeout: self.timeout,
        deadline: self.deadline,
        body_limit: self.body_limit,
    }
}

#[cfg(test)]
mod tests;
