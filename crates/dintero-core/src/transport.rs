//! The way of a call: token, attempt, and what follows from the outcome.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{Request, Url};

use crate::audience::Foreign;
use crate::clock::{before, later};
use crate::credentials::Credentials;
use crate::error::Kind;
use crate::handle::Shared;
use crate::retry::{is_passing, retry_after};
use crate::token::Token;
use crate::trace::Trace;
use crate::wire::{Head, exchange};
use crate::{
    Auth, CallOptions, Error, FailedAttempt, Handle, Operation, Retry, RetryClass, WasSent,
};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What the caller does with the body of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Json,
    Bytes,
    Nothing,
}

/// A request that is complete but for its authentication.
pub(crate) struct Outgoing {
    pub(crate) handle: Handle,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) class: RetryClass,
    pub(crate) auth: Auth,
    pub(crate) options: CallOptions,
    pub(crate) want: Want,
}

/// A success, and what it took.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Answer {
    fn new(head: Head, body: Bytes, attempts: u32) -> Self {
        Self {
            status: head.status,
            headers: head.headers,
            body,
            attempts,
            elapsed: Duration::ZERO,
        }
    }
}

/// An attempt that came to nothing.
struct Failed {
    error: Error,
    verdict: Verdict,
}

/// What an attempt that failed says about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Provably not handled, and may go well next time.
    NotHandled,
    /// The token was refused, so it was not handled.
    TokenRefused,
    /// Nobody knows whether it was handled.
    Unknown,
    /// Handled, or refused for good.
    Final,
}

/// The authentication of one attempt, and the token it came from.
struct Proof {
    name: HeaderName,
    value: HeaderValue,
    token: Option<Arc<Token>>,
    /// It was waited for.
    waited: bool,
}

/// What happened so far.
#[derive(Default)]
struct Progress {
    attempts: u32,
    /// Some attempt had an unknown outcome.
    unknown: bool,
    repeats_after_unknown: u32,
    token_renewed: bool,
}

