//! The course of a confirmed request: read, send, read again, wait, and possibly send once more.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::evidence::{Evidence, Observation, Phase, normalized};
use super::locks::Turn;
use super::outcome::NotApplied;
use crate::response::{Called, RawResponse, response_error};
use crate::transport::BodyKind;
use crate::{Call, Error, RetryClass, Violation, Violations, WasSent};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A longer `Retry-After` is for a job queue.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

pub(super) enum Step {
    /// It was carried out; holds the state that proves it.
    Applied(RawResponse),
    Pending,
    NotApplied(NotApplied),
    Unknown(Option<Error>),
}

pub(super) struct InFlight {
    pub(super) call: Call,
    /// The read, unless a part of the request that it needs is missing.
    pub(super) read: Option<Call>,
    pub(super) evidence: Evidence,
    pub(super) key: String,
    pub(super) repeats: u32,
    pub(super) timeout: Duration,
    pub(super) progress: Progress,
}

#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) sent: bool,
    /// Whether the API reported success, so that the absence of an effect proves nothing.
    succeeded: bool,
    accepted: bool,
    pub(super) reason: Option<&'static str>,
    pub(super) error: Option<Error>,
    /// The start of the confirmation timeout, if an effect may still appear.
    since: Option<Instant>,
}

type Read = Result<(Observation, Value, RawResponse), Error>;

impl InFlight {
    fn now(&self) -> Instant {
        self.call.handle.shared().clock.now()
    }

    pub(super) fn called(&self) -> Called {
        (self.call.operation, self.call.class)
    }

    pub(super) async fn run(&mut self) -> Step {
        if let Err(error) = self.call.clone().finish(BodyKind::Json) {
            return Step::NotApplied(NotApplied::Rejected(error));
        }
        let mut turn = self.turn().await;
        if let Some(step) = self.before(*turn).await {
            return step;
        }
        let step = self.send(&mut turn).await;
        // Nothing more will become visible of it; a failed event may.
        if let Step::NotApplied(NotApplied::Rejected(_) | NotApplied::Lost(_)) = step {
            *turn = None;
        }
        step
    }

    async fn turn(&self) -> Turn {
        let locks = &self.call.handle.shared().locks;
        locks.turn(self.key.clone(), self.now()).await
    }

    /// Reads the state before the request is sent, and waits for what an earlier request may make visible. Returns the outcome if
    /// nothing is to be sent.
    async fn before(&mut self, until: Option<Instant>) -> Option<Step> {
        self.read.as_ref()?;
        let is_new = !self.evidence.is_repeatable;
        let now = self.now();
        let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        match self.poll(Some(now), left, is_declined).await {
            Ok((observation, body, raw)) => {
                let is_sent = match observation {
                    // A declined request may be tried again; what counts is what comes after it.
                    Observation::Absent | Observation::Declined(_) => true,
                    Observation::Inconclusive(_) => is_new,
                    _ => false,
                };
                if is_sent {
                    self.evidence.remember(&body);
                    return None;
                }
                Some(self.step(observation, &body, raw))
            }
            Err(error) if is_new || error.is_not_found() || error.is_invalid_request() => {
                Some(Step::NotApplied(NotApplied::Rejected(error)))
            }
            // A repetition changes nothing, so nothing need be known.
            Err(_) if self.call.class == RetryClass::Idempotent => None,
            // An earlier request with this reference may have been carried out.
            Err(error) => Some(Step::Unknown(Some(error))),
        }
    }

