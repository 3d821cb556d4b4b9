//! The course of a confirmed request: read, send, read again, wait, and possibly send once more.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::evidence::{Evidence, Observation, Phase, normalized};
use super::locks::Turn;
use super::outcome::NotApplied;
use crate::error::Kind;
use crate::raw_response::{RawResponse, response_error};
use crate::transport::BodyKind;
use crate::{Call, Clock, Error, RetryClass, WasSent, trace};

pub(super) const CONFIRMATION_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A longer `Retry-After` is for a job queue.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// What is known of a request.
pub(super) enum Step {
    Applied(Vec<u8>),
    Pending,
    NotApplied(NotApplied),
    Unknown(Option<Error>),
}

/// A request on its way to an outcome.
pub(super) struct InFlight {
    pub(super) call: Call,
    /// The read, unless a part of the request that it needs is missing.
    pub(super) read: Option<Call>,
    pub(super) evidence: Evidence,
    pub(super) key: String,
    pub(super) repeats: u32,
    pub(super) timeout: Duration,
    pub(super) sent: bool,
    /// Whether the API reported success, so that the absence of an effect proves nothing.
    pub(super) succeeded: bool,
    /// Whether the API accepted the request to carry it out later.
    pub(super) accepted: bool,
    /// Why the last observation was inconclusive.
    pub(super) reason: Option<&'static str>,
    /// The error of the last attempt, and the start of the confirmation timeout, if an effect may still appear.
    pub(super) failure: Option<(Error, Option<Instant>)>,
}

/// The reads of one phase, and which observations may still change.
type Read = Result<(Observation, Value, RawResponse), Error>;

impl InFlight {
    pub(super) fn error(&self) -> Option<&Error> {
        self.failure.as_ref().map(|(error, _)| error)
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent
    }

