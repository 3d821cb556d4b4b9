//! The way of a call whose outcome is known: send, look, wait, look again, and perhaps send once more.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use dintero_core::{Clock, Error, Handle, WasSent};

use super::{Attempt, NotApplied, Outcome, Pending, Unknown};

const GRACE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What an answer or a reading shows of a call.
pub(super) enum Seen<T> {
    Applied(T),
    Pending,
    NotApplied(NotApplied),
    /// It is there, but whether it was carried out is not.
    Unclear,
    /// No trace of it.
    Nothing,
}

pub(super) type Look<'a, T> = Pin<Box<dyn Future<Output = Result<Seen<T>, Error>> + Send + 'a>>;

/// One call, and the reading that shows it.
pub(super) trait Work<T>: Send + Sync {
    /// What there is before the call is sent; `Nothing` lets it be sent.
    fn prepare(&self) -> Look<'_, T> {
        Box::pin(async { Ok(Seen::Nothing) })
    }

    /// Sends it.
    fn send(&self) -> Look<'_, T>;

    /// Reads what became of it.
    fn look(&self) -> Look<'_, T>;
}

pub(super) struct Job<T> {
    work: Arc<dyn Work<T>>,
    clock: Arc<dyn Clock>,
    pub(super) repeats: u32,
    pub(super) grace: Duration,
}

impl<T> Attempt<T> {
    pub(super) fn new(handle: &Handle, work: Result<impl Work<T> + 'static, Error>) -> Self {
        let job = work.map(|work| Job {
            work: Arc::new(work),
            clock: handle.clock(),
            repeats: 0,
            grace: GRACE,
        });
        Self { job }
    }
}

impl<T: Send + 'static> Job<T> {
    pub(super) async fn run(mut self) -> Outcome<T> {
        match self.work.prepare().await {
            Ok(Seen::Nothing) => {}
            Ok(seen) => return self.outcome(seen),
            // Nothing was sent.
            Err(error) => return Outcome::NotApplied(NotApplied::Refused(error)),
        }
        let mut doubt = false;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.work.send().await {
                Ok(seen) => return self.outcome(seen),
                Err(error) => error,
            };
            let maybe = error.was_sent() == WasSent::Maybe;
            let succeeded = error.status().is_some_and(|status| status.is_success());
            // A refusal is no proof when an earlier try may have been what made it wrong.
            if maybe || succeeded || doubt || error.attempts() > 1 {
                let grace = if maybe || succeeded {
                    self.grace
                } else {
                    Duration::ZERO
                };
                match self.find(grace).await {
                    Ok(Seen::Nothing) if succeeded => return self.unknown(Some(error)),
                    Ok(Seen::Nothing) => {}
                    Ok(seen) => return self.outcome(seen),
                    Err(unread) => return self.unknown(Some(unread)),
                }
            }
            doubt |= maybe;
            if self.repeats == 0 || !(maybe || error.is_retryable()) {
                return Outcome::NotApplied(if maybe {
                    NotApplied::Lost(error)
                } else {
                    NotApplied::Refused(error)
                });
            }
            self.repeats -= 1;
            self.clock.pause(error.retry_after().unwrap_or(pause)).await;
            pause = longer(pause);
        }
    }

    /// Reads until something is there or the time of grace has passed.
    async fn find(&self, grace: Duration) -> Result<Seen<T>, Error> {
        let start = self.clock.now();
        let mut pause = FIRST_PAUSE;
        loop {
            let seen = self.work.look().await?;
            let left = grace.saturating_sub(self.clock.now().saturating_duration_since(start));
            if !matches!(seen, Seen::Nothing) || left.is_zero() {
                return Ok(seen);
            }
            self.clock.pause(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    pub(super) async fn wait(self, limit: Duration) -> Outcome<T> {
        let start = self.clock.now();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.work.look().await {
                // It was taken, so it is under way even where it does not show.
                Ok(Seen::Pending | Seen::Nothing) => {}
                Ok(seen) => return self.outcome(seen),
                Err(error) => return self.unknown(Some(error)),
            }
            let left = limit.saturating_sub(self.clock.now().saturating_duration_since(start));
            if left.is_zero() {
                return Outcome::Pending(Pending { job: self });
            }
            self.clock.pause(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    pub(super) async fn look_again(self) -> Outcome<T> {
        match self.work.look().await {
            Ok(seen) => self.outcome(seen),
            Err(error) => self.unknown(Some(error)),
        }
    }

    fn outcome(self, seen: Seen<T>) -> Outcome<T> {
        match seen {
            Seen::Applied(state) => Outcome::Applied(state),
            Seen::Pending => Outcome::Pending(Pending { job: self }),
            Seen::NotApplied(reason) => Outcome::NotApplied(reason),
            Seen::Unclear | Seen::Nothing => self.unknown(None),
        }
    }

    fn unknown(self, error: Option<Error>) -> Outcome<T> {
        Outcome::Unknown(Unknown { job: self, error })
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
