//! The policy that clients have.

use std::time::Duration;

use super::{FailedAttempt, LONGEST_WAIT, Retry};
use crate::RetryClass;

/// How often and how fast a call is repeated: the policy that a client has unless it is given another [`Retry`].
///
/// | setting | default | why |
/// | --- | --- | --- |
/// | attempts | 3 | three time-outs of 30 s fill the deadline of 90 s |
/// | first delay | 0 to 0.25 s | the usual fault is one broken connection; a new one is ready at once |
/// | growth | doubled each time, at most 8 s | long enough for a server to restart, short enough for a shopper to wait |
/// | jitter | full: anywhere between 0 and the bound | the clients of one outage do not come back in step |
/// | `Retry-After` | believed up to 60 s | what is longer is for a job queue, so the call fails at once and says how long |
/// | repeats of a *duplicate tolerated* call after an unknown outcome | 1 | each may leave an unused session behind |
///
/// All calls of a client share a budget that no policy changes: 100 repeats, of which every fifth success gives one back, so
/// that a dead server gets each call once and not three times.
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
    pub(crate) repeat_harmless: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
            repeat_harmless: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt, whatever happens. The repeat with a fresh token after a 401 is off too.
    pub fn off() -> Self {
        Self {
            max_attempts: 1,
            repeat_harmless: false,
            ..Self::default()
        }
    }

    /// How often a call is sent at most, the first time included. 0 counts as 1. The one repeat with a fresh token after a 401
    /// comes on top, unless this is 1.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Bound of the first delay; it doubles with each repeat, and the delay is drawn between zero and it (full jitter).
    #[must_use]
    pub fn with_base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay.min(LONGEST_WAIT);
        self
    }

    /// What the bound of the delays never exceeds.
    #[must_use]
    pub fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay.min(LONGEST_WAIT);
        self
    }

    /// The longest `Retry-After` to wait for. When the server asks for more, the call fails at once and the error says how long.
    #[must_use]
    pub fn with_max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait.min(LONGEST_WAIT);
        self
    }

    /// Whether a harmless call (a session that would stay unused) is repeated once after an unknown outcome.
    #[must_use]
    pub fn with_repeat_harmless(mut self, repeat: bool) -> Self {
        self.repeat_harmless = repeat;
        self
    }

    /// The delay before attempt `next` (2 for the first repeat); none when the server asks for longer than is acceptable.
    pub(crate) fn delay(&self, next: u32, retry_after: Option<Duration>) -> Option<Duration> {
        let doubled = self
            .base_delay
            .saturating_mul(1 << next.saturating_sub(2).min(20));
        let jittered = doubled.min(self.max_delay).mul_f64(fastrand::f64());
        match retry_after {
            Some(wait) if wait > self.max_retry_after => None,
            // A little later than asked for, so that many clients do not come back in the same instant.
            Some(wait) => Some(wait + jittered.min(Duration::from_secs(1))),
            None => Some(jittered),
        }
    }
}

impl Retry for RetryPolicy {
    fn pause(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        if failed.is_token_refused() {
            return (self.max_attempts > 1).then_some(Duration::ZERO);
        }
        let harmless_once =
            failed.class() == RetryClass::DuplicateTolerated && failed.is_outcome_unknown();
        if failed.attempts() >= self.max_attempts || (harmless_once && !self.repeat_harmless) {
            return None;
        }
        self.delay(failed.attempts() + 1, failed.error().retry_after())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::RetryPolicy;

    #[test]
    fn delays_stay_below_a_bound_that_doubles_up_to_the_cap() {
        let policy = RetryPolicy::default();
        for (next, bound) in [(2, 250), (3, 500), (4, 1000), (9, 8000), (u32::MAX, 8000)] {
            for _ in 0..200 {
                let delay = policy.delay(next, None).expect("no Retry-After");
                assert!(delay <= Duration::from_millis(bound), "{next}: {delay:?}");
            }
        }
    }

    #[test]
    fn delays_are_spread() {
        let policy = RetryPolicy::default();
        let different: std::collections::BTreeSet<_> =
            (0..50).map(|_| policy.delay(4, None)).collect();
        assert!(different.len() > 10);
    }

    #[test]
    fn retry_after_is_waited_for_and_never_cut_short() {
        let policy = RetryPolicy::default();
        let wait = policy
            .delay(2, Some(Duration::from_secs(60)))
            .expect("within the cap");
        assert!(wait >= Duration::from_secs(60) && wait <= Duration::from_secs(61));
        assert_eq!(policy.delay(2, Some(Duration::from_secs(61))), None);
    }
}