    pub(super) fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.call.handle.clock()
    }

    /// Deserializes the state that proves the effect.
    pub(super) fn decode<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Error> {
        let called = (self.call.operation, self.call.class);
        match self.call.handle.shared().drifts.read::<T>(called.0, body) {
            Ok((state, set_aside)) => {
                trace::set_aside(called.0, &set_aside);
                Ok(state)
            }
            Err(error) => {
                let error = Error::new(Kind::Decode(error)).with_sent(WasSent::Yes);
                Err(error.of_call(called.0, called.1))
            }
        }
    }

    pub(super) async fn run(&mut self) -> Step {
        if let Err(error) = self.call.clone().finish(BodyKind::Json) {
            return Step::NotApplied(NotApplied::Rejected(error));
        }
        let locks = self.call.handle.clone();
        let mut turn = locks
            .shared()
            .locks
            .turn(self.key.clone(), self.clock().now())
            .await;
        if let Some(step) = self.before(&turn).await {
            return step;
        }
        let step = self.send(&mut turn).await;
        if let Step::NotApplied(_) = step {
            *turn = None;
        }
        step
    }

    /// Reads the state before the request is sent. Returns the outcome if nothing is to be sent.
    async fn before(&mut self, turn: &Turn) -> Option<Step> {
        let is_new = !self.evidence.is_repeatable;
        let now = self.clock().now();
        let left = turn.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let is_open = |read: &_| matches!(read, Observation::Absent);
        self.read.as_ref()?;
        match self.poll(Phase::Before, Some(now), left, is_open).await {
            Ok((Observation::Absent | Observation::Declined(_), body, _)) => {
                // A declined request may be tried again; what counts is what comes after it.
                self.evidence.remember(&body, true);
                None
            }
            Ok((Observation::Inconclusive(_), body, _)) if is_new => {
                self.evidence.remember(&body, true);
                None
            }
            Ok((observation, body, raw)) => {
                self.evidence.remember(&body, false);
                Some(self.step(observation, &body, &raw))
            }
            // A repetition changes nothing, so nothing need be known.
            Err(error) if self.call.class == RetryClass::Idempotent && !error.is_not_found() => {
                None
            }
            Err(error) if is_new || error.is_not_found() || error.is_invalid_request() => {
                Some(Step::NotApplied(NotApplied::Rejected(error)))
            }
            // An earlier request with this reference may have been carried out.
            Err(error) => Some(Step::Unknown(Some(error))),
        }
    }

    async fn send(&mut self, turn: &mut Turn) -> Step {
        let mut in_doubt = false;
        let mut pause = FIRST_PAUSE;
        loop {
            **turn = self.clock().now().checked_add(self.timeout);
            let error = match self.call.clone().run(BodyKind::Json).await {
                Ok((_, response)) => return self.responded(response).await,
                Err(error) => error,
            };
            let not_sent = error.was_sent() == WasSent::No;
            self.sent |= !not_sent;
            let is_success = error.status().is_some_and(|status| status.is_success());
            if is_success && !not_sent {
                return self.look(Some(error)).await;
            }
            let (retryable, retry_after) = (error.is_retryable(), error.retry_after());
            let refused = is_refusal(&error);
            // A refusal proves nothing while an earlier attempt may be its cause.
            let lost = !not_sent && !refused;
            in_doubt |= lost;
            let by_state = refused && !not_sent && !error.is_authentication();
            let check = in_doubt || (self.evidence.is_repeatable && by_state);
            self.failure = Some((error, in_doubt.then(|| self.clock().now())));
            if check {
                let read = self.confirm().await;
                if !matches!(read, Ok((Observation::Absent, ..))) {
                    return self.of_read(read);
                }
            }
            let soon = retry_after.is_none_or(|wait| wait <= LONGEST_RETRY_AFTER);
            let may_repeat = self.evidence.facts.visible && (lost || retryable);
            if self.repeats == 0 || !soon || !may_repeat {
                return self.absent();
            }
            self.repeats -= 1;
            self.clock().sleep(retry_after.unwrap_or(pause)).await;
            pause = longer(pause);
        }
    }

    async fn responded(&mut self, response: RawResponse) -> Step {
        (self.sent, self.failure) = (true, None);
        if response.head.status == http::StatusCode::ACCEPTED {
            let id = response.head.headers.get("event-request-id");
            let id = id.and_then(|id| id.to_str().ok());
            self.evidence.announced = id.map(normalized);
            self.accepted = true;
            return Step::Pending;
        }
        let error = match crate::data::read::<Value>(&response.body) {
            Ok((body, _)) => match self.evidence.observe(&body, Phase::Response) {
                observation @ (Observation::Applied(_) | Observation::Declined(_)) => {
                    return match (observation, self.evidence.facts.is_effect) {
                        (Observation::Applied(_), _) => Step::Applied(response.body.to_vec()),
                        (observation, _) => self.step(observation, &body, &response),
                    };
                }
                _ => None,
            },
            Err(error) => {
                let called = (self.call.operation, self.call.class);
                Some(response_error(called, response, error))
            }
        };
        self.look(error).await
    }

    /// Reads after a success that does not show the effect itself.
    async fn look(&mut self, error: Option<Error>) -> Step {
        self.succeeded = true;
        self.failure = error.map(|error| (error, Some(self.clock().now())));
        let now = Some(self.clock().now());
        let is_open = |read: &_| matches!(read, Observation::Absent);
        let read = self.poll(Phase::After, now, self.timeout, is_open).await;
        self.of_read(read)
    }

    pub(super) async fn wait(&mut self, limit: Duration) -> Step {
        let start = Some(self.clock().now());
        let is_open = |read: &_| matches!(read, Observation::Absent | Observation::Pending);
        let read = self.poll(Phase::After, start, limit, is_open).await;
        self.of_read(read)
    }

    pub(super) async fn check(&mut self) -> Step {
        let read = self.confirm().await;
        self.of_read(read)
    }

    /// Reads until the request has an effect or the confirmation timeout has passed.
    async fn confirm(&mut self) -> Read {
        let since = self.failure.as_ref().and_then(|(_, since)| *since);
        let is_open = |read: &_| matches!(read, Observation::Absent);
        self.poll(Phase::After, since, self.timeout, is_open).await
    }

    /// Reads while the observation is open, until a read that begins after the limit; reads once if there is no start.
    async fn poll(
        &self,
        phase: Phase,
        since: Option<Instant>,
        limit: Duration,
        is_open: impl Fn(&Observation) -> bool,
    ) -> Read {
        let clock = self.clock();
        let mut pause = FIRST_PAUSE;
        loop {
            let now = clock.now();
            let left = since.map_or(Duration::ZERO, |since| {
                limit.saturating_sub(now.saturating_duration_since(since))
            });
            let read = self.read(phase).await;
            let open = match &read {
                Ok((observation, ..)) => is_open(observation),
                Err(error) => !is_refusal(error) && !error.is_invalid_request(),
            };
            if !open || left.is_zero() {
                return read;
            }
            clock.sleep(pause.min(left)).await;
            pause = longer(pause);
        }
    }

    async fn read(&self, phase: Phase) -> Read {
        let Some(read) = &self.read else {
            let mut violations = crate::Violations::default();
            let rule = "does not name what would show its effect";
            violations.push("", rule);
            return Err(violations.into());
        };
        let (called, raw) = read.clone().run(BodyKind::Json).await?;
        match crate::data::read::<Value>(&raw.body) {
            Ok((body, _)) => Ok((self.evidence.observe(&body, phase), body, raw)),
            Err(error) => Err(response_error(called, raw, error)),
        }
    }

    /// Returns the outcome that a read shows.
    fn of_read(&mut self, read: Read) -> Step {
        match read {
            Ok((observation, body, raw)) => self.step(observation, &body, &raw),
            Err(error) => {
                self.reason = None;
                Step::Unknown(Some(error))
            }
        }
    }

    fn step(&mut self, observation: Observation, body: &Value, raw: &RawResponse) -> Step {
        self.reason = None;
        match observation {
            Observation::Applied(index) => {
                let list = body.pointer(self.evidence.facts.list);
                let effect = index.and_then(|index| list?.get(index));
                Step::Applied(match effect.filter(|_| self.evidence.facts.is_effect) {
                    Some(effect) => effect.to_string().into_bytes(),
                    None => raw.body.to_vec(),
                })
            }
            Observation::Declined(declined) => Step::NotApplied(NotApplied::Declined(declined)),
            Observation::Conflict => Step::NotApplied(NotApplied::ReferenceTaken),
            Observation::Pending => {
                self.accepted = true;
                Step::Pending
            }
            Observation::Inconclusive(reason) => {
                self.reason = Some(reason);
                Step::Unknown(None)
            }
            Observation::Absent => self.absent(),
        }
    }

    fn absent(&mut self) -> Step {
        // An accepted request is in progress even before it has a visible effect.
        if self.accepted {
            return Step::Pending;
        }
        let visible = self.evidence.facts.visible && !self.succeeded;
        match self.failure.take() {
            Some((error, None)) => Step::NotApplied(NotApplied::Rejected(error)),
            Some((error, Some(_))) if visible => Step::NotApplied(NotApplied::Lost(error)),
            failure => {
                self.failure = failure;
                self.reason = Some("no effect of it is visible, which proves nothing");
                Step::Unknown(None)
            }
        }
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("sent", &self.sent)
            .field("reason", &self.reason)
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

/// Returns `true` for a response after which the request certainly had no effect: one of the API's own, or one that says that the
/// request was not handled. What a proxy says otherwise proves nothing.
fn is_refusal(error: &Error) -> bool {
    let Some(status) = error.status().map(|status| status.as_u16()) else {
        return error.is_configuration();
    };
    let is_of_api = || {
        let body = error.body().map_or(&[][..], |body| body);
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        body["error"].is_object()
    };
    match status {
        408 | 425 | 429 => false,
        401 | 407 | 411 | 413 | 414 | 421 | 431 => true,
        400..=499 => is_of_api(),
        _ => false,
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
