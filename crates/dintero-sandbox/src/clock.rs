//! The sandbox's clock: the machine's or one that stands still, and in both cases one that a test can move forward.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tokio::sync::Notify;

/// The sandbox's clock, by default the machine's time and what it was moved by. Clones share how far that is.
///
/// ```
/// use std::time::Duration;
/// use dintero_sandbox::Clock;
///
/// let clock = Clock::standing_at("2026-01-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().to_rfc3339(), "2026-01-01T00:01:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Clock {
    base: Option<DateTime<Utc>>,
    moved_ms: Arc<AtomicI64>,
    moves: Arc<Notify>,
}

/// How far a clock can be moved in total: 100 years, so that no date overflows.
const LIMIT_MS: i64 = 100 * 366 * 24 * 60 * 60 * 1000;

impl Clock {
    /// Creates a clock that shows `time` (UTC) until it is moved.
    #[must_use]
    pub fn standing_at(time: DateTime<Utc>) -> Self {
        Self {
            base: Some(time),
            ..Self::default()
        }
    }

    /// Moves the clock forward; in total at most 100 years.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(LIMIT_MS);
        let add = |now: i64| Some(now.saturating_add(by).min(LIMIT_MS));
        // The closure always gives a value, so the update cannot fail.
        let moved_ms = &self.moved_ms;
        let _ = moved_ms.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.moves.notify_waiters();
    }

    pub(crate) async fn reached(&self, time: DateTime<Utc>) {
        loop {
            let mut moved = pin!(self.moves.notified());
            moved.as_mut().enable();
            let left = (time - self.now()).to_std().unwrap_or_default();
            match self.base {
                _ if left.is_zero() => return,
                Some(_) => moved.await,
                None => {
                    tokio::select! {
                        () = moved => {}
                        () = tokio::time::sleep(left) => {}
                    }
                }
            }
        }
    }

    pub(crate) fn moved_ms(&self) -> i64 {
        self.moved_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock forward to where it was, unless it is there already.
    pub(crate) fn move_to(&self, moved_ms: i64) {
        let moved_ms = moved_ms.clamp(0, LIMIT_MS);
        self.moved_ms.fetch_max(moved_ms, Ordering::SeqCst);
    }

    /// Returns the present time, UTC.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    pub fn now(&self) -> DateTime<Utc> {
        let base = self.base.unwrap_or_else(Utc::now);
        let moved = TimeDelta::milliseconds(self.moved_ms());
        base.checked_add_signed(moved).unwrap_or(base)
    }
}

/// Returns a function that tells how much time has passed since.
#[allow(clippy::disallowed_methods)] // of the machine, also where the sandbox's clock stands still
pub(crate) fn stopwatch() -> impl Fn() -> Duration {
    let start = std::time::Instant::now();
    move || start.elapsed()
}

/// The time of what happens only when it is caused.
pub(crate) const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

pub(crate) fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(by).unwrap_or(NEVER)
}

/// RFC 3339 in UTC with milliseconds, the form of every time that the sandbox sends.
pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
