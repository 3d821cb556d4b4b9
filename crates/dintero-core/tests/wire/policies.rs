//! Policies of the user's own, clients of the user's own, and tokens of other accounts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use dintero_core::{
    Error, FailedAttempt, Handle, ManualClock, Retry, RetryClass, RetryPolicy, WasSent,
};
use http::Method;

use crate::server::{Server, reply};
use crate::{CAPTURE, READ, SESSION, builder, call, handle};

fn always(_: &FailedAttempt<'_>) -> Option<Duration> {
    Some(Duration::ZERO)
}

#[tokio::test]
async fn a_policy_that_always_retries_is_not_asked_where_the_class_forbids_it() {
    let asked: Arc<Mutex<Vec<RetryClass>>> = Arc::default();
    let note = Arc::clone(&asked);
    let policy = move |failed: &FailedAttempt<'_>| {
        note.lock().expect("lock").push(failed.retry_class());
        always(failed)
    };
    let clock = ManualClock::new();
    let server = Server::start().await.api((0..3).map(|_| reply(503, "{}")));
    let handle = builder(&server, &clock)
        .retry(policy)
        .build()
        .expect("handle");
    let error = call(&handle, &CAPTURE).await.expect_err("503");
    assert_eq!(
        (error.was_sent(), server.calls().len()),
        (WasSent::Maybe, 1)
    );
    assert!(asked.lock().expect("lock").is_empty());
    assert!(call(&handle, &SESSION).await.is_err());
    assert_eq!(server.calls().len(), 3, "once more, and no more");
    assert_eq!(
        *asked.lock().expect("lock"),
        [RetryClass::DuplicateTolerated]
    );
}

#[tokio::test]
async fn a_policy_of_a_call_wins_over_that_of_the_client_and_sees_what_happened() {
    struct Seen(Arc<Mutex<Vec<String>>>);
    impl Retry for Seen {
        fn delay(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
            let line = format!(
                "{} {:?} unknown={} refused={} left={}",
                failed.attempts(),
                failed.error().status().map(|status| status.as_u16()),
                failed.is_outcome_unknown(),
                failed.is_token_refused(),
                failed.time_left().as_secs()
            );
            self.0.lock().expect("lock").push(line);
            (failed.attempts() < 4).then_some(Duration::from_secs(10))
        }
    }
    let clock = ManualClock::new();
    let server = Server::start()
        .await
        .api([401, 429, 500, 503, 503].map(|status| reply(status, "{}")));
    let lines = Arc::default();
    let error = builder(&server, &clock)
        .retry(RetryPolicy::off())
        .build()
        .expect("handle")
        .call(&READ)
        .path("id", &"a")
        .retry(Arc::new(Seen(Arc::clone(&lines))))
        .send_bytes()
        .await
        .expect_err("it gives up");
    assert_eq!((error.attempts(), clock.passed().as_secs()), (5, 30));
    let expected = [
        "1 Some(401) unknown=false refused=true left=90",
        "1 Some(429) unknown=false refused=false left=90",
        "2 Some(500) unknown=true refused=false left=80",
        "3 Some(503) unknown=true refused=false left=70",
        "4 Some(503) unknown=true refused=false left=60",
    ];
    assert_eq!(*lines.lock().expect("lock"), expected);
}

#[tokio::test]
async fn a_policy_cannot_be_faster_than_the_server_asks_nor_outlast_the_deadline_or_the_budget() {
    let clock = ManualClock::new();
    let slow = || reply(429, "{}").with("retry-after", "20");
    let server = Server::start().await.api((0..9).map(|_| slow()));
    let handle = builder(&server, &clock)
        .retry(always)
        .build()
        .expect("handle");
    let error = call(&handle, &CAPTURE).await.expect_err("the deadline");
    assert_eq!((error.attempts(), clock.passed().as_secs()), (5, 80));
    let server = Server::start()
        .await
        .api((0..200).map(|_| reply(429, "{}")));
    let handle = builder(&server, &clock)
        .retry(always)
        .build()
        .expect("handle");
    assert!(call(&handle, &CAPTURE).await.is_err());
    assert_eq!(
        server.calls().len(),
        101,
        "the budget has a hundred retries"
    );
    let endless = |_: &FailedAttempt<'_>| Some(Duration::MAX);
    let server = Server::start().await.api([reply(429, "{}")]);
    let handle = builder(&server, &clock)
        .retry(endless)
        .build()
        .expect("handle");
    assert!(call(&handle, &CAPTURE).await.is_err(), "and no overflow");
}

