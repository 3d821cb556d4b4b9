//! The attempts of a call: authorization, request, and the decision about a retry.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{Request, Url};

use crate::audience::TokenFault;
use crate::clock::{before, later};
use crate::data::Violations;
use crate::error::Kind;
use crate::exchange::{Head, exchange};
use crate::handle::Shared;
use crate::response::RawResponse;
use crate::retry_after::is_transient;
use crate::token::Token;
use crate::trace::Trace;
use crate::{Auth, Call, Error, FailedAttempt, Retry, RetryClass, WasSent};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Bytes,
    Ignored,
}

pub(crate) struct PreparedRequest {
    pub(crate) call: Call,
    pub(crate) url: Url,
    pub(crate) body_kind: BodyKind,
}

type Failed = (Error, Disposition);

/// Whether the server handled an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    /// It provably did not, and the next attempt may succeed.
    NotHandled,
    TokenRefused,
    Unknown,
    /// It did, or it refused the request permanently.
    Final,
}

struct Authorization {
    name: HeaderName,
    value: HeaderValue,
    token: Option<Arc<Token>>,
    waited: bool,
}

#[derive(Default)]
struct Progress {
    attempts: u32,
    unknown: bool,
    retries_after_unknown: u32,
    token_renewed: bool,
    /// The refusal after which a new token is tried next.
    refusal: Option<Error>,
}

