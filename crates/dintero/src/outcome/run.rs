//! The way of a call whose outcome is known: send, look, wait, look again, and perhaps send once more.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dintero_core::{Clock, Error, Handle, WasSent};

use super::{Attempt, NotApplied, Outcome, Pending, Unknown};

const GRACE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A longer `Retry-After` is for a job queue.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// What an answer or a reading shows of a call.
pub(super) enum Seen<T> {
    Applied(T),
    #[cfg_attr(
        not(feature = "checkout"),
        allow(dead_code, reason = "only Checkout answers 202")
    )]
    Pending,
    NotApplied(NotApplied),
    /// What is there does not tell.
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

    /// Whether an earlier call of the same name can be why this one is refused.
    fn is_named(&self) -> bool;
}

pub(super) struct Job<T> {
    work: Arc<dyn Work<T>>,
    clock: Arc<dyn Clock>,
    pub(super) repeats: u32,
    pub(super) grace: Duration,
    pub(super) sent: bool,
    /// The API said that it took it.
    taken: bool,
    /// Since when an answer is missing, and what it comes to if there is never a trace of it.
    lost: Option<(Instant, NotApplied)>,
}

impl<T> Attempt<T> {
    pub(super) fn new(handle: &Handle, work: Result<impl Work<T> + 'static, Error>) -> Self {
        let job = work.map(|work| Job {
            work: Arc::new(work),
            clock: handle.clock(),
            repeats: 0,
            grace: GRACE,
            sent: false,
            taken: false,
            lost: None,
        });
        Self { job }
    }
}

impl<T> Job<T> {
    pub(super) fn lost(&self) -> Option<&Error> {
        match &self.lost {
            Some((_, NotApplied::Lost(error) | NotApplied::Refused(error))) => Some(error),
            _ => None,
        }
    }
}

impl<T: Send + 'static> Job<T> {
    pub(super) async fn run(mut self) -> Outcome<T> {
        match self.work.prepare().await {
            Ok(Seen::Nothing) => {}
            Ok(seen) => return self.outcome(seen),
            Err(error) if error.is_not_found() || error.is_invalid_request() => {
                return Outcome::NotApplied(NotApplied::Refused(error));
            }
            // Nothing was sent now, but an earlier call of this name may have been.
            Err(error) => return self.unknown(Some(error)),
        }
        let mut doubt = false;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.work.send().await {
                Ok(seen) => {
                    (self.sent, self.lost) = (true, None);
                    return self.outcome(seen);
                }
                Err(error) => error,
            };
            self.sent |= error.was_sent() != WasSent::No;
            let (again, wait) = (error.is_retryable(), error.retry_after());
            if error.status().is_some_and(|status| status.is_success()) {
                return self.unreadable(error).await;
            }
            let maybe = error.was_sent() == WasSent::Maybe;
            let look = maybe || doubt || (self.work.is_named() && is_refusal(&error));
            // A refusal is no proof of anything while an earlier one may be what is in its way.
            let since = if maybe || doubt {
                self.clock.now()
            } else {
                self.long_ago()
            };
            self.lost = Some((
                since,
                if maybe {
                    NotApplied::Lost(error)
                } else {
                    NotApplied::Refused(error)
                },
            ));
            if look {
                match self.find().await {
                    Ok(Seen::Nothing) => {}
                    Ok(seen) => return self.outcome(seen),
                    Err(unread) => return self.unknown(Some(unread)),
                }
            }
            doubt |= maybe;
            let soon = wait.is_none_or(|wait| wait <= LONGEST_RETRY_AFTER);
            if self.repeats == 0 || !soon || !(maybe || again) {
                return self.outcome(Seen::Nothing);
            }
            self.repeats -= 1;
            self.clock.sleep(wait.unwrap_or(pause)).await;
            pause = longer(pause);
        }
    }

    /// A success that could not be read: it was carried out or taken, and a reading shows which.
    async fn unreadable(mut self, error: Error) -> Outcome<T> {
        self.lost = None;
        match self.find().await {
            Ok(Seen::Nothing | Seen::Unclear) | Err(_) => self.unknown(Some(error)),
            Ok(seen) => self.outcome(seen),
        }
    }

    /// Reads until something is there or the time of grace has passed.
    async fn find(&self) -> Result<Seen<T>, Error> {
        let since = self
            .lost
            .as_ref()
            .map_or_else(|| self.long_ago(), |(since, _)| *since);
        let mut pause = FIRST_PAUSE;
        loop {
            let begun = self.clock.now();
            let seen = self.work.look().await;
            let left = self
                .grace
                .saturating_sub(begun.saturating_duration_since(since));
            let open = match &seen {
                Ok(seen) => matches!(seen, Seen::Nothing),
                Err(error) => error.is_retryable(),
            };
            if !open || left.is_zero() {
                return seen;
            }
            self.clock.sleep(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    pub(super) async fn wait(self, limit: Duration) -> Outcome<T> {
        let start = self.clock.now();
        let mut pause = FIRST_PAUSE;
        loop {
            let seen = self.work.look().await;
            let left = limit.saturating_sub(self.clock.now().saturating_duration_since(start));
            match seen {
                Ok(seen @ (Seen::Pending | Seen::Nothing)) if left.is_zero() => {
                    return self.outcome(seen);
                }
                Ok(Seen::Pending | Seen::Nothing) => {}
                Ok(seen) => return self.outcome(seen),
                Err(error) if left.is_zero() || !error.is_retryable() => {
                    return self.unknown(Some(error));
                }
                Err(_) => {}
            }
            self.clock.sleep(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    pub(super) async fn look_again(self) -> Outcome<T> {
        match self.find().await {
            Ok(seen) => self.outcome(seen),
            Err(error) => self.unknown(Some(error)),
        }
    }

    fn outcome(mut self, seen: Seen<T>) -> Outcome<T> {
        match seen {
            Seen::Applied(state) => Outcome::Applied(state),
            Seen::NotApplied(reason) => Outcome::NotApplied(reason),
            Seen::Pending => {
                self.taken = true;
                Outcome::Pending(Pending { job: self })
            }
            // It was taken, so it is under way even where it does not show.
            Seen::Nothing if self.taken => Outcome::Pending(Pending { job: self }),
            Seen::Nothing => match self.lost.take() {
                Some((_, reason)) => Outcome::NotApplied(reason),
                None => self.unknown(None),
            },
            Seen::Unclear => self.unknown(None),
        }
    }

    fn unknown(self, error: Option<Error>) -> Outcome<T> {
        Outcome::Unknown(Unknown { job: self, error })
    }

    /// A time for which there is no grace left.
    fn long_ago(&self) -> Instant {
        let now = self.clock.now();
        now.checked_sub(self.grace).unwrap_or(now)
    }
}

/// Refused for what was asked, not for who asks or how often.
fn is_refusal(error: &Error) -> bool {
    let other = error.is_authentication()
        || error.is_forbidden()
        || error.is_not_found()
        || error.is_rate_limited();
    !other
        && error
            .status()
            .is_some_and(|status| status.is_client_error())
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
