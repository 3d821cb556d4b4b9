//! Dintero's side, for tests of your own.

use std::fmt;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac};
use http::{HeaderValue, Method, Request};
use secrecy::SecretString;
use sha1::Sha1;
use url::Url;

use super::Refusal;
use super::canonical::{Line, keyed, mac, pairs, sorted};
use super::header::{SCHEME, SIGNATURE};

/// Signs callbacks and webhooks as Dintero does, so that you can test what receives them.
///
/// ```
/// use dintero::callback::{Refusal, Signer, Verifier};
/// use dintero::{Clock, ManualClock};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clock = ManualClock::new();
/// let verifier = Verifier::builder("T12345678")
///     .secret("s")
///     .public_url("https://shop.example.com")
///     .clock(clock.clone())
///     .build()?;
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
/// assert_eq!(verifier.verify(&request).err(), Some(Refusal::Stale));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Signer {
    account: String,
    secret: SecretString,
}

impl Signer {
    /// A signer for an account and its secret.
    pub fn new(account: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            secret: secret.into().into(),
        }
    }

    /// The value of `Dintero-Signature` for a request to this URL.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`] if it is no URL with a host.
    pub fn signature(
        &self,
        method: &Method,
        url: &str,
        at: SystemTime,
    ) -> Result<HeaderValue, Refusal> {
        let url = Url::parse(url).map_err(|_| Refusal::MalformedRequest)?;
        let time = at
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs();
        let line = Line {
            method: method.as_str(),
            host: url.host_str().ok_or(Refusal::MalformedRequest)?,
            path: url.path(),
            query: &sorted(pairs(url.query().unwrap_or_default())),
        };
        let mac = mac(&self.secret, &self.account, time, &line).finalize();
        let digest = hex::encode(mac.into_bytes());
        HeaderValue::try_from(format!("t={time},{SCHEME}={digest}"))
            .map_err(|_| Refusal::MalformedRequest)
    }

    /// The request that Dintero sends to a session's `callback_url`: the URL with these parameters added, signed. A GET, or a POST if the URL
    /// has `method=POST`; a body is yours to add, it is not signed.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`] if it is no URL with a host.
    pub fn session_callback(
        &self,
        callback_url: &str,
        parameters: &[(&str, &str)],
        at: SystemTime,
    ) -> Result<Request<()>, Refusal> {
        let mut url = Url::parse(callback_url).map_err(|_| Refusal::MalformedRequest)?;
        url.query_pairs_mut().extend_pairs(parameters);
        let post = pairs(url.query().unwrap_or_default())
            .iter()
            .any(|(name, value)| name == "method" && value == "POST");
        let method = if post { Method::POST } else { Method::GET };
        self.request(method, url.as_str(), at)
    }

    /// A signed request without body, such as one of an express callback.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`] if it is no URL with a host.
    pub fn request(
        &self,
        method: Method,
        url: &str,
        at: SystemTime,
    ) -> Result<Request<()>, Refusal> {
        let url = Url::parse(url).map_err(|_| Refusal::MalformedRequest)?;
        Request::builder()
            .header(SIGNATURE, self.signature(&method, url.as_str(), at)?)
            .method(method)
            // As a client sends it, not as it was written.
            .uri(url.as_str())
            .body(())
            .map_err(|_| Refusal::MalformedRequest)
    }
}

/// The value of `event-signature` for the body of a webhook under this secret.
pub fn sign_webhook(secret: &str, body: &[u8]) -> String {
    let mut mac = keyed::<Hmac<Sha1>>(&secret.to_owned().into());
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
