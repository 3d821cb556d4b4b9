//! The token call of client credentials.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method};
use reqwest::{Request, Url};
use secrecy::zeroize::Zeroize;
use serde::Deserialize;
use serde_json::Value;

use crate::clock::{Clock, before};
use crate::credentials::{AccessToken, TokenFuture, TokenRequest, TokenSource};
use crate::data::Violation;
use crate::error::{Kind, mismatch};
use crate::exchange::{Head, exchange};
use crate::http_clients::HttpClients;
use crate::retry::RetryPolicy;
use crate::trace::Trace;
use crate::{Error, RetryClass, path};

/// The token call is small: a response that takes longer will not arrive.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// Below the default deadline of calls, so that waiting callers receive the reason.
const DEADLINE: Duration = Duration::from_secs(60);
/// A response of the token call has some kilobytes.
const BODY_LIMIT: u64 = 1 << 20;

/// Requests tokens with client id and secret: `POST {host}/v1/accounts/{owner}/auth/token`.
///
/// Retried twice after a failure that may be transient (no connection, timeout, 408, 429, 5xx), never after 400, 401 or 403.
#[derive(Clone)]
pub(crate) struct ClientCredentialsSource {
    pub(crate) http: Arc<HttpClients>,
    pub(crate) basic: HeaderValue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) clock: Arc<dyn Clock>,
}

impl TokenSource for ClientCredentialsSource {
    fn token(&self, request: TokenRequest) -> TokenFuture {
        let source = self.clone();
        Box::pin(async move {
            let owner = path::segment(&request.owner).unwrap_or_default();
            let url = format!("{}/v1/accounts/{owner}/auth/token", request.host);
            let url = Url::parse(&url).map_err(Error::from_token_source)?;
            let trace = Trace::of_token(&url, request.account());
            trace.around(source.fetch(&request, &url, &trace)).await
        })
    }
}

impl ClientCredentialsSource {
    async fn fetch(
        &self,
        request: &TokenRequest,
        url: &Url,
        trace: &Trace,
    ) -> Result<AccessToken, Error> {
        let policy = RetryPolicy::default().with_max_retry_after(Duration::from_secs(15));
        let end = self.clock.now() + DEADLINE;
        let mut attempts = 0;
        loop {
            let mut head = None;
            let outcome = self.attempt(request, url, end, &mut head).await;
            attempts += 1;
            trace.attempt(attempts, head.as_ref());
            let error = match outcome {
                Ok(token) => return Ok(token),
                Err(error) => error.of_call(None, RetryClass::Idempotent),
            };
            let delay = policy
                .delay_before(attempts + 1, error.retry_after())
                .filter(|delay| self.clock.now() + *delay < end)
                .filter(|_| attempts < policy.max_attempts && error.is_retryable());
            let Some(delay) = delay else {
                trace.failed(&error);
                return Err(error);
            };
            self.clock.sleep(delay).await;
        }
    }

    async fn attempt(
        &self,
        request: &TokenRequest,
        url: &Url,
        end: Instant,
        received: &mut Option<Head>,
    ) -> Result<AccessToken, Error> {
        let now = self.clock.now();
        let sleep = self.clock.sleep_until((now + ATTEMPT_TIMEOUT).min(end));
        let post = self.request(request, url);
        let body = before(
            sleep,
            pin!(exchange(&self.http, post, false, BODY_LIMIT, received)),
        )
        .await;
        let body = body.unwrap_or_else(|| Err(Error::new(Kind::Timeout(ATTEMPT_TIMEOUT))))?;
        let Some(head) = received.clone() else {
            return Err(Error::new(Kind::Broken));
        };
        if head.status.is_success() {
            // The body holds a token, so no error carries it.
            let token = read(&body);
            wipe(body);
            return token.map_err(|fault| {
                Error::new(Kind::Decode(fault)).with_response(head, Bytes::new())
            });
        }
        Err(Error::of_status(head, body, self.clock.wall()))
    }

    fn request(&self, request: &TokenRequest, url: &Url) -> Request {
        let body = serde_json::json!({ "grant_type": "client_credentials", "audience": request.audience() });
        let mut call = Request::new(Method::POST, url.clone());
        let headers = call.headers_mut();
        headers.insert(AUTHORIZATION, self.basic.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, self.user_agent.clone());
        *call.body_mut() = Some(body.to_string().into());
        call
    }
}

/// The response of the token call. The token is borrowed, so that no copy remains in a parsed document.
#[derive(Deserialize)]
struct TokenResponse<'a> {
    #[serde(borrow, default)]
    access_token: Cow<'a, str>,
    expires_in: Option<Value>,
}

/// Zeroes a body that nothing else holds. The buffers of the HTTP library are out of reach.
fn wipe(body: Bytes) {
    if let Ok(mut body) = body.try_into_mut() {
        body[..].zeroize();
    }
}

fn read(body: &[u8]) -> Result<AccessToken, Violation> {
    let response: TokenResponse<'_> =
        serde_json::from_slice(body).map_err(|error| mismatch(&error, body))?;
    if response.access_token.is_empty() {
        return Err(Violation::new("access_token", "expected a token"));
    }
    // Seconds as an integer, also in quotes or with a fraction.
    let seconds = match response.expires_in {
        Some(Value::Number(seconds)) => seconds.as_f64(),
        Some(Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    Ok(AccessToken {
        expires_in: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()),
        ..AccessToken::new(response.access_token)
    })
}

#[cfg(test)]
mod tests;