#[tokio::test]
async fn a_policy_that_refuses_keeps_a_dead_token_from_being_renewed() {
    let server = Server::start().await.api([reply(401, "{}")]);
    let never = |_: &FailedAttempt<'_>| None;
    let handle = builder(&server, &ManualClock::new()).retry(never).build();
    assert!(call(&handle.expect("handle"), &CAPTURE).await.is_err());
    assert_eq!((server.calls().len(), server.token_calls().len()), (1, 1));
}

#[tokio::test]
async fn the_error_of_a_raw_call_knows_its_class() {
    let server = Server::start().await.api((0..9).map(|_| reply(503, "{}")));
    let handle = handle(&server, &ManualClock::new());
    for (method, class, retryable) in [
        (Method::GET, RetryClass::Idempotent, true),
        (Method::POST, RetryClass::NonIdempotent, false),
    ] {
        let error = handle
            .request(method, "/v1/x")
            .send_bytes()
            .await
            .expect_err("503");
        assert_eq!(
            (error.retry_class(), error.is_retryable()),
            (Some(class), retryable),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_client_of_the_user_that_follows_a_redirect_ends_in_an_error() {
    let elsewhere = Server::start().await;
    let to = format!("{}/v1/other", elsewhere.url);
    let server = Server::start()
        .await
        .api([reply(307, "").with("location", &to)]);
    let handle = builder(&server, &ManualClock::new())
        .http_client(
            reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("client"),
        )
        .build()
        .expect("handle");
    let error = call(&handle, &CAPTURE).await.expect_err("redirected");
    assert!(
        error.to_string().contains("redirect::Policy::none()"),
        "{error}"
    );
    assert_eq!(
        (error.was_sent(), error.is_retryable()),
        (WasSent::Maybe, false)
    );
    assert_eq!(server.calls().len(), 1);
}

/// A token as Dintero makes them, for this account.
fn jwt(account: &str) -> String {
    let claims = format!(r#"{{"aud":"https://api.dintero.com/v1/accounts/{account}"}}"#);
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln")
}

#[tokio::test]
async fn a_token_of_another_account_or_environment_is_named_when_it_is_refused() {
    let cases = [
        ("T12345678", false, false, "grants"),
        ("T87654321", true, false, "another account"),
        ("P12345678", true, true, "for production"),
    ];
    for (account, audience, environment, advice) in cases {
        let server = Server::start().await.api([reply(403, "{}")]);
        let handle = Handle::builder()
            .account("T12345678")
            .bearer_token(jwt(account))
            .checkout_url(&server.url)
            .build()
            .expect("handle");
        let error = call(&handle, &CAPTURE).await.expect_err("403");
        assert_eq!(
            (
                error.is_wrong_audience(),
                error.is_wrong_environment(),
                error.is_forbidden()
            ),
            (audience, environment, true)
        );
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn the_reasons_why_there_is_no_token_are_told_apart() {
    let mfa = r#"{"error":{"code":"mfa_required","message":"m"},"mfa_token":"hidden"}"#;
    let kinds = |error: &Error| {
        [
            error.is_wrong_audience(),
            error.is_mfa_required(),
            error.is_wrong_environment(),
        ]
    };
    let cases = [
        (
            None,
            401,
            "{}",
            [false; 3],
            "clients of production accounts do not work here",
        ),
        (
            None,
            403,
            "{}",
            [true, false, false],
            "grant for the audience",
        ),
        (None, 403, mfa, [false, true, false], "second factor"),
        (
            Some("P123"),
            401,
            "{}",
            [true, false, true],
            "owner and account",
        ),
        (Some("P123"), 503, "{}", [false; 3], "can be sent again"),
    ];
    for (owner, status, body, expected, advice) in cases {
        let server = Server::start()
            .await
            .token((0..3).map(|_| reply(status, body)));
        let mut builder = builder(&server, &ManualClock::new());
        if let Some(owner) = owner {
            builder = builder.owner(owner);
        }
        let error = call(&builder.build().expect("handle"), &CAPTURE)
            .await
            .expect_err("no token");
        assert_eq!(kinds(&error), expected, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(error.is_retryable(), status == 503);
    }
}
