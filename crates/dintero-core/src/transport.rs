//! The attempts of a call: authorization, request, and the decision about a retry.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{Request, Url};

use crate::audience::AudienceMismatch;
use crate::clock::{before, later};
use crate::credentials::Credentials;
use crate::error::Kind;
use crate::exchange::{Head, exchange};
use crate::handle::Shared;
use crate::raw_response::RawResponse;
use crate::retry_after::{is_transient, retry_after};
use crate::token::Token;
use crate::trace::Trace;
use crate::{
    Auth, CallOptions, Error, FailedAttempt, Handle, Operation, Retry, RetryClass, WasSent,
};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The body that is expected of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Bytes,
    Ignored,
}

/// A request that is complete except for its authorization.
pub(crate) struct PreparedRequest {
    pub(crate) handle: Handle,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) class: RetryClass,
    pub(crate) auth: Auth,
    pub(crate) options: CallOptions,
    pub(crate) body_kind: BodyKind,
}

/// An attempt that failed.
struct Failed {
    error: Error,
    disposition: Disposition,
}

/// Whether the server handled an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    /// It provably did not, and the next attempt may succeed.
    NotHandled,
    /// It refused the token.
    TokenRefused,
    /// It is unknown.
    Unknown,
    /// It did, or it refused the request permanently.
    Final,
}

/// The authorization header of one attempt, and the token in it.
struct Authorization {
    name: HeaderName,
    value: HeaderValue,
    token: Option<Arc<Token>>,
    /// Whether a token had to be fetched.
    waited: bool,
}

/// The attempts so far.
#[derive(Default)]
struct Progress {
    attempts: u32,
    /// The outcome of some attempt is unknown.
    unknown: bool,
    retries_after_unknown: u32,
    token_renewed: bool,
}

impl PreparedRequest {
    pub(crate) async fn run(self) -> Result<RawResponse, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let mut violations = crate::data::Violations::default();
            violations.push("", "calls require a Tokio runtime");
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

