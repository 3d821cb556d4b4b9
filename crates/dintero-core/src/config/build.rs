//! Validation of all settings, and construction of a handle.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};
use reqwest::Url;
use secrecy::ExposeSecret;

use super::check::{base_url, check_secret};
use super::{API_URL, Builder, CHECKOUT_URL, POOL_IDLE};
use crate::Error;
use crate::account::{check_account, check_owner};
use crate::credentials::{Credentials, api_key, basic, bearer};
use crate::data::Violations;
use crate::drift::Drifts;
use crate::error::Kind;
use crate::handle::{Handle, Shared};
use crate::options::{NO_HEADER, set_header};
use crate::retry::Budget;
use crate::token::{ClientCredentialsSource, TokenCache};

impl<T: From<Handle>> Builder<T> {
    /// Validates the settings and builds the client. Nothing is sent and no task is started.
    ///
    /// # Errors
    /// Returns one error ([`is_configuration`](Error::is_configuration)) that names every setting that is missing or malformed.
    pub fn build(mut self) -> Result<T, Error> {
        let mut violations = std::mem::take(&mut self.violations);
        let account = self.account.take().unwrap_or_default();
        check_account(self.names.account, &account, &mut violations);
        if let Some(owner) = &self.owner {
            check_owner(owner, &mut violations);
        }
        let api = self.api_url.as_deref().unwrap_or(API_URL);
        let api_url = base_url(self.names.api_url, api, &mut violations);
        let checkout = self.checkout_url.as_deref().unwrap_or(CHECKOUT_URL);
        let checkout_url = base_url(self.names.checkout_url, checkout, &mut violations);
        for (name, is_zero) in [
            ("timeout", self.timeout.is_zero()),
            ("connect_timeout", self.connect_timeout.is_zero()),
            ("deadline", self.deadline.is_zero()),
            ("body_limit", self.body_limit == 0),
        ] {
            if is_zero {
                violations.push(name, "must be more than 0");
            }
        }
        let headers = self.default_headers(&mut violations);
        self.check_credentials(&mut violations);
        let plain = [&api_url, &checkout_url]
            .iter()
            .any(|url| url.as_deref().is_some_and(|url| url.starts_with("http:")));
        let http = self.http(plain, &mut violations);
        let root = |url: &Option<String>| url.as_deref().and_then(|url| Url::parse(url).ok());
        let roots = root(&api_url).zip(root(&checkout_url));
        let (Some(http), Some(api_url), Some(checkout_url), Some((api_root, checkout_root)), true) =
            (http, api_url, checkout_url, roots, violations.is_empty())
        else {
            return Err(Error::new(Kind::Configuration(violations)));
        };
        let Some(credentials) = self.credentials(&http, &headers) else {
            violations.push("credentials", "are required");
            return Err(Error::new(Kind::Configuration(violations)));
        };
        let shared = Shared {
            http,
            api_url: api_url.into(),
            api_root,
            checkout_url: checkout_url.into(),
            checkout_root,
            owner: self.owner.map(Into::into),
            credentials,
            headers,
            timeout: self.timeout,
            deadline: self.deadline,
            retry: self.retry,
            body_limit: self.body_limit,
            clock: self.clock,
            budget: Budget::new(),
            tokens: TokenCache::default(),
            drifts: Arc::new(Drifts::new(self.on_drift)),
            locks: crate::confirm::Locks::default(),
        };
        Ok(T::from(Handle::new(Arc::new(shared), account.into())))
    }

    fn default_headers(&self, violations: &mut Violations) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            set_header(&mut headers, name, value, violations);
        }
        let mut agent = concat!("dintero-rust/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &self.user_agent_suffix {
            agent = format!("{agent} {suffix}");
        }
        match HeaderValue::from_str(&agent) {
            Ok(value) => drop(headers.insert(USER_AGENT, value)),
            Err(_) => violations.push("user_agent_suffix", NO_HEADER),
        }
        headers
    }

    fn check_credentials(&self, violations: &mut Violations) {
        let given = u8::from(self.client.is_some())
            + u8::from(self.bearer.is_some())
            + u8::from(self.api_key.is_some())
            + u8::from(self.source.is_some());
        match given {
            1 => {}
            0 => {
                let kinds = "client id and secret, a token, an API key or a token source";
                violations.push("credentials", format_args!("are required: {kinds}"));
            }
            _ => violations.push("credentials", "of more than one kind are given"),
        }
        if let Some((id, secret)) = &self.client {
            let id = id.as_deref().unwrap_or_default();
            check_secret(self.names.id, id, violations);
            if id.contains(':') {
                violations.push(self.names.id, "must not contain `:`");
            }
            let secret = secret.as_ref().map_or("", |secret| secret.expose_secret());
            check_secret(self.names.secret, secret, violations);
        }
        for (name, secret) in [("bearer token", &self.bearer), ("API key", &self.api_key)] {
            if let Some(secret) = secret {
                let before = violations.iter().count();
                check_secret(name, secret.expose_secret(), violations);
                if violations.iter().count() == before && bearer(secret).is_none() {
                    violations.push(name, NO_HEADER);
                }
            }
        }
    }

    fn credentials(&mut self, http: &reqwest::Client, headers: &HeaderMap) -> Option<Credentials> {
        if let Some((id, secret)) = self.client.take() {
            let basic = basic(&id?, &secret?)?;
            let source = Arc::new(ClientCredentialsSource {
                http: http.clone(),
                basic: basic.clone(),
                user_agent: headers.get(USER_AGENT)?.clone(),
                clock: self.clock.clone(),
            });
            return Some(Credentials::Client { basic, source });
        }
        if let Some(token) = self.bearer.take() {
            return bearer(&token).map(Credentials::Bearer);
        }
        if let Some(key) = self.api_key.take() {
            return api_key(&key).map(Credentials::ApiKey);
        }
        self.source.take().map(Credentials::Source)
    }

    fn http(&mut self, plain: bool, violations: &mut Violations) -> Option<reqwest::Client> {
        if let Some(http) = self.http.take() {
            if self.proxy.is_some() {
                let rule = "has no effect beside `http_client`: set it on that client";
                violations.push("proxy", rule);
            }
            return Some(http);
        }
        let mut builder = client_builder().connect_timeout(self.connect_timeout);
        match &self.proxy {
            Some(proxy) => match reqwest::Proxy::all(proxy.expose_secret()) {
                // Only the loopback may be http, and a proxy could read the token.
                Ok(proxy) => {
                    let loopback = reqwest::NoProxy::from_string("localhost,127.0.0.0/8,::1");
                    builder = builder.proxy(proxy.no_proxy(loopback));
                }
                Err(_) => violations.push("proxy", "is not the URL of a proxy"),
            },
            // A token for the loopback must not be sent unencrypted to a proxy of the environment.
            None if plain => builder = builder.no_proxy(),
            None => {}
        }
        let http = builder.build().ok();
        if http.is_none() {
            violations.push("", "the HTTP client cannot be built: check that a TLS feature (`rustls` or `native-tls`) is enabled and root certificates are installed");
        }
        http
    }
}

/// Returns the settings of the default HTTP client.
///
/// The retries of reqwest are off: a connection that the server closes gracefully (HTTP/2 GOAWAY) can fail a request that the
/// server still handles, and reqwest would send even a non-idempotent request again.
fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_idle_timeout(POOL_IDLE)
        .gzip(true)
        .referer(false)
}

#[cfg(test)]
mod tests;