impl Outgoing {
    pub(crate) async fn run(self) -> Result<Answer, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let mut violations = crate::data::Violations::default();
            violations.push("", "calls must be made within a Tokio runtime");
            return Err(
                Error::new(Kind::Configuration(violations)).of_call(self.operation, self.class)
            );
        }
        let trace = Trace::of_call(
            self.operation,
            &self.method,
            &self.url,
            self.handle.account(),
        );
        trace.around(self.attempts(&trace)).await
    }

    async fn attempts(&self, trace: &Trace) -> Result<Answer, Error> {
        let shared = self.handle.shared();
        let policy = self.options.retry.as_ref().unwrap_or(&shared.retry);
        let limit = self.options.deadline.unwrap_or(shared.deadline);
        let start = shared.clock.now();
        let end = later(start, limit);
        let mut progress = Progress::default();
        // To ask for the time can be slow, so it is asked only after something was waited for.
        let mut now = start;
        loop {
            let proof = self.proof(shared, end, limit).await;
            if proof.as_ref().is_ok_and(|proof| proof.waited) {
                now = shared.clock.now();
            }
            let failed = match proof {
                // The token came at the last moment: what cannot be answered in time must not be sent.
                Ok(_) if now >= end => Failed {
                    error: Error::new(Kind::Timeout(limit)),
                    verdict: Verdict::Final,
                },
                Ok(proof) => match self
                    .attempt(shared, &proof, (now, end), limit, &mut progress, trace)
                    .await
                {
                    Ok(mut answer) => {
                        shared.budget.put_back();
                        answer.elapsed = shared.clock.now() - start;
                        return Ok(answer);
                    }
                    Err(failed) => {
                        if failed.verdict == Verdict::TokenRefused
                            && let (Some(token), Some(slot)) = (&proof.token, self.handle.slot())
                            && !progress.token_renewed
                        {
                            slot.drop_refused(token);
                        }
                        failed
                    }
                },
                // The token call has its own repeats.
                Err(error) => Failed {
                    error,
                    verdict: Verdict::Final,
                },
            };
            progress.unknown |= failed.verdict == Verdict::Unknown;
            now = shared.clock.now();
            let error = self.finished(failed.error, &progress, now - start);
            let time_left = end.saturating_duration_since(now);
            let failed = (&error, failed.verdict);
            match self.pause(shared, &**policy, failed, &mut progress, time_left) {
                Some(pause) if pause.is_zero() => {}
                Some(pause) => {
                    shared.clock.pause(pause).await;
                    now = shared.clock.now();
                }
                None => {
                    trace.failed(&error);
                    return Err(error);
                }
            }
        }
    }

    /// How long to wait before the next attempt; none when there is to be none.
    fn pause(
        &self,
        shared: &Shared,
        policy: &dyn Retry,
        (error, verdict): (&Error, Verdict),
        progress: &mut Progress,
        time_left: Duration,
    ) -> Option<Duration> {
        let permitted = match (verdict, self.class) {
            (Verdict::NotHandled, _) | (Verdict::Unknown, RetryClass::Idempotent) => true,
            (Verdict::TokenRefused, _) => !progress.token_renewed,
            (Verdict::Unknown, RetryClass::DuplicateTolerated) => {
                progress.repeats_after_unknown == 0
            }
            _ => false,
        };
        if !permitted {
            return None;
        }
        let failed = FailedAttempt {
            error,
            class: self.class,
            attempts: progress.attempts - u32::from(progress.token_renewed),
            outcome_unknown: verdict == Verdict::Unknown,
            token_refused: verdict == Verdict::TokenRefused,
            time_left,
        };
        let pause = policy.pause(&failed)?;
        if verdict == Verdict::TokenRefused {
            progress.token_renewed = true;
            return (!time_left.is_zero()).then_some(Duration::ZERO);
        }
        // A policy may wait longer than the server asks for, never shorter.
        let pause = pause.max(error.retry_after().unwrap_or_default());
        if pause >= time_left || !shared.budget.take() {
            return None;
        }
        progress.repeats_after_unknown += u32::from(verdict == Verdict::Unknown);
        Some(pause)
    }

    fn finished(&self, error: Error, progress: &Progress, elapsed: Duration) -> Error {
        let carried_out =
            error.status().is_some_and(|status| status.is_success()) && !error.is_token_call();
        let sent = match error.was_sent() {
            WasSent::Yes if carried_out => WasSent::Yes,
            _ if progress.unknown => WasSent::Maybe,
            // It was the token that was asked for and answered, not the call.
            _ if error.is_token_call() => WasSent::No,
            sent => sent,
        };
        error
            .of_call(self.operation, self.class)
            .counted(progress.attempts, elapsed)
            .sent(sent)
    }

    /// The authentication for the next attempt; may wait for a token, but not beyond the deadline.
    async fn proof(&self, shared: &Shared, end: Instant, limit: Duration) -> Result<Proof, Error> {
        let fixed = |name, value: &HeaderValue| {
            Ok(Proof {
                name,
                value: value.clone(),
                token: None,
                waited: false,
            })
        };
        match (&shared.credentials, self.auth) {
            (Credentials::Client { basic, .. }, Auth::Basic) => return fixed(AUTHORIZATION, basic),
            (Credentials::Bearer(token), _) => return fixed(AUTHORIZATION, token),
            (Credentials::ApiKey(key), _) => return fixed(X_API_KEY, key),
            (Credentials::Client { .. } | Credentials::Source(_), _) => {}
        }
        let Some(slot) = self.handle.slot() else {
            return Err(Error::from_token_source("there is no token source"));
        };
        let ready = slot.ready();
        let waited = ready.is_none();
        let token = match ready {
            Some(token) => token,
            None => match before(shared.clock.alarm(end), pin!(slot.token())).await {
                Some(token) => token?,
                None => {
                    return Err(
                        Error::new(Kind::Timeout(limit)).of_token_call(self.handle.account_arc())
                    );
                }
            },
        };
        Ok(Proof {
            name: AUTHORIZATION,
            value: token.header.clone(),
            token: Some(token),
            waited,
        })
    }

    async fn attempt(
        &self,
        shared: &Shared,
        proof: &Proof,
        (now, end): (Instant, Instant),
        deadline: Duration,
        progress: &mut Progress,
        trace: &Trace,
    ) -> Result<Answer, Failed> {
        let timeout = self.options.timeout.unwrap_or(shared.timeout);
        let own = later(now, timeout);
        let (until, limit) = if own < end {
            (own, timeout)
        } else {
            (end, deadline)
        };
        progress.attempts += 1;
        let mut head = None;
        let outcome = before(
            shared.clock.alarm(until),
            pin!(exchange(
                &shared.http,
                self.request(proof),
                &self.url,
                shared.body_limit,
                &mut head,
            )),
        )
        .await;
        trace.attempt(progress.attempts, head.as_ref());
        let (error, head) = match (outcome, head) {
            (Some(Ok(body)), Some(head)) if head.status.is_success() => {
                return Ok(Answer::new(head, body, progress.attempts));
            }
            // Success is known, and nothing more was wanted.
            (_, Some(head)) if head.status.is_success() && self.want == Want::Nothing => {
                return Ok(Answer::new(head, Bytes::new(), progress.attempts));
            }
            // The status decides, even if the body did not come in time.
            (outcome, Some(Head { status, headers })) if !status.is_success() => {
                let body = outcome.and_then(Result::ok).unwrap_or_default();
                let wait = retry_after(&headers, shared.clock.wall());
                let error = Error::new(Kind::Status)
                    .answered(status, headers, body)
                    .retry_in(wait)
                    .foreign(self.foreign(status, proof));
                return Err(Failed {
                    error,
                    verdict: Self::verdict(status, proof),
                });
            }
            (Some(Err(fault)), head) => (fault.into_error(), head),
            (None | Some(Ok(_)), head) => (Error::new(Kind::Timeout(limit)), head),
        };
        let verdict = match error.kind() {
            Kind::Connect | Kind::Refused => Verdict::NotHandled,
            Kind::Timeout(_) | Kind::Broken => Verdict::Unknown,
            _ => Verdict::Final,
        };
        let error = match head {
            // A success whose body did not come: what was asked for is done.
            Some(head) => error.answered(head.status, head.headers, Bytes::new()),
            None if verdict == Verdict::Unknown => error.sent(WasSent::Maybe),
            None => error,
        };
        Err(Failed { error, verdict })
    }

    /// Why a token was refused, as far as it says so itself.
    fn foreign(&self, status: StatusCode, proof: &Proof) -> Option<Foreign> {
        matches!(status.as_u16(), 401 | 403)
            .then(|| Foreign::of_token(&proof.value, self.handle.account()))?
    }

    fn verdict(status: StatusCode, proof: &Proof) -> Verdict {
        match status {
            StatusCode::UNAUTHORIZED if proof.token.is_some() => Verdict::TokenRefused,
            StatusCode::TOO_MANY_REQUESTS => Verdict::NotHandled,
            status if is_passing(status) => Verdict::Unknown,
            _ => Verdict::Final,
        }
    }

    fn request(&self, proof: &Proof) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        let headers = request.headers_mut();
        let defaults = self.handle.default_headers();
        // Those below, and what the HTTP library adds.
        headers.reserve(defaults.len() + self.headers.len() + 4);
        for (name, value) in defaults.iter().chain(&self.headers) {
            headers.insert(name, value.clone());
        }
        headers.insert(proof.name.clone(), proof.value.clone());
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        request
    }
}
