//! Credentials and access tokens.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// The future that [`TokenSource::token`] returns.
pub type TokenFuture = Pin<Box<dyn Future<Output = Result<AccessToken, Error>> + Send>>;

/// A source of access tokens, such as a vault, a sidecar, or a token exchange.
///
/// The client caches the token. It requests another one shortly before the token expires, and after the API refused it (401). Any
/// number of calls share one request. Closures are sources too:
///
/// ```
/// use std::time::Duration;
/// use dintero_core::{AccessToken, Error, Handle};
///
/// # fn main() -> Result<(), Error> {
/// let handle = Handle::builder()
///     .account("T12345678")
///     .token_source(|request: dintero_core::TokenRequest| async move {
///         let path = format!("/run/secrets/{}", request.account());
///         let text = std::fs::read_to_string(path).map_err(Error::from_token_source)?;
///         Ok(AccessToken::new(text.trim()).expires_in(Duration::from_secs(600)))
///     })
///     .build()?;
/// # let _ = handle;
/// # Ok(())
/// # }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Requests a new token. The future is dropped after 90 s, the default deadline of calls; the next call then requests again.
    fn token(&self, request: TokenRequest) -> TokenFuture;
}

impl<F, R> TokenSource for F
where
    F: Fn(TokenRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<AccessToken, Error>> + Send + 'static,
{
    fn token(&self, request: TokenRequest) -> TokenFuture {
        Box::pin(self(request))
    }
}

/// The account and audience of a requested token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenRequest {
    pub(crate) host: Arc<str>,
    pub(crate) owner: Arc<str>,
    pub(crate) account: Arc<str>,
}

impl TokenRequest {
    /// Returns the configured URL of the API host, without a trailing slash.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the account or partner that owns the API client: the account, unless the builder was given an owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Returns the account that the token is for.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the audience of the token. It names `https://api.dintero.com` with any configured host, as the API requires.
    pub fn audience(&self) -> String {
        format!("https://api.dintero.com/v1/accounts/{}", self.account)
    }
}

/// An access token and its lifetime. Zeroed on drop, and never shown.
///
/// The same holds for the header values made from it, but not for the buffers of the HTTP and TLS libraries.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub(crate) secret: SecretString,
    pub(crate) expires_in: Option<Duration>,
}

impl AccessToken {
    /// Creates a token without a lifetime, which is used until the API refuses it.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            secret: SecretString::from(token.into()),
            expires_in: None,
        }
    }

    /// Sets the lifetime, counted from the request of the token.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = Some(lifetime);
        self
    }
}

/// The validated credentials of a handle: a header, a source of tokens, or both for client id and secret.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) name: &'static str,
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    pub(crate) source: Option<Arc<dyn TokenSource>>,
}

pub(crate) fn basic(id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let pair = Zeroizing::new([id, ":", secret.expose_secret()].concat());
    let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(pair.as_bytes()));
    sensitive("Basic ", &encoded)
}

/// Returns a header value that does not show, and whose bytes are zeroed when the last request that holds it is dropped; `None` if a
/// header cannot hold it.
pub(crate) fn sensitive(scheme: &str, secret: &str) -> Option<HeaderValue> {
    let text = Zeroizing::new([scheme, secret].concat());
    if !text.is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;
