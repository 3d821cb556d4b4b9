//! When a call is sent again, and after how long.

mod after;
mod budget;
mod policy;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use after::{LONGEST_WAIT, is_passing, retry_after};
pub(crate) use budget::Budget;
pub use policy::RetryPolicy;

use crate::{Error, RetryClass};

/// Decides whether and after how long a failed call is sent again. [`RetryPolicy`] is the one that clients have; closures and
/// types of your own are others, for a client or for a call.
///
/// It can only narrow what is permitted. It is not asked at all when the [class](RetryClass) of the call forbids a repeat, so
/// that no policy sends a *non-idempotent* call twice after an unknown outcome, nor a *duplicate tolerated* one more than once, nor renews a token
/// more than once. When it asks for a repeat, the deadline of the call, the retry budget of the client and the `Retry-After`
/// of the server still count: a shorter pause becomes as long as the server asks for. Attempts are not limited unless it does.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::{FailedAttempt, Handle, Retry, RetryPolicy};
///
/// /// Not in the busy hours.
/// struct OffPeak(RetryPolicy);
///
/// impl Retry for OffPeak {
///     fn pause(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
///         let patient = failed.time_left() > Duration::from_secs(20);
///         patient.then(|| self.0.pause(failed))?
///     }
/// }
///
/// # fn main() -> Result<(), dintero_core::Error> {
/// let handle = Handle::builder()
///     .account("T12345678")
///     .client_credentials("id", "secret")
///     .retry(OffPeak(RetryPolicy::default().with_max_attempts(5)))
///     .build()?;
/// let once = handle.request(http::Method::GET, "/v1/x").retry(|failed: &FailedAttempt<'_>| {
///     (failed.attempts() == 1).then_some(Duration::from_millis(50))
/// });
/// # let _ = once;
/// # Ok(())
/// # }
/// ```
pub trait Retry: Send + Sync + 'static {
    /// The pause before the call is sent again; none to give up. The pause after a
    /// [refused token](FailedAttempt::is_token_refused) is not waited for.
    fn pause(&self, failed: &FailedAttempt<'_>) -> Option<Duration>;
}

impl<F> Retry for F
where
    F: Fn(&FailedAttempt<'_>) -> Option<Duration> + Send + Sync + 'static,
{
    fn pause(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        self(failed)
    }
}

impl<T: Retry + ?Sized> Retry for Arc<T> {
    fn pause(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        self.as_ref().pause(failed)
    }
}

/// An attempt that failed and may be followed by another; what a [`Retry`] decides by.
#[derive(Debug)]
pub struct FailedAttempt<'a> {
    pub(crate) error: &'a Error,
    pub(crate) class: RetryClass,
    pub(crate) attempts: u32,
    pub(crate) outcome_unknown: bool,
    pub(crate) token_refused: bool,
    pub(crate) time_left: Duration,
}

impl FailedAttempt<'_> {
    /// The error that the call ends in if it is not sent again.
    pub fn error(&self) -> &Error {
        self.error
    }

    /// The class of the call.
    pub fn class(&self) -> RetryClass {
        self.class
    }

    /// Attempts so far, this one included, without the one that a stale token cost.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether nobody knows if this attempt was carried out. If not, it provably was not.
    pub fn is_outcome_unknown(&self) -> bool {
        self.outcome_unknown
    }

    /// Whether the API refused the token (401), and a fresh one is to be tried.
    pub fn is_token_refused(&self) -> bool {
        self.token_refused
    }

    /// What is left until the deadline of the call.
    pub fn time_left(&self) -> Duration {
        self.time_left
    }
}
