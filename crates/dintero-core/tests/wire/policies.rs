//! Retry policies that the caller provides.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero_core::{
    CallOptions, FailedAttempt, ManualClock, Retry, RetryClass, RetryPolicy, WasSent,
};

use crate::server::{Server, reply};
use crate::{CAPTURE, READ, SESSION, builder, call};

fn always(_: &FailedAttempt<'_>) -> Option<Duration> {
    Some(Duration::ZERO)
}

#[tokio::test]
async fn a_policy_that_always_retries_is_not_called_where_the_class_forbids_it() {
    let called: Arc<Mutex<Vec<RetryClass>>> = Arc::default();
    let note = Arc::clone(&called);
    let policy = move |failed: &FailedAttempt<'_>| {
        note.lock().expect("lock").push(failed.retry_class);
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
    assert!(called.lock().expect("lock").is_empty());
    assert!(call(&handle, &SESSION).await.is_err());
    assert_eq!(server.calls().len(), 3, "once more, and no more");
    assert_eq!(
        *called.lock().expect("lock"),
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
                failed.attempts,
                failed.error.status().map(|status| status.as_u16()),
                failed.is_outcome_unknown,
                failed.is_token_refused,
                failed.time_left.as_secs()
            );
            self.0.lock().expect("lock").push(line);
            (failed.attempts < 4).then_some(Duration::from_secs(10))
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
        .with_options(CallOptions::new().retry(Arc::new(Seen(Arc::clone(&lines)))))
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
async fn a_policy_cannot_be_faster_than_the_server_requests_nor_outlast_the_deadline_or_the_budget()
{
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
