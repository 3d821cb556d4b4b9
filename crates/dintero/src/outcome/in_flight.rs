//! The course of a request whose outcome is confirmed: send, check, wait, check again, and possibly send once more.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(any(feature = "checkout", feature = "shopping"))]
use dintero_core::Violations;
use dintero_core::{Clock, Error, Handle, WasSent};

use super::{Confirmation, NotApplied, Outcome, Pending, Unknown};

const CONFIRMATION_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A longer `Retry-After` is for a job queue.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// What a response or a read shows of a request.
#[derive(Debug)]
pub(super) enum Observation<T> {
    Applied(T),
    #[cfg(feature = "checkout")]
    Pending,
    #[cfg(feature = "checkout")]
    Declined(super::Declined),
    /// The reference belongs to another request.
    Conflict,
    Inconclusive,
    /// The request has no visible effect.
    Absent,
}

impl<T> Observation<T> {
    #[cfg(feature = "checkout")]
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Observation<U> {
        match self {
            Self::Applied(state) => Observation::Applied(f(state)),
            Self::Pending => Observation::Pending,
            Self::Declined(declined) => Observation::Declined(declined),
            Self::Conflict => Observation::Conflict,
            Self::Inconclusive => Observation::Inconclusive,
            Self::Absent => Observation::Absent,
        }
    }

    /// Once the request was sent, a conflict may hide its effect.
    #[cfg(any(feature = "checkout", feature = "shopping"))]
    pub(super) fn after_sending(self) -> Self {
        match self {
            Self::Conflict => Self::Inconclusive,
            other => other,
        }
    }
}

pub(super) type Observing<'a, T> =
    Pin<Box<dyn Future<Output = Result<Observation<T>, Error>> + Send + 'a>>;

/// A request, and the read that shows its effect.
pub(super) trait Request<T>: Send + Sync {
    /// Reads the state before the request is sent; only `Absent` lets it be sent.
    fn before(&mut self) -> Observing<'_, T> {
        Box::pin(async { Ok(Observation::Absent) })
    }

    fn send(&mut self) -> Observing<'_, T>;

    /// Reads the state after the request was sent.
    fn check(&mut self) -> Observing<'_, T>;

    /// Whether an earlier request of the same reference can be why this one is rejected.
    fn is_repeatable(&self) -> bool {
        true
    }
}

/// # Errors
/// A violation when the reference is empty.
#[cfg(any(feature = "checkout", feature = "shopping"))]
pub(super) fn check_reference(field: &str, reference: &str) -> Result<(), Violations> {
    if !reference.is_empty() {
        return Ok(());
    }
    let mut violations = Violations::default();
    violations.push(field, "must not be empty: it identifies this request");
    Err(violations)
}

/// A request on its way to an outcome.
pub(super) struct InFlight<T> {
    request: Box<dyn Request<T>>,
    clock: Arc<dyn Clock>,
    pub(super) repeats: u32,
    pub(super) timeout: Duration,
    pub(super) sent: bool,
    /// Whether the API accepted the request to carry it out later.
    accepted: bool,
    /// The error of the last attempt, and the start of the confirmation timeout, if an effect may still appear.
    failure: Option<(Error, Option<Instant>)>,
}

impl<T> Confirmation<T> {
    pub(super) fn new<E: Into<Error>>(
        handle: &Handle,
        request: Result<impl Request<T> + 'static, E>,
    ) -> Self {
        let request = request.map_err(Into::into).map(|request| InFlight {
            request: Box::new(request) as Box<dyn Request<T>>,
            clock: handle.clock(),
            repeats: 0,
            timeout: CONFIRMATION_TIMEOUT,
            sent: false,
            accepted: false,
            failure: None,
        });
        Self { request }
    }
}

impl<T> InFlight<T> {
    pub(super) fn error(&self) -> Option<&Error> {
        self.failure.as_ref().map(|(error, _)| error)
    }
}

