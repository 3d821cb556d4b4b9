//! The token call of client credentials.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, StatusCode};
use reqwest::{Request, Url};
use secrecy::zeroize::Zeroize;
use serde::Deserialize;
use serde_json::Value;

use crate::clock::{Clock, before};
use crate::credentials::{AccessToken, TokenFuture, TokenRequest, TokenSource};
use crate::error::{DecodeFault, Kind};
use crate::retry::{RetryPolicy, is_passing, retry_after};
use crate::trace::Trace;
use crate::wire::{Fault, Head, exchange};
use crate::{Error, path};

/// The token call is small; an answer that takes longer will not come.
const ATTEMPT: Duration = Duration::from_secs(15);
/// Below the default deadline of calls, so that those who wait hear why.
const OVERALL: Duration = Duration::from_secs(60);
/// A token answer has some kilobytes.
const LARGEST: u64 = 1 << 20;

/// Gets tokens with client id and secret: `POST {host}/v1/accounts/{owner}/auth/token`.
///
/// Repeated twice after whatever may pass (no connection, time-out, 408, 429, 5xx), never after 400, 401 or 403.
#[derive(Clone)]
pub(crate) struct ClientCredentialsSource {
    pub(crate) http: reqwest::Client,
    pub(crate) basic: HeaderValue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) clock: Arc<dyn Clock>,
}

impl TokenSource for ClientCredentialsSource {
    fn token(&self, request: TokenRequest) -> TokenFuture {
        let source = self.clone();
        Box::pin(async move {
            let url = source.url(&request)?;
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
        let end = self.clock.now() + OVERALL;
        let mut attempts = 0;
        loop {
            let mut head = None;
            let outcome = self.attempt(request, url, end, &mut head).await;
            attempts += 1;
            trace.attempt(attempts, head.as_ref());
            let error = match outcome {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let delay = policy
                .delay(attempts + 1, error.retry_after())
                .filter(|delay| self.clock.now() + *delay < end)
                .filter(|_| attempts < policy.max_attempts && may_pass(&error));
            let Some(delay) = delay else {
                trace.failed(&error);
                return Err(error);
            };
            self.clock.pause(delay).await;
        }
    }

    async fn attempt(
        &self,
        request: &TokenRequest,
        url: &Url,
        end: Instant,
        seen: &mut Option<Head>,
    ) -> Result<AccessToken, Error> {
        let until = (self.clock.now() + ATTEMPT).min(end);
        let body = match before(
            self.clock.alarm(until),
            pin!(exchange(
                &self.http,
                self.request(request, url),
                url,
                LARGEST,
                seen
            )),
        )
        .await
        {
            None => return Err(Error::new(Kind::Timeout(ATTEMPT))),
            Some(Err(fault)) => return Err(Fault::into_error(fault)),
            Some(Ok(body)) => body,
        };
        let Some(head) = seen.clone() else {
            return Err(Error::new(Kind::Broken));
        };
        if head.status.is_success() {
            // The body holds a token, so no error carries it.
            let token = read(&body);
            wipe(body);
            return token.map_err(|fault| {
                Error::new(Kind::Decode(fault)).answered(head.status, head.headers, Bytes::new())
            });
        }
        let wait = retry_after(&head.headers, self.clock.wall());
        Err(Error::new(Kind::Status)
            .answered(head.status, head.headers, body)
            .retry_in(wait))
    }

    fn url(&self, request: &TokenRequest) -> Result<Url, Error> {
        let owner = path::segment(&request.owner).unwrap_or_default();
        Url::parse(&format!("{}/v1/accounts/{owner}/auth/token", request.host))
            .map_err(Error::from_token_source)
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

/// Whether the same call may go well a little later.
fn may_pass(error: &Error) -> bool {
    match error.status() {
        Some(status) => is_passing(status) || status == StatusCode::TOO_MANY_REQUESTS,
        None => error.is_connect() || error.is_timeout() || error.is_broken_connection(),
    }
}

/// What is read of the answer. The token is borrowed: no copy of it is left behind in a parsed document.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    access_token: Cow<'a, str>,
    expires_in: Option<Value>,
}

/// Zeroes a body that nothing else holds. What the HTTP library still holds of it is out of reach.
fn wipe(body: Bytes) {
    if let Ok(mut body) = body.try_into_mut() {
        body[..].zeroize();
    }
}

fn read(body: &[u8]) -> Result<AccessToken, DecodeFault> {
    let answer: Answer<'_> =
        serde_json::from_slice(body).map_err(|error| DecodeFault::new(&error, body))?;
    if answer.access_token.is_empty() {
        return Err(DecodeFault::field("access_token", "expected a token"));
    }
    let token = AccessToken::new(answer.access_token);
    // Seconds, as an integer; a number in quotes or with a fraction is as good.
    let life = match answer.expires_in {
        Some(Value::Number(seconds)) => seconds.as_f64(),
        Some(Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    let life = life.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
    Ok(AccessToken {
        expires_in: life,
        ..token
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::read;

    #[test]
    fn the_life_time_is_believed_in_whatever_form_it_comes() {
        let cases = [
            (
                r#"{"access_token":"a","token_type":"Bearer","expires_in":14400}"#,
                Some(14400),
            ),
            (r#"{"access_token":"a","expires_in":86400.0}"#, Some(86400)),
            (r#"{"access_token":"a","expires_in":"60"}"#, Some(60)),
            (r#"{"access_token":"a","expires_in":-5}"#, Some(0)),
            (r#"{"access_token":"a","expires_in":1e300}"#, None),
            (r#"{"access_token":"a","expires_in":null}"#, None),
            (r#"{"access_token":"a"}"#, None),
        ];
        for (body, life) in cases {
            let token = read(body.as_bytes()).expect(body);
            assert_eq!(token.secret.expose_secret(), "a");
            assert_eq!(token.expires_in, life.map(Duration::from_secs), "{body}");
        }
    }

    #[test]
    fn an_answer_without_a_token_names_the_field() {
        for body in [
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":null}"#,
        ] {
            assert_eq!(
                read(body.as_bytes()).expect_err(body).path(),
                Some("access_token")
            );
        }
        assert_eq!(
            read(b"<html>").expect_err("no JSON").reason(),
            "the body is not JSON"
        );
    }
}