    async fn attempts(&self, trace: &Trace) -> Result<RawResponse, Error> {
        let shared = self.handle.shared();
        let policy = self.options.retry.as_ref().unwrap_or(&shared.retry);
        let limit = self.options.deadline.unwrap_or(shared.deadline);
        let start = shared.clock.now();
        let end = later(start, limit);
        let mut progress = Progress::default();
        // Reading the clock can be slow, so it is read only after waiting.
        let mut now = start;
        loop {
            let authorization = self.authorization(shared, end, limit).await;
            if authorization
                .as_ref()
                .is_ok_and(|authorization| authorization.waited)
            {
                now = shared.clock.now();
            }
            let failed = match authorization {
                // The token arrived at the deadline: no response could arrive in time.
                Ok(_) if now >= end => Failed {
                    error: Error::new(Kind::Timeout(limit)),
                    disposition: Disposition::Final,
                },
                Ok(authorization) => match self
                    .attempt(
                        shared,
                        &authorization,
                        (now, end),
                        limit,
                        &mut progress,
                        trace,
                    )
                    .await
                {
                    Ok(mut response) => {
                        shared.budget.release();
                        response.elapsed = shared.clock.now() - start;
                        return Ok(response);
                    }
                    Err(failed) => {
                        if failed.disposition == Disposition::TokenRefused
                            && let (Some(token), Some(cached)) =
                                (&authorization.token, self.handle.token())
                            && !progress.token_renewed
                        {
                            cached.invalidate(token);
                        }
                        failed
                    }
                },
                // The token call has its own retries.
                Err(error) => Failed {
                    error,
                    disposition: Disposition::Final,
                },
            };
            progress.unknown |= failed.disposition == Disposition::Unknown;
            now = shared.clock.now();
            let error = self.finished(failed.error, &progress, now - start);
            let time_left = end.saturating_duration_since(now);
            let failed = (&error, failed.disposition);
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

    /// Returns the delay before the next attempt, or `None` if there is none.
    fn delay(
        &self,
        shared: &Shared,
        policy: &dyn Retry,
        (error, disposition): (&Error, Disposition),
        progress: &mut Progress,
        time_left: Duration,
    ) -> Option<Duration> {
        let permitted = match (disposition, self.class) {
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
            class: self.class,
            attempts: progress.attempts - u32::from(progress.token_renewed),
            outcome_unknown: disposition == Disposition::Unknown,
            token_refused: disposition == Disposition::TokenRefused,
            time_left,
        };
        let delay = policy.delay(&failed)?;
        if disposition == Disposition::TokenRefused {
            progress.token_renewed = true;
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
            .of_call(self.operation, self.class)
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
        let fixed = |name, value: &HeaderValue| {
            Ok(Authorization {
                name,
                value: value.clone(),
                token: None,
                waited: false,
            })
        };
        match (&shared.credentials, self.auth) {
            (_, Auth::None) => return fixed(AUTHORIZATION, &HeaderValue::from_static("")),
            (Credentials::Client { basic, .. }, Auth::Basic) => {
                return fixed(AUTHORIZATION, basic);
            }
            (Credentials::Bearer(token), _) => return fixed(AUTHORIZATION, token),
            (Credentials::ApiKey(key), _) => return fixed(X_API_KEY, key),
            (Credentials::Client { .. } | Credentials::Source(_), _) => {}
        }
        let Some(cached) = self.handle.token() else {
            return Err(Error::from_token_source("there is no token source"));
        };
        let current = cached.current();
        let waited = current.is_none();
        let token = match current {
            Some(token) => token,
            None => match before(shared.clock.sleep_until(end), pin!(cached.get())).await {
                Some(token) => token?,
                None => {
                    return Err(
                        Error::new(Kind::Timeout(limit)).of_token_call(self.handle.account_arc())
                    );
                }
            },
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
        (now, end): (Instant, Instant),
        deadline: Duration,
        progress: &mut Progress,
        trace: &Trace,
    ) -> Result<RawResponse, Failed> {
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
            shared.clock.sleep_until(until),
            pin!(exchange(
                &shared.http,
                self.request(authorization),
                &self.url,
                shared.body_limit,
                &mut head,
            )),
        )
        .await;
        trace.attempt(progress.attempts, head.as_ref());
        if let Some(head) = &head {
            shared.drifts.status(self.operation, head.status);
        }
        let (error, head) = match (outcome, head) {
            (Some(Ok(body)), Some(head)) if head.status.is_success() => {
                return Ok(RawResponse::new(
                    head,
                    body,
                    progress.attempts,
                    shared.drifts.clone(),
                ));
            }
            // The success is known, and no body is expected.
            (_, Some(head)) if head.status.is_success() && self.body_kind == BodyKind::Ignored => {
                let drifts = shared.drifts.clone();
                return Ok(RawResponse::new(
                    head,
                    Bytes::new(),
                    progress.attempts,
                    drifts,
                ));
            }
            // The status decides, even if the body did not arrive in time.
            (outcome, Some(Head { status, headers })) if !status.is_success() => {
                let body = outcome.and_then(Result::ok).unwrap_or_default();
                let wait = retry_after(&headers, shared.clock.wall());
                let refused = matches!(status.as_u16(), 401 | 403);
                let account = self.handle.account();
                let mismatch = || AudienceMismatch::of_token(&authorization.value, account);
                let error = Error::new(Kind::Status)
                    .with_response(status, headers, body)
                    .with_retry_after(wait)
                    .with_audience_mismatch(refused.then(mismatch).flatten());
                return Err(Failed {
                    error,
                    disposition: Self::disposition(status, authorization),
                });
            }
            (Some(Err(fault)), head) => (fault.into_error(), head),
            (None | Some(Ok(_)), head) => (Error::new(Kind::Timeout(limit)), head),
        };
        let disposition = match error.kind() {
            Kind::Connect | Kind::Refused => Disposition::NotHandled,
            Kind::Timeout(_) | Kind::Broken => Disposition::Unknown,
            _ => Disposition::Final,
        };
        let error = match head {
            // The status is a success, so the call was carried out although its body was not received.
            Some(head) => error.with_response(head.status, head.headers, Bytes::new()),
            None if disposition == Disposition::Unknown => error.with_sent(WasSent::Maybe),
            None => error,
        };
        Err(Failed { error, disposition })
    }

    fn disposition(status: StatusCode, authorization: &Authorization) -> Disposition {
        match status {
            StatusCode::UNAUTHORIZED if authorization.token.is_some() => Disposition::TokenRefused,
            StatusCode::TOO_MANY_REQUESTS => Disposition::NotHandled,
            status if is_transient(status) => Disposition::Unknown,
            _ => Disposition::Final,
        }
    }

    fn request(&self, authorization: &Authorization) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        let headers = request.headers_mut();
        let defaults = &self.handle.shared().headers;
        // The authorization, and the headers that the HTTP library adds.
        headers.reserve(defaults.len() + self.headers.len() + 4);
        for (name, value) in defaults.iter().chain(&self.headers) {
            headers.insert(name, value.clone());
        }
        if self.auth != Auth::None {
            headers.insert(authorization.name.clone(), authorization.value.clone());
        }
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        request
    }
}