impl<T> fmt::Debug for InFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("sent", &self.sent)
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> InFlight<T> {
    pub(super) async fn run(mut self) -> Outcome<T> {
        match self.request.before().await {
            Ok(Observation::Absent) => {}
            Err(error) if error.is_not_found() || error.is_invalid_request() => {
                return Outcome::NotApplied(NotApplied::Rejected(error));
            }
            // After an error nothing was sent now, but an earlier request with this reference may have been.
            read => return self.read(read),
        }
        let mut in_doubt = false;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.request.send().await {
                Ok(observation) => {
                    (self.sent, self.failure) = (true, None);
                    return self.outcome(observation);
                }
                Err(error) => error,
            };
            self.sent |= error.was_sent() != WasSent::No;
            if error.status().is_some_and(|status| status.is_success()) {
                return self.unreadable(error).await;
            }
            let (retryable, retry_after) = (error.is_retryable(), error.retry_after());
            let response_lost = error.was_sent() == WasSent::Maybe;
            // A rejection proves nothing while an earlier attempt may be its cause.
            in_doubt |= response_lost;
            let check = in_doubt || (self.request.is_repeatable() && is_rejection(&error));
            self.failure = Some((error, in_doubt.then(|| self.clock.now())));
            if check {
                let read = self.confirm().await;
                if !matches!(read, Ok(Observation::Absent)) {
                    return self.read(read);
                }
            }
            let soon = retry_after.is_none_or(|wait| wait <= LONGEST_RETRY_AFTER);
            if self.repeats == 0 || !soon || !(response_lost || retryable) {
                return self.outcome(Observation::Absent);
            }
            self.repeats -= 1;
            self.clock.sleep(retry_after.unwrap_or(pause)).await;
            pause = longer(pause);
        }
    }

    /// Handles a success whose body is unreadable: the request was carried out or accepted, and a read shows which.
    async fn unreadable(mut self, error: Error) -> Outcome<T> {
        self.failure = None;
        match self.confirm().await {
            Ok(Observation::Absent | Observation::Inconclusive) | Err(_) => {
                self.unknown(Some(error))
            }
            Ok(observation) => self.outcome(observation),
        }
    }

    /// Returns the outcome that a read shows.
    fn read(self, read: Result<Observation<T>, Error>) -> Outcome<T> {
        match read {
            Ok(observation) => self.outcome(observation),
            Err(error) => self.unknown(Some(error)),
        }
    }

    pub(super) async fn wait(mut self, limit: Duration) -> Outcome<T> {
        let start = Some(self.clock.now());
        let observation = self.poll(start, limit, |observation| match observation {
            #[cfg(feature = "checkout")]
            Observation::Pending => true,
            observation => matches!(observation, Observation::Absent),
        });
        let read = observation.await;
        self.read(read)
    }

    pub(super) async fn check(mut self) -> Outcome<T> {
        let read = self.confirm().await;
        self.read(read)
    }

    /// Reads until the request has an effect or the confirmation timeout has passed.
    async fn confirm(&mut self) -> Result<Observation<T>, Error> {
        let since = self.failure.as_ref().and_then(|(_, since)| *since);
        let is_open = |read: &_| matches!(read, Observation::Absent);
        self.poll(since, self.timeout, is_open).await
    }

    /// Reads while the observation is open, until a read that begins after the limit; reads once if there is no start.
    async fn poll(
        &mut self,
        since: Option<Instant>,
        limit: Duration,
        is_open: impl Fn(&Observation<T>) -> bool,
    ) -> Result<Observation<T>, Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            let now = self.clock.now();
            let left = since.map_or(Duration::ZERO, |since| {
                limit.saturating_sub(now.saturating_duration_since(since))
            });
            let read = self.request.check().await;
            let open = match &read {
                Ok(observation) => is_open(observation),
                Err(error) => error.is_retryable(),
            };
            if !open || left.is_zero() {
                return read;
            }
            self.clock.sleep(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    fn outcome(mut self, observation: Observation<T>) -> Outcome<T> {
        match observation {
            Observation::Applied(state) => Outcome::Applied(state),
            #[cfg(feature = "checkout")]
            Observation::Declined(declined) => Outcome::NotApplied(NotApplied::Declined(declined)),
            Observation::Conflict => Outcome::NotApplied(NotApplied::ReferenceTaken),
            #[cfg(feature = "checkout")]
            Observation::Pending => {
                self.accepted = true;
                Outcome::Pending(Pending { request: self })
            }
            // An accepted request is in progress even before it has a visible effect.
            Observation::Absent if self.accepted => Outcome::Pending(Pending { request: self }),
            Observation::Absent => match self.failure.take() {
                Some((error, _)) if error.was_sent() == WasSent::Maybe => {
                    Outcome::NotApplied(NotApplied::Lost(error))
                }
                Some((error, _)) => Outcome::NotApplied(NotApplied::Rejected(error)),
                None => self.unknown(None),
            },
            Observation::Inconclusive => self.unknown(None),
        }
    }

    fn unknown(self, error: Option<Error>) -> Outcome<T> {
        Outcome::Unknown(Unknown {
            request: self,
            error,
        })
    }
}

/// Returns `true` for a rejection because of the content of the request, not of its credentials or its rate.
fn is_rejection(error: &Error) -> bool {
    let other = error.is_authentication()
        || error.is_forbidden()
        || error.is_not_found()
        || error.is_rate_limited();
    let status = error.status();
    !other && status.is_some_and(|status| status.is_client_error())
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