    async fn send(&mut self, turn: &mut Turn) -> Step {
        let mut pause = FIRST_PAUSE;
        loop {
            **turn = self.now().checked_add(self.timeout);
            let error = match self.call.clone().run(BodyKind::Json).await {
                Ok((_, response)) => return self.responded(response).await,
                Err(error) => error,
            };
            let was_sent = error.was_sent() != WasSent::No;
            self.progress.sent |= was_sent;
            let is_lost = was_sent && !is_refusal(&error);
            self.evidence.sent += usize::from(is_lost);
            if was_sent && error.status().is_some_and(|status| status.is_success()) {
                return self.look(Some(error)).await;
            }
            let (retryable, retry_after) = (error.is_retryable(), error.retry_after());
            let is_rejected = !is_lost && was_sent && !error.is_authentication();
            self.progress.error = Some(error);
            // A refusal proves nothing while an earlier attempt may be its cause.
            if is_lost || self.progress.since.is_some() {
                self.progress.since = Some(self.now());
            }
            if self.progress.since.is_some() || self.evidence.is_repeatable && is_rejected {
                let read = self.confirm().await;
                if !matches!(read, Ok((Observation::Absent, ..))) {
                    return self.read_step(read);
                }
            }
            let soon = retry_after.is_none_or(|wait| wait <= LONGEST_RETRY_AFTER);
            let may_repeat = !self.evidence.facts.invisible && (is_lost || retryable);
            if self.repeats == 0 || !soon || !may_repeat {
                return self.absent();
            }
            self.repeats -= 1;
            let clock = &self.call.handle.shared().clock;
            clock.sleep(retry_after.unwrap_or(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn responded(&mut self, response: RawResponse) -> Step {
        let progress = &mut self.progress;
        (progress.sent, progress.error, progress.since) = (true, None, None);
        self.evidence.sent += 1;
        if response.head.status == http::StatusCode::ACCEPTED {
            let id = response.head.headers.get("event-request-id");
            let id = id.and_then(|id| id.to_str().ok());
            self.evidence.announced = id.map(normalized);
            self.progress.accepted = true;
            return Step::Pending;
        }
        let body = match json(&response.body) {
            Ok(body) => body,
            Err(error) => {
                let error = response_error(self.called(), response, error);
                return self.look(Some(error)).await;
            }
        };
        match self.evidence.observe(&body, Phase::Response) {
            Observation::Applied(_) => Step::Applied(response),
            Observation::Declined(declined) => Step::NotApplied(NotApplied::Declined(declined)),
            _ => self.look(None).await,
        }
    }

    /// Reads after a success that does not show the effect itself.
    async fn look(&mut self, error: Option<Error>) -> Step {
        let since = Some(self.now());
        let progress = &mut self.progress;
        (progress.succeeded, progress.error, progress.since) = (true, error, since);
        let read = self.confirm().await;
        self.read_step(read)
    }

    pub(super) async fn wait(&mut self, limit: Duration) -> Step {
        let is_sent = self.progress.sent;
        let is_interim = |read: &Observation| match read {
            Observation::Pending => true,
            read => !is_sent && is_declined(read),
        };
        let read = self.poll(Some(self.now()), limit, is_interim).await;
        self.read_step(read)
    }

    pub(super) async fn check(&mut self) -> Step {
        let (turn, now) = (self.turn().await, self.now());
        let since = self.progress.since;
        let own = since.and_then(|since| since.checked_add(self.timeout));
        // Another request of this reference may have been sent since.
        let until = own.max(*turn).unwrap_or(now);
        let left = until.saturating_duration_since(now);
        // One that was declined may have been followed by one whose effect is not visible yet.
        let is_last = self.progress.sent && own >= *turn;
        let read = self.poll(Some(now), left, |read| !is_last && is_declined(read));
        let read = read.await;
        self.read_step(read)
    }

    async fn confirm(&self) -> Read {
        let since = self.progress.since;
        self.poll(since, self.timeout, |_| false).await
    }

    /// Reads while no effect is visible or what is read `is_interim`, until a read that begins after the limit; once without a start.
    async fn poll(
        &self,
        since: Option<Instant>,
        limit: Duration,
        is_interim: impl Fn(&Observation) -> bool,
    ) -> Read {
        let phase = match self.progress.sent {
            true => Phase::After,
            false => Phase::Before,
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let passed = since.map(|since| self.now().saturating_duration_since(since));
            let left = passed.map_or(Duration::ZERO, |passed| limit.saturating_sub(passed));
            let read = self.read(phase).await;
            let is_open = match &read {
                Ok((Observation::Absent, ..)) => true,
                Ok((observation, ..)) => is_interim(observation),
                Err(error) => !is_refusal(error) && !error.is_invalid_request(),
            };
            if !is_open || left.is_zero() {
                return read;
            }
            let clock = &self.call.handle.shared().clock;
            clock.sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn read(&self, phase: Phase) -> Read {
        let Some(read) = &self.read else {
            return Err(Violations::of("", "does not name what would show its effect").into());
        };
        let (called, raw) = read.clone().run(BodyKind::Json).await?;
        match json(&raw.body) {
            Ok(body) => Ok((self.evidence.observe(&body, phase), body, raw)),
            Err(error) => Err(response_error(called, raw, error)),
        }
    }

    fn read_step(&mut self, read: Read) -> Step {
        self.progress.reason = None;
        match read {
            Ok((observation, body, raw)) => self.step(observation, &body, raw),
            Err(error) => Step::Unknown(Some(error)),
        }
    }

    fn step(&mut self, observation: Observation, body: &Value, mut raw: RawResponse) -> Step {
        match observation {
            Observation::Applied(index) => {
                let facts = self.evidence.facts;
                let list = body.pointer(facts.list).filter(|_| facts.is_effect);
                if let Some(effect) = index.and_then(|index| list?.get(index)) {
                    raw.body = effect.to_string().into();
                }
                Step::Applied(raw)
            }
            Observation::Declined(declined) => Step::NotApplied(NotApplied::Declined(declined)),
            Observation::Conflict => Step::NotApplied(NotApplied::ReferenceTaken),
            Observation::Pending => {
                self.progress.accepted = true;
                Step::Pending
            }
            Observation::Inconclusive(reason) => {
                self.progress.reason = Some(reason);
                Step::Unknown(None)
            }
            Observation::Absent => self.absent(),
        }
    }

    fn absent(&mut self) -> Step {
        let is_provable = !self.progress.succeeded && !self.evidence.facts.invisible;
        match (self.progress.error.take(), self.progress.since) {
            // An accepted request is in progress even before it has a visible effect.
            _ if self.progress.accepted => Step::Pending,
            (Some(error), None) => Step::NotApplied(NotApplied::Rejected(error)),
            (Some(error), _) if is_provable => Step::NotApplied(NotApplied::Lost(error)),
            (error, _) => {
                self.progress.error = error;
                self.progress.reason = Some("no effect of it is visible, which proves nothing");
                Step::Unknown(None)
            }
        }
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.progress.fmt(f)
    }
}

fn is_declined(observation: &Observation) -> bool {
    matches!(observation, Observation::Declined(_))
}

fn json(body: &[u8]) -> Result<Value, Violation> {
    crate::data::read(body).map(|(body, _)| body)
}

/// Returns `true` for a response after which the request certainly had no effect: one of the API's own, or one that says that the
/// request was not handled. What a proxy says otherwise proves nothing, nor does a response that may belong to another request.
fn is_refusal(error: &Error) -> bool {
    if error.was_sent() == WasSent::Maybe {
        return false;
    }
    let body = error.body().and_then(|body| json(body).ok());
    match error.status().map(|status| status.as_u16()) {
        None => error.is_configuration(),
        Some(401 | 407 | 411 | 413 | 414 | 421 | 431) => true,
        Some(408 | 425 | 429) => false,
        Some(400..=499) => body.is_some_and(|body| body["error"].is_object()),
        Some(_) => false,
    }
}
