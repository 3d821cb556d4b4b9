//! What a client proves itself with.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// What [`TokenSource::token`] answers.
pub type TokenFuture = Pin<Box<dyn Future<Output = Result<AccessToken, Error>> + Send>>;

/// Gets access tokens in a way of your own: from a vault, a sidecar, or an exchange between accounts.
///
/// The client keeps what it gets: it asks again shortly before the token ends, and after the API refused it (401). However
/// many calls wait, there is one question at a time. Closures are sources too:
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
    /// Gets a new token. It is given up after 90 s, the default deadline of calls; the next call then asks again.
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

/// Which token is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenRequest {
    pub(crate) host: Arc<str>,
    pub(crate) owner: Arc<str>,
    pub(crate) account: Arc<str>,
}

impl TokenRequest {
    /// The configured URL of the API host, without a slash at the end.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The account or partner whose API client asks. It is the account, unless the builder named an owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The account the token is for.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The audience of the token. It names `https://api.dintero.com` whatever host is configured, as the API wants it.
    pub fn audience(&self) -> String {
        format!("https://api.dintero.com/v1/accounts/{}", self.account)
    }
}

/// An access token and how long it lives. Zeroed when dropped, and never shown.
///
/// So are the header values made from it. Out of reach are the buffers that requests and answers pass through in the HTTP and
/// TLS libraries: they are not zeroed.
#[derive(Clone)]
pub struct AccessToken {
    pub(crate) secret: SecretString,
    pub(crate) expires_in: Option<Duration>,
}

impl AccessToken {
    /// A token that is used until the API refuses it. Give it a life time with [`expires_in`](Self::expires_in) if there is one.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            secret: SecretString::from(token.into()),
            expires_in: None,
        }
    }

    /// Its life time, counted from when it was asked for.
    #[must_use]
    pub fn expires_in(mut self, life: Duration) -> Self {
        self.expires_in = Some(life);
        self
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// The credentials of a handle, after they were checked.
pub(crate) enum Credentials {
    /// Client id and secret, as a header; the source is the token call made with them.
    Client {
        basic: HeaderValue,
        source: Arc<dyn TokenSource>,
    },
    /// A token that is ready, as a header.
    Bearer(HeaderValue),
    /// An API key, sent as `x-api-key`.
    ApiKey(HeaderValue),
    /// A source of the user.
    Source(Arc<dyn TokenSource>),
}

impl Credentials {
    pub(crate) fn source(&self) -> Option<&Arc<dyn TokenSource>> {
        match self {
            Self::Client { source, .. } | Self::Source(source) => Some(source),
            Self::Bearer(_) | Self::ApiKey(_) => None,
        }
    }

    /// The kind alone, for Debug.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Client { .. } => "client credentials",
            Self::Bearer(_) => "bearer token",
            Self::ApiKey(_) => "API key",
            Self::Source(_) => "token source",
        }
    }
}

/// `Bearer …`. None when the token cannot stand in a header.
pub(crate) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    sensitive(&["Bearer ", token.expose_secret()])
}

/// `Basic …`.
pub(crate) fn basic(id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let pair = Zeroizing::new([id, ":", secret.expose_secret()].concat());
    let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(pair.as_bytes()));
    sensitive(&["Basic ", &encoded])
}

/// An API key.
pub(crate) fn api_key(key: &SecretString) -> Option<HeaderValue> {
    sensitive(&[key.expose_secret()])
}

/// A header value that does not show, and whose bytes are zeroed when the last request that holds it is gone.
fn sensitive(parts: &[&str]) -> Option<HeaderValue> {
    let text = Zeroizing::new(parts.concat());
    if !text.is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::SecretString;

    use super::{AccessToken, TokenRequest, basic, bearer};

    #[test]
    fn headers_are_made_as_the_standards_say_and_do_not_show() {
        let basic = basic("Aladdin", &SecretString::from("open sesame")).expect("header");
        assert_eq!(basic.as_bytes(), b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(format!("{basic:?}"), "Sensitive");
        for bad in ["a\nb", "a\0", "tøken"] {
            assert!(bearer(&SecretString::from(bad)).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_audience_names_the_real_host_whatever_is_configured() {
        let request = TokenRequest {
            host: "http://127.0.0.1:8400".into(),
            owner: "P111".into(),
            account: "T12345678".into(),
        };
        assert_eq!(
            request.audience(),
            "https://api.dintero.com/v1/accounts/T12345678"
        );
    }

    #[test]
    fn a_token_does_not_show() {
        let shown = format!(
            "{:?}",
            AccessToken::new("eyJ-secret").expires_in(Duration::from_secs(9))
        );
        assert_eq!(shown, "AccessToken { expires_in: Some(9s), .. }");
    }
}
