//! From settings to a handle: everything is checked before anything is made.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;

use super::check::{base_url, check_limit, check_owner, check_secret};
use super::{API_URL, Builder, CHECKOUT_URL, POOL_IDLE, check_account};
use crate::Error;
use crate::credentials::{Credentials, bearer};
use crate::data::Problems;
use crate::error::Kind;
use crate::handle::{Handle, Shared, Slots};
use crate::options::set_header;
use crate::retry::Budget;
use crate::token::ClientCredentialsSource;

impl<T: From<Handle>> Builder<T> {
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
