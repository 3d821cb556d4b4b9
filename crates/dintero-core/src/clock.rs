//! Time, as the client sees it. The one module that may ask the system for the time.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

/// A wait of a [`Clock`].
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a client takes the time from. The default is the system; tests give a [`ManualClock`].
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// A time that never goes back; for life times, time-outs and deadlines.
    fn now(&self) -> Instant;

    /// The time of day (UTC); for `Retry-After` given as a date.
    fn wall(&self) -> SystemTime;

    /// A pause before the next try.
    fn pause(&self, length: Duration) -> Wait;

    /// Ready when this time has come; used for time-outs and deadlines.
    fn alarm(&self, at: Instant) -> Wait;
}

/// The time of the system, by tokio's timer.
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

    fn pause(&self, length: Duration) -> Wait {
        Box::pin(tokio::time::sleep(length))
    }

    fn alarm(&self, at: Instant) -> Wait {
        Box::pin(tokio::time::sleep_until(at.into()))
    }
}

/// A clock that a test moves. Pauses do not wait, they move it on; alarms ring when it has been moved far enough.
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
    /// A clock that stands still, at midnight of 2026-01-01 UTC.
    #[allow(clippy::disallowed_methods, reason = "an Instant has no other source")]
    pub fn new() -> Self {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        Self {
            origin: Instant::now(),
            wall,
            passed: watch::Sender::new(Duration::ZERO),
        }
    }

    /// Moves it on and wakes whoever waited for a time up to then.
    pub fn advance(&self, by: Duration) {
        self.passed.send_modify(|passed| *passed += by);
    }

    /// How far it has been moved, pauses included.
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

    fn pause(&self, length: Duration) -> Wait {
        let clock = self.clone();
        Box::pin(async move { clock.advance(length) })
    }

    fn alarm(&self, at: Instant) -> Wait {
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

/// `start` and `length` added; a length beyond all clocks is as good as a year.
pub(crate) fn later(start: Instant, length: Duration) -> Instant {
    start
        .checked_add(length)
        .unwrap_or_else(|| start + Duration::from_secs(365 * 24 * 3600))
}

/// What `work` gives, or none when the alarm rings first. The work is pinned by the caller: a future that moves another one into
/// itself has room for it twice.
pub(crate) async fn before<T>(
    alarm: Wait,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let mut alarm = alarm;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        alarm.as_mut().poll(context).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::time::Duration;

    use super::{Clock, ManualClock, SystemClock, before};

    #[tokio::test]
    async fn a_manual_alarm_rings_only_when_the_clock_is_moved() {
        let clock = ManualClock::new();
        let alarm = clock.alarm(clock.now() + Duration::from_secs(5));
        assert_eq!(before(alarm, pin!(ready(1))).await, Some(1));
        let alarm = clock.alarm(clock.now() + Duration::from_secs(5));
        let waiting = tokio::spawn(async move { before(alarm, pin!(pending::<()>())).await });
        clock.advance(Duration::from_secs(5));
        assert_eq!(waiting.await.expect("task"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_system_clock_follows_tokios_time() {
        let start = SystemClock.now();
        SystemClock.pause(Duration::from_secs(60)).await;
        assert!(SystemClock.now() - start >= Duration::from_secs(60));
        let alarm = SystemClock.alarm(SystemClock.now() + Duration::from_secs(1));
        assert_eq!(before(alarm, pin!(pending::<()>())).await, None);
    }
}
