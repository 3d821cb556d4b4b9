//! Configuration of a verifier.

use std::sync::Arc;
use std::time::Duration;

use dintero_core::{Clock, SystemClock, Violations};
use secrecy::SecretString;
use url::Url;

use super::Verifier;
use super::signature::check_secrets;
use super::verify::Settings;

/// Dintero recommends 5 minutes.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Configures a [`Verifier`].
#[derive(Debug)]
#[must_use]
pub struct VerifierBuilder {
    account: String,
    secrets: Vec<SecretString>,
    public: Option<String>,
    tolerance: Duration,
    clock: Arc<dyn Clock>,
}

impl VerifierBuilder {
    pub(super) fn new(account: String) -> Self {
        Self {
            account,
            secrets: Vec::new(),
            public: None,
            tolerance: TOLERANCE,
            clock: Arc::new(SystemClock),
        }
    }

    /// Adds a secret of the account. Add both the old and the new one during a rotation: a signature may match any of them.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into().into());
        self
    }

    /// Sets the public URL of your server, such as `https://shop.example.com`, with a path if a proxy strips that prefix. The signature
    /// covers this host; the `Host` header of a request is not trusted.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public = Some(url.into());
        self
    }

    /// Sets how far the timestamp of a signature may deviate from the clock, in either direction. The default is 5 minutes, which Dintero
    /// recommends against replays. Whether each of up to 20 retries is signed anew is not documented: if late ones fail with
    /// [`CallbackError::Stale`](super::CallbackError::Stale), increase the tolerance, and store [`Verified::delivery`](super::Verified::delivery)
    /// for as long.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the clock, for tests. The default is the system clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the verifier.
    ///
    /// # Errors
    /// Returns all violations at once: a malformed account id, a secret that is missing, empty or surrounded by white space, and a public URL that is missing, is neither
    /// https nor http, or has a query.
    pub fn build(self) -> Result<Verifier, Violations> {
        let mut violations = Violations::default();
        if !is_account(&self.account) {
            violations.push("account", "must be T or P and 8 digits");
        }
        check_secrets(&self.secrets, &mut violations);
        let url = self.public.as_deref().map(Url::parse);
        let public = url.and_then(Result::ok).filter(is_base);
        if self.public.is_none() {
            violations.push("public_url", "is required");
        } else if public.is_none() {
            let reason = "must be a URL such as https://shop.example.com";
            violations.push("public_url", reason);
        }
        let (Some(public), true) = (public, violations.is_empty()) else {
            return Err(violations);
        };
        Ok(Verifier {
            inner: Arc::new(Settings {
                account: self.account,
                secrets: self.secrets,
                public,
                tolerance: self.tolerance,
                clock: self.clock,
            }),
            as_of: None,
        })
    }
}

fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none()
}

pub(super) fn is_account(account: &str) -> bool {
    account
        .strip_prefix(['T', 'P'])
        .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
