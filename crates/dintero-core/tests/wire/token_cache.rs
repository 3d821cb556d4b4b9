//! The token cache with many callers at once: tokens are fetched once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dintero_core::{Error, Handle, ManualClock, WasSent};
use tokio::task::JoinHandle;

use crate::http2::{Http2, Reply};
use crate::server::{Server, Step, reply};
use crate::{CAPTURE, Thing, builder, call};

/// Starts this many calls at once.
fn spawn_calls(handle: &Handle, size: usize) -> Vec<JoinHandle<Result<Thing, Error>>> {
    let one = |_| {
        let handle = handle.clone();
        tokio::spawn(async move { call(&handle, &CAPTURE).await })
    };
    (0..size).map(one).collect()
}

/// A handle whose calls all go over one HTTP/2 connection, tokens included.
fn over_http2(server: &Http2, clock: &ManualClock) -> Handle {
    let builder = Handle::builder()
        .account("T12345678")
        .client_credentials("id", "secret")
        .api_url(&server.url)
        .checkout_url(&server.url)
        .http_client(reqwest::ClientBuilder::http2_prior_knowledge);
    builder.clock(clock.clone()).build().expect("handle")
}

fn is_token_call(request: &http::Request<()>) -> bool {
    request.uri().path().ends_with("/auth/token")
}

fn token_of(request: &http::Request<()>) -> &[u8] {
    let value = request.headers().get("authorization");
    value.map_or(&[], http::HeaderValue::as_bytes)
}

const TOKENS: [&str; 4] = [
    r#"{"access_token":"1","expires_in":14400}"#,
    r#"{"access_token":"2","expires_in":14400}"#,
    r#"{"access_token":"3","expires_in":14400}"#,
    r#"{"access_token":"4","expires_in":14400}"#,
];

#[tokio::test]
async fn ten_thousand_first_calls_fetch_one_token() {
    let fetches = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetches);
    let server = Http2::start(move |request, _| {
        if is_token_call(request) {
            count.fetch_add(1, Ordering::SeqCst);
            return Reply::Response(200, TOKENS[0]);
        }
        assert_eq!(token_of(request), b"Bearer 1");
        Reply::Response(200, r#"{"id":"x"}"#)
    })
    .await;
    for waiting in spawn_calls(&over_http2(&server, &ManualClock::new()), 10_000) {
        waiting.await.expect("task").expect("response");
    }
    assert_eq!(
        (fetches.load(Ordering::SeqCst), server.count()),
        (1, 10_001)
    );
}

/// Makes so many calls at once of an API that refuses a token if `refuses`, which sees the number of the token and of the request. Returns the
/// results, the requests without the token calls, and the token calls.
async fn storm(
    size: usize,
    refuses: impl Fn(u64, usize) -> bool + Send + Sync + 'static,
) -> (Vec<Result<Thing, Error>>, usize, usize) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetches);
    let server = Http2::start(move |request, before| {
        if is_token_call(request) {
            let number = count.fetch_add(1, Ordering::SeqCst);
            return Reply::Response(200, TOKENS[number.min(TOKENS.len() - 1)]);
        }
        let token = std::str::from_utf8(token_of(request)).expect("text");
        let number = token.trim_start_matches("Bearer ").parse().expect("number");
        match refuses(number, before) {
            true => Reply::Response(401, "{}"),
            false => Reply::Response(200, r#"{"id":"x"}"#),
        }
    })
    .await;
    let handle = over_http2(&server, &ManualClock::new());
    let mut results = Vec::new();
    for waiting in spawn_calls(&handle, size) {
        results.push(waiting.await.expect("task"));
    }
    let fetches = fetches.load(Ordering::SeqCst);
    (results, server.count() - fetches, fetches)
}

#[tokio::test]
async fn a_token_that_expires_under_way_is_renewed_once_and_each_call_is_retried_at_most_once() {
    for size in [1, 2, 300] {
        let (results, calls, fetches) = storm(size, |token, _| token == 1).await;
        assert!(results.iter().all(Result::is_ok), "{size}");
        assert_eq!(fetches, 2, "{size}");
        assert!(calls <= 2 * size, "{calls} of {size}");
    }
}

#[tokio::test]
async fn an_api_that_refuses_every_token_receives_one_request_more_than_there_are_calls() {
    for size in [1, 2, 300] {
        let (results, calls, fetches) = storm(size, |_, _| true).await;
        for result in results {
            let error = result.expect_err("refused");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
            assert!(
                error.is_authentication() && !error.is_retryable(),
                "{error}"
            );
            assert_eq!(error.was_sent(), WasSent::Yes, "{error}");
        }
        assert!(calls <= size + 1, "{calls} of {size}");
        assert!(fetches <= 2, "{fetches} for {size}");
    }
}

#[tokio::test]
async fn an_api_that_refuses_at_random_receives_each_call_at_most_twice_and_few_token_calls() {
    for size in [1, 2, 300] {
        for seed in [1, 5, 10, 15, 19] {
            let refuses = move |_, before| {
                let mut random = fastrand::Rng::with_seed(seed << 32 | before as u64);
                random.u64(..20) < seed
            };
            let (results, calls, fetches) = storm(size, refuses).await;
            let errors = results.iter().filter_map(|result| result.as_ref().err());
            assert!(errors.into_iter().all(Error::is_authentication), "{seed}");
            assert!(calls <= 2 * size, "{calls} of {size}, seed {seed}");
            assert!(fetches <= 3, "{fetches} for {size}, seed {seed}");
        }
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_is_not_overloaded_and_all_callers_receive_the_error_in_time() {
    for (step, fetches) in [
        (reply(503, "{}"), 3),
        (Step::Close, 3),
        (reply(401, "{}"), 1),
    ] {
        let clock = ManualClock::new();
        let server = Server::start().await.token((0..100).map(|_| step.clone()));
        let handle = builder(&server, &clock).build().expect("handle");
        for waiting in spawn_calls(&handle, 1000) {
            let error = waiting.await.expect("task").expect_err("no token");
            assert!(error.is_token_call(), "{error}");
            assert_eq!((error.was_sent(), error.attempts()), (WasSent::No, 0));
            assert!(error.elapsed() < Duration::from_secs(90), "{error}");
        }
        assert_eq!(
            server.token_calls().len(),
            fetches,
            "one fetch with its own retries"
        );
        assert_eq!(server.calls().len(), 0);
    }
}

#[tokio::test]
async fn a_caller_that_is_dropped_does_not_cancel_the_fetch_of_the_others() {
    let server = Server::start().await;
    let clock = ManualClock::new();
    let handle = builder(&server, &clock).build().expect("handle");
    let mut callers = spawn_calls(&handle, 20);
    tokio::task::yield_now().await;
    let first = callers.remove(0);
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    for waiting in callers {
        waiting.await.expect("task").expect("response");
    }
    assert_eq!((server.token_calls().len(), server.calls().len()), (1, 19));
}