impl PreparedRequest {
    pub(crate) async fn run(self) -> Result<RawResponse, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let violations = Violations::of("", "calls require a Tokio runtime");
            return Err(Error::new(Kind::Configuration(violations))
                .of_call(self.call.operation, self.call.class));
        }
        let trace = Trace::of_call(&self.call, &self.url);
        trace.around(self.attempts(&trace)).await
    }

    async fn attempts(&self, trace: &Trace) -> Result<RawResponse, Error> {
        let shared = self.call.handle.shared();
        let policy = self.call.options.retry.as_ref().unwrap_or(&shared.retry);
        let limit = self.call.options.deadline.unwrap_or(shared.deadline);
        let start = shared.clock.now();
        let end = later(start, limit);
        let mut progress = Progress::default();
        // Reading the clock can be slow, so it is read only after waiting.
        let mut now = start;
        loop {
            let authorization = self.authorization(shared, end, limit).await;
            if authorization.as_ref().is_ok_and(|known| known.waited) {
                now = shared.clock.now();
            }
            let token = authorization.as_ref().ok().and_then(|it| it.token.clone());
            let mut turn = None;
            if let (Some(refusal), Some(token)) = (progress.refusal.take(), &token) {
                let end = shared.clock.sleep_until(end);
                match before(end, pin!(token.turn())).await {
                    Some(Ok(own)) => turn = own,
                    // A second request would be refused too.
                    _ => {
                        trace.failed(&refusal);
                        return Err(refusal);
                    }
                }
                now = shared.clock.now();
            }
            let (error, mut disposition) = match &authorization {
                // The token arrived at the deadline: no response could arrive in time.
                Ok(_) if now >= end => (Error::new(Kind::Timeout(limit)), Disposition::Final),
                Ok(authorization) => {
                    let times = (now, end, limit);
                    let attempt = self.attempt(shared, authorization, times, &mut progress, trace);
                    match attempt.await {
                        Ok(mut response) => {
                            token.inspect(|token| token.tried(false));
                            shared.budget.release();
                            response.elapsed = shared.clock.now() - start;
                            return Ok(response);
                        }
                        Err(failed) => failed,
                    }
                }
                // The token call has its own retries.
                Err(error) => (error.clone(), Disposition::Final),
            };
            if let (Some(token), Some(cached)) = (&token, self.call.handle.token()) {
                let is_unauthorized = error.status() == Some(StatusCode::UNAUTHORIZED);
                let is_refused = disposition == Disposition::TokenRefused;
                if is_refused || !is_unauthorized {
                    token.tried(is_refused);
                }
                let is_final = is_unauthorized && !progress.token_renewed && !cached.refuse(token);
                if is_refused && is_final {
                    disposition = Disposition::Final;
                }
            }
            drop(turn);
            progress.unknown |= disposition == Disposition::Unknown;
            now = shared.clock.now();
            let error = self.finished(error, &progress, now - start);
            let time_left = end.saturating_duration_since(now);
            let failed = (&error, disposition);
            match self.delay(shared, &**policy, failed, &mut progress, time_left) {
                Some(delay) if delay.is_zero() => {}
                Some(delay) => {
                    shared.clock.sleep(delay).await;
                    now = shared.clock.now();
                }
                None => {
                    trace.failed(&error);
                    return Err(error);
                }
            }
        }
    }

    fn delay(
        &self,
        shared: &Shared,
        policy: &dyn Retry,
        (error, disposition): (&Error, Disposition),
        progress: &mut Progress,
        time_left: Duration,
    ) -> Option<Duration> {
        let permitted = match (disposition, self.call.class) {
            (Disposition::NotHandled, _) | (Disposition::Unknown, RetryClass::Idempotent) => true,
            (Disposition::TokenRefused, _) => !progress.token_renewed,
            (Disposition::Unknown, RetryClass::DuplicateTolerated) => {
                progress.retries_after_unknown == 0
            }
            _ => false,
        };
        if !permitted {
            return None;
        }
        let failed = FailedAttempt {
            error,
            retry_class: self.call.class,
            attempts: progress.attempts - u32::from(progress.token_renewed),
            is_outcome_unknown: disposition == Disposition::Unknown,
            is_token_refused: disposition == Disposition::TokenRefused,
            time_left,
        };
        let delay = policy.delay(&failed)?;
        if disposition == Disposition::TokenRefused {
            progress.token_renewed = true;
            progress.refusal = Some(error.clone());
            return (!time_left.is_zero()).then_some(Duration::ZERO);
        }
        // A policy may wait longer than the server requests, never shorter.
        let delay = delay.max(error.retry_after().unwrap_or_default());
        if delay >= time_left || !shared.budget.try_acquire() {
            return None;
        }
        progress.retries_after_unknown += u32::from(disposition == Disposition::Unknown);
        Some(delay)
    }

    fn finished(&self, error: Error, progress: &Progress, elapsed: Duration) -> Error {
        let carried_out =
            error.status().is_some_and(|status| status.is_success()) && !error.is_token_call();
        let sent = match error.was_sent() {
            WasSent::Yes if carried_out => WasSent::Yes,
            _ if progress.unknown => WasSent::Maybe,
            // The response belongs to the token call.
            _ if error.is_token_call() => WasSent::No,
            sent => sent,
        };
        error
            .of_call(self.call.operation, self.call.class)
            .with_attempts(progress.attempts, elapsed)
            .with_sent(sent)
    }

    /// Returns the authorization of the next attempt. May wait for a token, but not beyond the deadline.
    async fn authorization(
        &self,
        shared: &Shared,
        end: Instant,
        limit: Duration,
    ) -> Result<Authorization, Error> {
        let cached = match (&shared.credentials.header, self.call.handle.token()) {
            (_, Some(cached)) if self.call.auth == Auth::Bearer => cached,
            (None, Some(cached)) if self.call.auth == Auth::Basic => cached,
            (header, _) => {
                let none = (AUTHORIZATION, HeaderValue::from_static(""));
                let (name, value) = header.clone().unwrap_or(none);
                return Ok(Authorization {
                    name,
                    value,
                    token: None,
                    waited: false,
                });
            }
        };
        let current = cached.current();
        let waited = current.is_none();
        let token = match current {
            Some(token) => token,
            None => before(shared.clock.sleep_until(end), pin!(cached.get()))
                .await
                .unwrap_or_else(|| {
                    Err(Error::new(Kind::Timeout(limit))
                        .of_token_call(self.call.handle.account().into()))
                })?,
        };
        Ok(Authorization {
            name: AUTHORIZATION,
            value: token.header.clone(),
            token: Some(token),
            waited,
        })
    }

    async fn attempt(
        &self,
        shared: &Shared,
        authorization: &Authorization,
        (now, end, deadline): (Instant, Instant, Duration),
        progress: &mut Progress,
        trace: &Trace,
    ) -> Result<RawResponse, Failed> {
        let timeout = self.call.options.timeout.unwrap_or(shared.timeout);
        let own = later(now, timeout);
        let (until, limit) = (own, timeout).min((end, deadline));
        progress.attempts += 1;
        let mut head = None;
        let (request, most) = (self.request(authorization), shared.body_limit);
        let is_unique = self.call.class == RetryClass::NonIdempotent;
        let sleep = shared.clock.sleep_until(until);
        let outcome = before(
            sleep,
            pin!(exchange(&shared.http, request, is_unique, most, &mut head)),
        )
        .await;
        if outcome.is_none() && head.is_none() {
            shared.http.nothing_received(until - now);
        }
        trace.attempt(progress.attempts, head.as_ref());
        if let Some(head) = &head {
            shared.drifts.status(self.call.operation, head.status);
        }
        let (error, head) = match (outcome, head) {
            // The status decides, even if the body did not arrive in time.
            (outcome, Some(head)) if !head.status.is_success() => {
                let disposition = self.disposition(&head, authorization);
                let refused = matches!(head.status.as_u16(), 401 | 403);
                let body = outcome.and_then(Result::ok).unwrap_or_default();
                let (account, wall) = (self.call.handle.account(), shared.clock.wall());
                let fault = || TokenFault::of_token(&authorization.value, account, wall);
                let error = Error::of_status(head, body, wall)
                    .with_token_fault(refused.then(fault).flatten());
                let sent = match disposition {
                    Disposition::Unknown => WasSent::Maybe,
                    _ => error.was_sent(),
                };
                return Err((error.with_sent(sent), disposition));
            }
            // The success is known, even if a body that nobody expects did not arrive.
            (outcome, Some(head))
                if matches!(outcome, Some(Ok(_))) || self.body_kind == BodyKind::Ignored =>
            {
                return Ok(RawResponse {
                    head,
                    body: outcome.and_then(Result::ok).unwrap_or_default(),
                    attempts: progress.attempts,
                    elapsed: Duration::ZERO,
                    drifts: shared.drifts.clone(),
                });
            }
            (Some(Err(error)), head) => (error, head),
            (None | Some(Ok(_)), head) => (Error::new(Kind::Timeout(limit)), head),
        };
        let disposition = match error.kind() {
            Kind::Connect(_) | Kind::Refused => Disposition::NotHandled,
            Kind::Timeout(_) | Kind::Broken => Disposition::Unknown,
            _ => Disposition::Final,
        };
        let error = match head {
            // The status is a success, so the call was carried out although its body was not received.
            Some(head) => error.with_response(head, Bytes::new()),
            None if disposition == Disposition::Unknown => error.with_sent(WasSent::Maybe),
            None => error,
        };
        Err((error, disposition))
    }

    fn disposition(&self, head: &Head, authorization: &Authorization) -> Disposition {
        match head.status {
            // It may be the late response to nothing: the request may still be carried out.
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS if !head.is_attributable => {
                Disposition::Unknown
            }
            StatusCode::UNAUTHORIZED if authorization.token.is_some() => Disposition::TokenRefused,
            StatusCode::TOO_MANY_REQUESTS => Disposition::NotHandled,
            status if is_transient(status) => Disposition::Unknown,
            _ => Disposition::Final,
        }
    }

    fn request(&self, authorization: &Authorization) -> Request {
        let mut request = Request::new(self.call.method.clone(), self.url.clone());
        let headers = request.headers_mut();
        let defaults = &self.call.handle.shared().headers;
        // The authorization, and the headers that the HTTP library adds.
        headers.reserve(defaults.len() + self.call.headers.len() + 4);
        for (name, value) in defaults.iter().chain(&self.call.headers) {
            headers.insert(name, value.clone());
        }
        if self.call.auth != Auth::None {
            headers.insert(authorization.name.clone(), authorization.value.clone());
        }
        let body = self.call.body.clone().map(reqwest::Body::from);
        let is_write = matches!(self.call.method, Method::POST | Method::PUT | Method::PATCH);
        if body.is_none() && is_write {
            // Servers respond with 411 to a request that does not say that it has no body.
            let headers = request.headers_mut();
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *request.body_mut() = body;
        request
    }
}
