//! Validation of all settings, and construction of a handle.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use secrecy::ExposeSecret;

use super::check::{base_url, check_environment, is_loopback};
use super::{API_URL, Builder, CHECKOUT_URL, CLIENT};
use crate::Error;
use crate::account::{check_account, check_owner};
use crate::audience::TokenFault;
use crate::credentials::Credentials;
use crate::data::Violations;
use crate::drift::Drifts;
use crate::error::Kind;
use crate::exchange::unusable;
use crate::handle::{Handle, Shared};
use crate::http_clients::HttpClients;
use crate::options::{NO_HEADER, set_header};
use crate::retry::Budget;
use crate::token::{ClientCredentialsSource, TokenCache};

pub(crate) const ONLY_HTTPS: &str = "is a production account, for which http is not permitted";

impl<T: From<Handle>> Builder<T> {
    /// Validates the settings and builds the client. Nothing is sent and no task is started.
    ///
    /// # Errors
    /// Returns one error ([`is_configuration`](Error::is_configuration)) that names every setting that is missing or malformed.
    pub fn build(mut self) -> Result<T, Error> {
        let mut violations = std::mem::take(&mut self.violations);
        let account = self.account.take().unwrap_or_default();
        let account_name = self.name("account", "DINTERO_ACCOUNT_ID");
        check_account(account_name, &account, &mut violations);
        if let Some(owner) = &self.owner {
            check_owner(owner, &mut violations);
            if violations.is_empty() && TokenFault::environment(owner, &account).is_some() {
                let rule = "and account must both be for tests (`T`) or for production (`P`)";
                violations.push("owner", rule);
            }
        }
        let of = |name, url: &Option<String>, default, violations: &mut _| {
            let url = url.as_deref().unwrap_or(default);
            base_url(name, url, &self.http_hosts, violations)
        };
        let name = self.name("api_url", "DINTERO_API_URL");
        let api = of(name, &self.api_url, API_URL, &mut violations);
        let name = self.name("checkout_url", "DINTERO_CHECKOUT_URL");
        let checkout = of(name, &self.checkout_url, CHECKOUT_URL, &mut violations);
        let roots = api.zip(checkout);
        if let Some(roots) = &roots {
            check_environment(roots, name, &mut violations);
        }
        let has =
            |is: fn(&Url) -> bool| roots.iter().any(|(api, checkout)| is(api) || is(checkout));
        let is_plain = has(|url| url.scheme() == "http");
        let needs_tls = self.transport.is_none() && has(|url| url.scheme() != "http");
        let allowed_http = has(|url| url.scheme() == "http" && !is_loopback(url));
        if allowed_http && account.starts_with('P') {
            violations.push(account_name, ONLY_HTTPS);
        }
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
        let proxy = self.checked_proxy(!is_plain && has(is_proxied), &mut violations);
        #[cfg(all(
            feature = "rustls-no-provider",
            not(any(feature = "rustls", feature = "rustls-ring"))
        ))]
        if rustls_lib::crypto::CryptoProvider::get_default().is_none() {
            violations.push("", "rustls has no crypto provider: install one before building the client, such as `rustls::crypto::ring::default_provider().install_default()`");
        }
        if needs_tls && !cfg!(any(feature = "rustls-no-provider", feature = "native-tls")) {
            violations.push("", "https requires a TLS feature, such as `rustls-ring`");
        }
        let given = self.one_kind(&mut violations).zip(roots);
        let Some((mut credentials, (api_root, checkout_root))) =
            given.filter(|_| violations.is_empty())
        else {
            return Err(Error::new(Kind::Configuration(violations)));
        };
        let http = Arc::new(self.http((is_plain, needs_tls), proxy)?);
        if let (CLIENT, Some((_, basic))) = (credentials.name, &credentials.header) {
            credentials.source = Some(Arc::new(ClientCredentialsSource {
                http: http.clone(),
                basic: basic.clone(),
                user_agent: headers[USER_AGENT].clone(),
                clock: self.clock.clone(),
            }));
        }
        let shared = Shared {
            http,
            api_url: without_slash(&api_root),
            api_root,
            checkout_url: without_slash(&checkout_root),
            checkout_root,
            allowed_http,
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

    fn one_kind(&mut self, violations: &mut Violations) -> Option<Credentials> {
        let kinds = "client id and secret, a token, an API key or a token source";
        match self.given.len() {
            0 => violations.push("credentials", format_args!("are required: {kinds}")),
            1 => {}
            _ => violations.push("credentials", "of more than one kind are given"),
        }
        let mut given = None;
        for (credentials, found) in self.given.drain(..) {
            violations.extend(found);
            given = Some(credentials);
        }
        given
    }

    fn checked_proxy(
        &self,
        is_proxied: bool,
        violations: &mut Violations,
    ) -> Option<reqwest::Proxy> {
        let Some(proxy) = &self.proxy else {
            // The one that reqwest takes.
            let first = |names: [&'static str; 2]| {
                let mut set = names.into_iter();
                let found = set.find_map(|name| Some((name, std::env::var_os(name)?)));
                found.filter(|(_, value)| !value.is_empty())
            };
            let used = first(["HTTPS_PROXY", "https_proxy"]);
            let used = used.or_else(|| first(["ALL_PROXY", "all_proxy"]));
            if let Some((name, value)) = used.filter(|_| is_proxied && self.http.is_none()) {
                check_proxy(name, value.to_str().unwrap_or_default(), violations);
            }
            return None;
        };
        // Only local hosts may be http, and a proxy could read the token.
        let local = reqwest::NoProxy::from_string("localhost,127.0.0.0/8,::1");
        let proxy = check_proxy("proxy", proxy.expose_secret(), violations)?;
        Some(proxy.no_proxy(local))
    }

    fn http(
        &mut self,
        (is_plain, needs_tls): (bool, bool),
        proxy: Option<reqwest::Proxy>,
    ) -> Result<HttpClients, Error> {
        let (own, connect_timeout) = (self.http.take(), self.connect_timeout);
        let transport = self.transport.take();
        let customize = move |client: reqwest::ClientBuilder| {
            let mut client = client.connect_timeout(connect_timeout);
            match &proxy {
                Some(proxy) => client = client.proxy(proxy.clone()),
                // A token for a local host must not be sent unencrypted to a proxy of the environment.
                None if is_plain => client = client.no_proxy(),
                None => {}
            }
            if !needs_tls {
                client = without_certificates(client);
            }
            match &own {
                Some(own) => own(client),
                None => client,
            }
        };
        HttpClients::new(Box::new(customize), transport).map_err(unusable)
    }
}

