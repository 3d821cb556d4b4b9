//! When a call is sent again, and after how long.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

/// How often and how fast a call is repeated. *Whether* it may be repeated is a matter of its
/// [`RetryClass`](crate::RetryClass), and no policy widens that.
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
    /// 3 attempts, since three time-outs of 30 s fill the deadline of 90 s; delays of up to 0.25 s, 0.5 s, ... at most 8 s, long
    /// enough for a server to restart and short enough for a shopper to wait; `Retry-After` believed up to 60 s.
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

/// Statuses after which a safe call is worth repeating. The outcome is unknown, so nothing else is repeated after them.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 500 | 502 | 503 | 504)
}

/// No wait is longer, whatever is configured or asked for. Anything beyond means "not today".
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// `Retry-After` in seconds or as an HTTP date; a date in the past is no wait. What is neither is as good as absent.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

/// A token bucket shared by all calls of a client, so that a dead server is not hammered.
///
/// It starts full with 500; a repeat takes 5, a success puts 1 back. 100 repeats in a row are possible; when the bucket is
/// empty, calls are sent once each, until every fifth success pays for one repeat again.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const REPEAT: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Pays for one repeat, if there is enough.
    pub(crate) fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(Self::REPEAT)
            })
            .is_ok()
    }

    /// Notes a success.
    pub(crate) fn put_back(&self) {
        // In good times the bucket is full, and a read is all it costs.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left < Self::FULL).then(|| left + 1)
                });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue};

    use super::{Budget, LONGEST_WAIT, RetryPolicy, retry_after};

    fn read(value: &str, now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_str(value).expect("header"));
        retry_after(&headers, now)
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = httpdate::parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT").expect("date");
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(read("7", now), seconds(7));
        assert_eq!(read(" 0 ", now), seconds(0));
        assert_eq!(read("Thu, 01 Jan 2026 00:00:30 GMT", now), seconds(30));
        assert_eq!(read("Wed, 31 Dec 2025 00:00:30 GMT", now), seconds(0));
        assert_eq!(read("99999999999999999999999", now), Some(LONGEST_WAIT));
        assert_eq!(
            read("Fri, 01 Jan 2100 00:00:00 GMT", now),
            Some(LONGEST_WAIT)
        );
        for nothing in ["", "-1", "+5", "1.5", "soon", "Thu, 99 Jan 2026"] {
            assert_eq!(read(nothing, now), None, "{nothing}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

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

    #[test]
    fn the_budget_allows_a_hundred_repeats_and_is_refilled_by_successes() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        for _ in 0..4 {
            budget.put_back();
        }
        assert!(!budget.take());
        budget.put_back();
        assert!(budget.take());
        assert!(!budget.take());
    }
}
