//! When a failed call is retried, and after which delay.

mod budget;
mod policy;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use budget::Budget;
pub use policy::RetryPolicy;

use crate::{Error, RetryClass};

/// Decides whether and after which delay a failed call is retried. [`RetryPolicy`] is the default; closures and other types can
/// be set for a client or for a call.
///
/// It can only narrow what is permitted. It is not called if the [retry class](RetryClass) of the call forbids a retry: no policy
/// sends a *non-idempotent* call twice or a *duplicate tolerated* call three times after an unknown outcome, or renews a token
/// more than once. A retry is also subject to the deadline of the call, the retry budget of the client and the `Retry-After` of
/// the server, which prolongs a shorter delay. The number of attempts is limited by the policy alone.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::{CallOptions, FailedAttempt, Handle, Retry, RetryPolicy};
///
/// /// Gives up when little time is left.
/// struct Patient(RetryPolicy);
///
/// impl Retry for Patient {
///     fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
///         let enough = failed.time_left > Duration::from_secs(20);
///         enough.then(|| self.0.delay(failed))?
///     }
/// }
///
/// # fn main() -> Result<(), dintero_core::Error> {
/// let handle = Handle::builder()
///     .account("T12345678")
///     .client_credentials("id", "secret")
///     .retry(Patient(RetryPolicy::default().with_max_attempts(5)))
///     .build()?;
/// let once = |failed: &FailedAttempt<'_>| (failed.attempts == 1).then_some(Duration::from_millis(50));
/// let once = handle.request(http::Method::GET, "/v1/x").with_options(CallOptions::new().retry(once));
/// # let _ = once;
/// # Ok(())
/// # }
/// ```
pub trait Retry: Send + Sync + 'static {
    /// Returns the delay before the call is sent again, or `None` to give up. The delay after a
    /// [refused token](FailedAttempt::is_token_refused) is ignored.
    fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration>;
}

impl<F> Retry for F
where
    F: Fn(&FailedAttempt<'_>) -> Option<Duration> + Send + Sync + 'static,
{
    fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        self(failed)
    }
}

impl<T: Retry + ?Sized> Retry for Arc<T> {
    fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        self.as_ref().delay(failed)
    }
}

/// A failed attempt that a [`Retry`] decides about.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedAttempt<'a> {
    /// The error that the call ends in if it is not retried.
    pub error: &'a Error,
    /// The retry class of the call.
    pub retry_class: RetryClass,
    /// The number of attempts so far, this one included, without the one that failed for a stale token.
    pub attempts: u32,
    /// Whether it is unknown if the server handled the attempt; otherwise it provably did not.
    pub is_outcome_unknown: bool,
    /// Whether the API refused the token (401) and a new token is tried next.
    pub is_token_refused: bool,
    /// The time until the deadline of the call.
    pub time_left: Duration,
}
