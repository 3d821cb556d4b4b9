//! The verifier of session and express callbacks.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dintero_core::Clock;
use hmac::Mac;
use http::{HeaderMap, Method, Request, Uri};
use secrecy::SecretString;
use url::Url;

use super::canonical::{Line, Pairs, mac, pairs, sorted, written};
use super::header::{SIGNATURE, SignatureHeader, only};
use super::{Refusal, SessionCallback, VerifierBuilder};

/// Verifies that a request to your `callback_url`, or to one of the express callback URLs, was signed by Dintero. Cheap to clone.
///
/// ```
/// use dintero::callback::{Refusal, SessionCallback, Verifier};
///
/// # fn main() -> Result<(), dintero::Violations> {
/// let verifier = Verifier::builder("T12345678")
///     .secret("the secret of the account")
///     .public_url("https://shop.example.com")
///     .build()?;
///
/// fn handle<B>(verifier: &Verifier, request: &http::Request<B>) -> Result<SessionCallback, Refusal> {
///     verifier.verify(request)?.session_callback()
/// }
/// # let request = http::Request::get("/callback").body(()).expect("request");
/// # assert_eq!(handle(&verifier, &request).err(), Some(Refusal::MissingHeader));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier {
    pub(super) inner: Arc<Settings>,
}

pub(super) struct Settings {
    pub(super) account: String,
    pub(super) secrets: Vec<SecretString>,
    pub(super) public: Url,
    pub(super) tolerance: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// A request that Dintero signed. Only its method, host, path and query are signed, not its body.
#[derive(Clone)]
pub struct Verified {
    signed_at: SystemTime,
    delivery: Option<String>,
    pairs: Pairs,
}

impl Verifier {
    /// Starts a verifier for the callbacks of an account, `T` or `P` and 8 digits.
    pub fn builder(account: impl Into<String>) -> VerifierBuilder {
        VerifierBuilder::new(account.into())
    }

    /// Verifies a request of any framework. Give it as it came, not as a router or framework has changed or decoded it.
    ///
    /// # Errors
    /// [`Refusal`] says why, and what to answer.
    pub fn verify<B>(&self, request: &Request<B>) -> Result<Verified, Refusal> {
        self.verify_parts(request.method(), request.uri(), request.headers())
    }

    /// As [`verify`](Self::verify), for frameworks that have the parts.
    ///
    /// # Errors
    /// [`Refusal`] says why, and what to answer.
    pub fn verify_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Verified, Refusal> {
        let prefix = self.inner.public.path().trim_end_matches('/');
        let path = match uri.path() {
            "" => format!("{prefix}/"),
            path => format!("{prefix}{path}"),
        };
        let query = uri.query().unwrap_or_default();
        self.check(&self.inner.public, method, &path, query, uri, headers)
    }

    /// Verifies a request whose public URL you know in full, query included: for proxies that change more than host and prefix.
    ///
    /// # Errors
    /// [`Refusal`] says why, and what to answer.
    pub fn verify_url(
        &self,
        method: &Method,
        public_url: &str,
        headers: &HeaderMap,
    ) -> Result<Verified, Refusal> {
        let url = Url::parse(public_url).map_err(|_| Refusal::MalformedRequest)?;
        let query = url.query().unwrap_or_default();
        let none = Uri::default();
        self.check(&url, method, url.path(), query, &none, headers)
    }

    fn check(
        &self,
        public: &Url,
        method: &Method,
        path: &str,
        query: &str,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Verified, Refusal> {
        let header = SignatureHeader::read(only(headers, SIGNATURE)?)?;
        let signed_at = self.in_time(header.time)?;
        let pairs = pairs(query);
        let line = Line {
            method: method.as_str(),
            host: public.host_str().ok_or(Refusal::MalformedRequest)?,
            path,
            query: &sorted(pairs.clone()),
        };
        if !self.signed(&header, &line) {
            return Err(self.why(&header, &line, &written(&pairs), uri, headers));
        }
        Ok(Verified {
            signed_at,
            delivery: delivery(headers),
            pairs,
        })
    }

    /// Checked before the signature: the times of honest requests are no secret, and all that is cheap comes first.
    fn in_time(&self, seconds: u64) -> Result<SystemTime, Refusal> {
        let now = self.inner.clock.wall();
        let signed = SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .ok_or(Refusal::Future)?;
        match now.duration_since(signed) {
            Ok(age) if age > self.inner.tolerance => Err(Refusal::Stale),
            // The header has whole seconds, so an age below a second is none.
            Err(ahead) if ahead.duration() > self.inner.tolerance => Err(Refusal::Future),
            _ => Ok(signed),
        }
    }

    /// Every secret is held against every digest, each in constant time.
    fn signed(&self, header: &SignatureHeader, line: &Line<'_>) -> bool {
        self.inner.secrets.iter().any(|secret| {
            let mac = mac(secret, &self.inner.account, header.time, line);
            header
                .digests
                .iter()
                .any(|digest| mac.clone().verify_slice(digest).is_ok())
        })
    }

    /// Why a signature does not match, for whoever has to set it right. Every answer but the last takes a secret to provoke.
    fn why(
        &self,
        header: &SignatureHeader,
        line: &Line<'_>,
        unsorted: &str,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Refusal {
        let unsorted = Line {
            query: unsorted,
            ..*line
        };
        if self.signed(header, &unsorted) {
            return Refusal::WrongOrder;
        }
        let named = ["host", "x-forwarded-host"]
            .into_iter()
            .filter_map(|name| headers.get(name)?.to_str().ok())
            .chain(uri.host());
        for host in named {
            let Some(host) = bare(host) else { continue };
            let other = Line {
                host: &host,
                ..*line
            };
            if host != line.host && self.signed(header, &other) {
                return Refusal::WrongHost;
            }
        }
        Refusal::WrongSignature
    }
}

/// The host of an authority, as a URL parser gives it.
fn bare(authority: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{authority}/")).ok()?;
    url.host_str().map(str::to_owned)
}

/// The id of the delivery. It is not signed, so one that cannot be read is none: no payment notice is lost over it.
pub(super) fn delivery(headers: &HeaderMap) -> Option<String> {
    only(headers, "event-delivery").ok().map(str::to_owned)
}

impl Verified {
    /// When it was signed.
    pub fn signed_at(&self) -> SystemTime {
        self.signed_at
    }

    /// The id of the delivery, from the header `event-delivery`: the same when Dintero repeats. It is not signed, so it serves logs and
    /// leaving out repeats, nothing else.
    pub fn delivery(&self) -> Option<&str> {
        self.delivery.as_deref()
    }

    /// The query, decoded, in the order it came. Read this and not your framework's: it is what the signature is over.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The request as a session callback.
    ///
    /// # Errors
    /// [`Refusal::Missing`] and [`Refusal::Doubled`] name a parameter.
    pub fn session_callback(self) -> Result<SessionCallback, Refusal> {
        SessionCallback::read(self.pairs, self.delivery)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("account", &self.inner.account)
            .field("secrets", &self.inner.secrets.len())
            .field("tolerance", &self.inner.tolerance)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("signed_at", &self.signed_at)
            .field("parameters", &self.pairs.len())
            .finish_non_exhaustive()
    }
}
