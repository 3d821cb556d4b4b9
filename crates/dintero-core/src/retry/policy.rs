//! The default retry policy.

use std::time::Duration;

use super::{FailedAttempt, Retry};
use crate::RetryClass;
use crate::macros::setters;
use crate::retry_after::MAX_DELAY;

/// Limits the number of retries and their delays. The default [`Retry`] of a client.
///
/// | setting | default | why |
/// | --- | --- | --- |
/// | attempts | 3 | three timeouts of 30 s fill the deadline of 90 s |
/// | first delay | 0 to 0.25 s | most failures are one broken connection, and a new one is established at once |
/// | growth | doubled each time, at most 8 s | long enough for a server to restart, short enough for a shopper to wait |
/// | jitter | full: between 0 and the bound | the clients of one outage do not retry at the same time |
/// | `Retry-After` | up to 60 s | a longer delay is for a job queue: the call fails at once, and the error holds the delay |
/// | retries of a *duplicate tolerated* call after an unknown outcome | 1 | each may leave an unused session behind |
///
/// All calls of a client share a budget that no policy changes: 100 retries, of which every fifth success returns one, so that
/// a server that is down receives each call once and not three times.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_max_attempts(5).with_max_delay(Duration::from_secs(20));
/// let never = RetryPolicy::off();
/// # let _ = (patient, never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) retry_duplicate_tolerated: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
            retry_duplicate_tolerated: true,
        }
    }
}

setters! {
    impl[] RetryPolicy:

    /// Sets the maximum number of attempts, the first one included. 0 counts as 1. The retry with a new token after a 401 is not
    /// counted, but is off if this is 1.
    with_max_attempts(attempts: u32): max_attempts = attempts.max(1);

    /// Sets the bound of the first delay. It doubles with each retry, and a delay is drawn between zero and the bound (full jitter).
    with_base_delay(delay: Duration): base_delay = delay.min(MAX_DELAY);

    /// Sets the maximum of the bound of the delays.
    with_max_delay(delay: Duration): max_delay = delay.min(MAX_DELAY);

    /// Sets the longest `Retry-After` to wait for. If the server requests a longer delay, the call fails at once, and the error holds
    /// the delay.
    with_max_retry_after(wait: Duration): max_retry_after = wait.min(MAX_DELAY);

    /// Sets whether a *duplicate tolerated* call is retried once after an unknown outcome.
    with_duplicate_tolerated_retry(retry: bool): retry_duplicate_tolerated = retry;
}

impl RetryPolicy {
    /// Returns a policy without retries. The retry with a new token after a 401 is off too.
    pub fn off() -> Self {
        Self {
            max_attempts: 1,
            retry_duplicate_tolerated: false,
            ..Self::default()
        }
    }

    /// Returns the delay before attempt `next` (2 for the first retry), or `None` if the server requests a longer one than is accepted.
    pub(crate) fn delay_before(
        &self,
        next: u32,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let times = 1 << next.saturating_sub(2).min(20);
        let doubled = self.base_delay.saturating_mul(times);
        let jittered = doubled.min(self.max_delay).mul_f64(fastrand::f64());
        match retry_after {
            Some(wait) if wait > self.max_retry_after => None,
            // A little later than requested, so that the clients do not retry at the same instant.
            Some(wait) => Some(wait + jittered.min(Duration::from_secs(1))),
            None => Some(jittered),
        }
    }
}

impl Retry for RetryPolicy {
    fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        if failed.is_token_refused {
            return (self.max_attempts > 1).then_some(Duration::ZERO);
        }
        let may_duplicate =
            failed.retry_class == RetryClass::DuplicateTolerated && failed.is_outcome_unknown;
        if failed.attempts >= self.max_attempts
            || (may_duplicate && !self.retry_duplicate_tolerated)
        {
            return None;
        }
        self.delay_before(failed.attempts + 1, failed.error.retry_after())
    }
}

#[cfg(test)]
mod tests;
