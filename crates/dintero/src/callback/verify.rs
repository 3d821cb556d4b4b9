//! The verifier of session and express callbacks, and its configuration.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dintero_core::{Clock, SystemClock, Violations, is_account};
use http::{HeaderMap, Method, Request, Uri};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use url::Url;

use super::header::{SIGNATURE, SignatureHeader, single};
use super::signature::{Parameters, SignedParts, checked_secrets};
use super::{CallbackError, SessionCallback};

/// Verifies that Dintero signed a request to your `callback_url` or to one of the express callback URLs. Cheap to clone.
///
/// ```
/// use dintero::callback::{CallbackError, SessionCallback, Verifier};
///
/// # fn main() -> Result<(), dintero::Violations> {
/// let verifier = Verifier::new("T12345678", ["the secret of the account"], "https://shop.example.com")?;
///
/// fn handle<B>(verifier: &Verifier, request: &http::Request<B>) -> Result<SessionCallback, CallbackError> {
///     verifier.verify(request)?.session_callback()
/// }
/// # let request = http::Request::get("/callback").body(()).expect("request");
/// # assert_eq!(handle(&verifier, &request).err(), Some(CallbackError::MissingHeader));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    inner: Arc<Settings>,
    as_of: Option<SystemTime>,
}

#[derive(Clone, Debug)]
struct Settings {
    account: String,
    secrets: Arc<[SecretString]>,
    public: Url,
    tolerance: Duration,
    clock: Arc<dyn Clock>,
}

/// A request that Dintero signed. The signature covers its method, host, path and query, not its body. Like a [`SessionCallback`], it can
/// be put into a queue of your own with serde.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    signed_at: SystemTime,
    delivery: Option<String>,
    parameters: Parameters,
}

impl Verifier {
    /// Creates a verifier for the callbacks of an account.
    ///
    /// Give both the old and the new secret during a rotation: a signature may match any of them. The public URL is that of your server,
    /// such as `https://shop.example.com`, with a path if a proxy strips that prefix. The signature covers this host; the `Host` header
    /// of a request is not trusted.
    ///
    /// # Errors
    /// All violations at once: an account that is not `T` or `P` and 8 digits, no secret or one that is empty or surrounded by white
    /// space, and a public URL that is neither https nor http, or has a query.
    pub fn new<S: Into<String>>(
        account: impl Into<String>,
        secrets: impl IntoIterator<Item = S>,
        public_url: impl AsRef<str>,
    ) -> Result<Self, Violations> {
        let account = account.into();
        let (secrets, mut violations) = checked_secrets(secrets);
        if !is_account(&account) {
            violations.push("account", "must be T or P and 8 digits");
        }
        let is_base = |url: &Url| {
            let is_http = matches!(url.scheme(), "https" | "http");
            is_http && url.query().is_none() && url.fragment().is_none()
        };
        let public = Url::parse(public_url.as_ref()).ok().filter(is_base);
        let Some(public) = public else {
            let reason = "must be a URL such as https://shop.example.com";
            violations.push("public_url", reason);
            return Err(violations);
        };
        if !violations.is_empty() {
            return Err(violations);
        }
        let settings = Settings {
            account,
            secrets,
            public,
            // Dintero recommends 5 minutes.
            tolerance: Duration::from_secs(5 * 60),
            clock: Arc::new(SystemClock),
        };
        Ok(Self {
            inner: Arc::new(settings),
            as_of: None,
        })
    }

