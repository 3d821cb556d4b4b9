//! The time of a client. No other module reads the system clock.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

/// The future that [`Clock::sleep`] and [`Clock::sleep_until`] return.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The source of time of a client: [`SystemClock`], or a [`ManualClock`] in tests.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the monotonic time, for lifetimes, timeouts and deadlines.
    fn now(&self) -> Instant;

    /// Returns the wall-clock time (UTC), for a `Retry-After` that is a date.
    fn wall(&self) -> SystemTime;

    /// Waits for `length`; used for the delay before a retry.
    fn sleep(&self, length: Duration) -> Sleep;

    /// Waits until `at`; used for timeouts and deadlines.
    fn sleep_until(&self, at: Instant) -> Sleep;
}

/// The clock of the system, with the timer of Tokio.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, length: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(length))
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Box::pin(tokio::time::sleep_until(at.into()))
    }
}

/// A clock that a test advances. [`sleep`](Clock::sleep) advances it at once, [`sleep_until`](Clock::sleep_until) waits until it has
/// been advanced far enough.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::{Clock, ManualClock};
///
/// let clock = ManualClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.now() - before, Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    origin: Instant,
    wall: SystemTime,
    passed: watch::Sender<Duration>,
}

impl ManualClock {
    /// Creates a clock that stands still at 2026-01-01T00:00:00Z.
    #[allow(clippy::disallowed_methods, reason = "an Instant has no other source")]
    pub fn new() -> Self {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        Self {
            origin: Instant::now(),
            wall,
            passed: watch::Sender::new(Duration::ZERO),
        }
    }

    /// Advances the clock and wakes everything that waits for a time up to then.
    pub fn advance(&self, by: Duration) {
        self.passed.send_modify(|passed| *passed += by);
    }

    /// Returns how far the clock has been advanced, sleeps included.
    pub fn passed(&self) -> Duration {
        *self.passed.borrow()
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.origin + self.passed()
    }

    fn wall(&self) -> SystemTime {
        self.wall + self.passed()
    }

    fn sleep(&self, length: Duration) -> Sleep {
        let clock = self.clone();
        Box::pin(async move { clock.advance(length) })
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        let mut passed = self.passed.subscribe();
        let after = at.saturating_duration_since(self.origin);
        let clock = self.clone();
        Box::pin(async move {
            // The clone keeps the sender alive, so waiting cannot end early.
            let _ = passed.wait_for(|passed| *passed >= after).await;
            drop(clock);
        })
    }
}

/// Adds `length` to `start`. A length that no clock can hold counts as a year.
pub(crate) fn later(start: Instant, length: Duration) -> Instant {
    start
        .checked_add(length)
        .unwrap_or_else(|| start + Duration::from_secs(365 * 24 * 3600))
}

/// Returns the output of `work`, or `None` if `end` is reached first. The caller pins the work, since a future that moves another
/// one into itself takes its space twice.
pub(crate) async fn before<T>(
    mut end: Sleep,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests;