/// Returns `false` for a host that `NO_PROXY` names, which no proxy of the environment is used for.
fn is_proxied(url: &Url) -> bool {
    let mut names = ["NO_PROXY", "no_proxy"].into_iter();
    let excluded = names.find_map(|name| std::env::var(name).ok());
    let any = Matcher::builder().all("http://proxy");
    let any = any.no(excluded.unwrap_or_default()).build();
    let uri = url.as_str().parse();
    uri.is_ok_and(|uri| any.intercept(&uri).is_some())
}

/// Keeps the root certificates from being read, which may be missing where no TLS is used.
fn without_certificates(client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    let client = client.tls_certs_only([]);
    client
}

pub(super) fn without_slash(url: &Url) -> Arc<str> {
    url.as_str().trim_end_matches('/').into()
}

fn check_proxy(name: &str, url: &str, violations: &mut Violations) -> Option<reqwest::Proxy> {
    let uri: Option<http::Uri> = url.parse().ok();
    let scheme = uri.as_ref().map(|uri| uri.scheme_str().unwrap_or("http"));
    let is_socks = scheme.is_some_and(|scheme| scheme.to_ascii_lowercase().starts_with("socks"));
    if is_socks && cfg!(not(feature = "socks")) {
        violations.push(name, "is a SOCKS proxy, which requires the feature `socks`");
        return None;
    }
    let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let is_known = scheme.is_some_and(|scheme| known.contains(&scheme));
    let proxy = reqwest::Proxy::all(url).ok().filter(|_| is_known);
    if proxy.is_none() {
        violations.push(name, "is not the URL of a proxy");
    }
    proxy
}