    /// Sets how far the timestamp of a signature may deviate from the clock, in either direction. The default is 5 minutes, which Dintero
    /// recommends against replays. Whether each of up to 20 retries is signed anew is not documented: if late ones fail with
    /// [`CallbackError::Stale`], increase the tolerance, and store [`Verified::delivery`] for as long.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        Arc::make_mut(&mut self.inner).tolerance = tolerance;
        self
    }

    /// Sets the clock, for tests. The default is the system clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        Arc::make_mut(&mut self.inner).clock = Arc::new(clock);
        self
    }

    /// Returns a verifier that compares the times of signatures with this time instead of the clock's, for requests that were stored when
    /// they were received and are verified later. The time must be your own record, not one of the request.
    pub fn as_of(&self, received_at: SystemTime) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            as_of: Some(received_at),
        }
    }

    /// Verifies a request of any framework. The request must be as it was received, not rewritten by a router or decoded by a framework.
    ///
    /// # Errors
    /// [`CallbackError`] has the reason and the status to respond with.
    pub fn verify<B>(&self, request: &Request<B>) -> Result<Verified, CallbackError> {
        self.verify_parts(request.method(), request.uri(), request.headers())
    }

    /// Verifies the parts of a request, like [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`CallbackError`] has the reason and the status to respond with.
    pub fn verify_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Verified, CallbackError> {
        let public = &self.inner.public;
        let prefix = public.path().trim_end_matches('/');
        let path = match uri.path() {
            "" => format!("{prefix}/"),
            path => format!("{prefix}{path}"),
        };
        let query = uri.query().unwrap_or_default();
        self.check(method, public, &path, query, uri.host(), headers)
    }

    /// Verifies a request by its full public URL, query included, for proxies that change more than the host and a prefix.
    ///
    /// # Errors
    /// [`CallbackError`] has the reason and the status to respond with.
    pub fn verify_url(
        &self,
        method: &Method,
        public_url: &str,
        headers: &HeaderMap,
    ) -> Result<Verified, CallbackError> {
        let url = Url::parse(public_url).map_err(|_| CallbackError::MalformedRequest)?;
        let query = url.query().unwrap_or_default();
        self.check(method, &url, url.path(), query, None, headers)
    }

    fn check(
        &self,
        method: &Method,
        public: &Url,
        path: &str,
        query: &str,
        requested_host: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Verified, CallbackError> {
        let header = SignatureHeader::parse(single(headers, SIGNATURE)?)?;
        // Before the signature: the times of honest requests are no secret, and the cheap checks come first.
        let signed_at = self.signed_at(header.time)?;
        let parameters = Parameters::parse(query);
        let sorted = parameters.to_sorted_query();
        let parts = SignedParts {
            account: &self.inner.account,
            time: header.time,
            method: method.as_str(),
            host: public.host_str().ok_or(CallbackError::MalformedRequest)?,
            path,
            query: &sorted,
        };
        if self.matches(&header, parts) {
            return Ok(Verified {
                signed_at,
                delivery: delivery(headers),
                parameters,
            });
        }
        // Each error but the last requires a signature with the secret, so none helps a forger.
        let query = &parameters.to_query();
        if self.matches(&header, SignedParts { query, ..parts }) {
            return Err(CallbackError::UnsortedQuery);
        }
        let hosts = ["host", "x-forwarded-host"]
            .into_iter()
            .filter_map(|name| headers.get(name)?.to_str().ok())
            .chain(requested_host);
        for host in hosts.filter_map(host_of) {
            let host = host.as_str();
            if host != parts.host && self.matches(&header, SignedParts { host, ..parts }) {
                return Err(CallbackError::WrongHost);
            }
        }
        Err(CallbackError::WrongSignature)
    }

    fn signed_at(&self, seconds: u64) -> Result<SystemTime, CallbackError> {
        let now = self.as_of.unwrap_or_else(|| self.inner.clock.wall());
        let signed = SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .ok_or(CallbackError::Future)?;
        match now.duration_since(signed) {
            Ok(age) if age > self.inner.tolerance => Err(CallbackError::Stale),
            // The header has whole seconds, so `ahead` can be less than a second off.
            Err(ahead) if ahead.duration() > self.inner.tolerance => Err(CallbackError::Future),
            _ => Ok(signed),
        }
    }

    /// Compares every secret with every digest, each in constant time.
    fn matches(&self, header: &SignatureHeader, parts: SignedParts<'_>) -> bool {
        self.inner.secrets.iter().any(|secret| {
            let mac = parts.mac(secret);
            let mut digests = header.digests.iter();
            digests.any(|digest| mac.ct_eq(digest).into())
        })
    }
}

/// The host of an authority, as a URL parser normalizes it.
fn host_of(authority: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{authority}/")).ok()?;
    url.host_str().map(str::to_owned)
}

/// The id of the delivery. It is not signed, so a malformed one is ignored: no payment notice is lost over it.
pub(super) fn delivery(headers: &HeaderMap) -> Option<String> {
    single(headers, "event-delivery").ok().map(str::to_owned)
}

impl Verified {
    /// Returns the time of the signature.
    pub fn signed_at(&self) -> SystemTime {
        self.signed_at
    }

    /// Returns the id of the delivery, from the header `event-delivery`: retries have the same. It is not signed, so use it only for logs
    /// and to skip duplicates.
    pub fn delivery(&self) -> Option<&str> {
        self.delivery.as_deref()
    }

    /// Returns the decoded query parameters in the order they were sent. Use these instead of your framework's: they are what is signed.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter()
    }

    /// Converts the request into a session callback. Parameters that are missing, or occur twice, do not prevent that.
    ///
    /// # Errors
    /// [`CallbackError::Missing`] if there is no transaction, session or reference at all.
    pub fn session_callback(self) -> Result<SessionCallback, CallbackError> {
        SessionCallback::from_parameters(self.parameters, self.delivery)
    }
}
