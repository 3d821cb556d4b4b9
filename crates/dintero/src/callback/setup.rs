//! How a verifier is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dintero_core::{Clock, SystemClock, Violations};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Verifier;
use super::verify::Settings;

/// How far the time of a signature may be off unless told otherwise: 5 minutes, as Dintero advises.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Sets up a [`Verifier`].
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

    /// A secret of the account. Give several while you change it: any of them may have signed.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into().into());
        self
    }

    /// Where the world reaches your server: `https://shop.example.com`, with a path if a proxy takes that prefix off before the request comes
    /// to you. The signature is over this host, and what host the request itself names can be anyone's word.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public = Some(url.into());
        self
    }

    /// How far the signature's time may be off, in either direction. Default: 5 minutes, as Dintero advises against replays. Dintero does not say
    /// whether each of its up to 20 repeats is signed afresh; if late ones come as [`Refusal::Stale`](super::Refusal::Stale), take more, and remember
    /// [`Verified::delivery`](super::Verified::delivery) for as long.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Where the time is taken from; for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// All that is wrong at once: no account id, no secret or an empty one, a URL that is missing, no https or http URL, or has a query.
    pub fn build(self) -> Result<Verifier, Violations> {
        let mut violations = Violations::default();
        if !is_account(&self.account) {
            violations.push("account", "must be T or P and 8 digits");
        }
        check_secrets(&self.secrets, &mut violations);
        let public = match self.public.as_deref().map(Url::parse) {
            Some(Ok(public)) if is_base(&public) => Some(public),
            Some(_) => {
                violations.push(
                    "public_url",
                    "must be a URL such as https://shop.example.com",
                );
                None
            }
            None => {
                violations.push("public_url", "is required");
                None
            }
        };
        match public {
            Some(public) if violations.is_empty() => Ok(Verifier {
                inner: Arc::new(Settings {
                    account: self.account,
                    secrets: self.secrets,
                    public,
                    tolerance: self.tolerance,
                    clock: self.clock,
                }),
            }),
            _ => Err(violations),
        }
    }
}

fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none()
}

fn is_account(account: &str) -> bool {
    account
        .strip_prefix(['T', 'P'])
        .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn check_secrets(secrets: &[SecretString], violations: &mut Violations) {
    if secrets.is_empty() {
        violations.push("secret", "is required");
    }
    if secrets
        .iter()
        .any(|secret| secret.expose_secret().is_empty())
    {
        violations.push("secret", "must not be empty");
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("account", &self.account)
            .field("secrets", &self.secrets.len())
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}
