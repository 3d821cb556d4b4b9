//! Signing as Dintero does, for your tests.

use std::time::{Duration, SystemTime};

use hmac_sha1_compact::HMAC;
use http::{HeaderValue, Method, Request};
use secrecy::SecretString;
use url::Url;

use super::CallbackError;
use super::header::{SCHEME, SIGNATURE};
use super::signature::{Parameters, SignedParts};

/// Signs callbacks as Dintero does, for tests of the code that receives them.
///
/// ```
/// use dintero::callback::{CallbackError, Signer, Verifier};
/// use dintero::{Clock, ManualClock};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clock = ManualClock::new();
/// let verifier = Verifier::new("T12345678", ["s"], "https://shop.example.com")?.clock(clock.clone());
/// let signer = Signer::new("T12345678", "s");
/// let request = signer.session_callback(
///     "https://shop.example.com/callback?shop=oslo",
///     &[("merchant_reference", "order-1"), ("time", "2026-01-01T00:00:00Z"), ("transaction_id", "T12345678.a")],
///     clock.wall(),
/// )?;
/// let callback = verifier.verify(&request)?.session_callback()?;
/// assert_eq!(callback.parameter("shop"), Some("oslo"));
///
/// clock.advance(std::time::Duration::from_secs(301));
/// assert_eq!(verifier.verify(&request).err(), Some(CallbackError::Stale));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Signer {
    account: String,
    secret: SecretString,
}

impl Signer {
    /// Creates a signer for an account and its secret.
    pub fn new(account: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            secret: secret.into().into(),
        }
    }

    /// Returns the value of `Dintero-Signature` for a request to this URL.
    ///
    /// # Errors
    /// [`CallbackError::MalformedRequest`] if the URL is malformed or has no host.
    pub fn signature(
        &self,
        method: &Method,
        url: &str,
        at: SystemTime,
    ) -> Result<HeaderValue, CallbackError> {
        let url = Url::parse(url).map_err(|_| CallbackError::MalformedRequest)?;
        let since_1970 = at.duration_since(SystemTime::UNIX_EPOCH);
        let time = since_1970.unwrap_or(Duration::ZERO).as_secs();
        let parts = SignedParts {
            account: &self.account,
            time,
            method: method.as_str(),
            host: url.host_str().ok_or(CallbackError::MalformedRequest)?,
            path: url.path(),
            query: &Parameters::parse(url.query().unwrap_or_default()).to_sorted_query(),
        };
        let digest = hex::encode(parts.mac(&self.secret));
        HeaderValue::try_from(format!("t={time},{SCHEME}={digest}"))
            .map_err(|_| CallbackError::MalformedRequest)
    }

    /// Returns the signed request that Dintero sends to a session's `callback_url` with these parameters added: a GET, or a POST if the
    /// URL has `method=POST`. The body of a POST is not signed, and left to the caller.
    ///
    /// # Errors
    /// [`CallbackError::MalformedRequest`] if the URL is malformed or has no host.
    pub fn session_callback(
        &self,
        callback_url: &str,
        parameters: &[(&str, &str)],
        at: SystemTime,
    ) -> Result<Request<()>, CallbackError> {
        let mut url = Url::parse(callback_url).map_err(|_| CallbackError::MalformedRequest)?;
        url.query_pairs_mut().extend_pairs(parameters);
        let post = url
            .query_pairs()
            .any(|(name, value)| name == "method" && value == "POST");
        let method = if post { Method::POST } else { Method::GET };
        self.request(method, url.as_str(), at)
    }

    /// Returns a signed request without a body, such as one of an express callback.
    ///
    /// # Errors
    /// [`CallbackError::MalformedRequest`] if the URL is malformed or has no host.
    pub fn request(
        &self,
        method: Method,
        url: &str,
        at: SystemTime,
    ) -> Result<Request<()>, CallbackError> {
        let url = Url::parse(url).map_err(|_| CallbackError::MalformedRequest)?;
        Request::builder()
            .header(SIGNATURE, self.signature(&method, url.as_str(), at)?)
            .method(method)
            // In the normalized form that a client sends.
            .uri(url.as_str())
            .body(())
            .map_err(|_| CallbackError::MalformedRequest)
    }
}

/// Returns the value of `event-signature` for the body of a webhook under this secret.
pub fn sign_webhook(secret: &str, body: &[u8]) -> String {
    hex::encode(HMAC::mac(body, secret.as_bytes()))
}
