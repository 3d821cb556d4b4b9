//! Callbacks that fail: which are tried again, when, and when it is over. The clock stands still until the test moves it.

use std::time::Duration;

use crate::support::receiver::{Receiver, only, session, standing};
use crate::support::{ok, start_with};
use dintero_sandbox::{CallbackResponse, CallbackState};
use serde_json::json;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_5xx_is_tried_again_by_the_clock_and_ends_with_success() {
    let (receiver, at) = Receiver::start(&[500, 599, 503]).await;
    let api = start_with(standing()).await;
    ok(api.post_nothing("/v1/admin/signature").await);
    api.pay(&session(&api, &at, json!({})).await);
    for (wait, attempts) in [(0, 1), (9, 1), (1, 2), (20, 3), (40, 4), (100_000, 4)] {
        api.sandbox.advance(Duration::from_secs(wait));
        api.sandbox.callbacks_sent().await;
        assert_eq!(receiver.seen().len(), attempts, "after {wait} more seconds");
    }
    let callback = only(&api).await;
    assert_eq!(callback.state, CallbackState::Delivered);
    let responses: Vec<_> = callback.attempts.iter().map(|a| a.response).collect();
    assert_eq!(
        responses,
        [500, 599, 503, 200].map(CallbackResponse::Status).to_vec()
    );
    let seen = receiver.seen();
    assert!(
        seen.iter()
            .all(|s| s.header("event-delivery") == callback.delivery_id)
    );
    assert_ne!(
        seen[0].header("dintero-signature"),
        seen[3].header("dintero-signature"),
        "each attempt has its own time"
    );
}

#[tokio::test]
async fn twenty_retries_that_fail_are_the_end() {
    let (receiver, at) = Receiver::start(&[500; 30]).await;
    let api = start_with(standing()).await;
    api.pay(&session(&api, &at, json!({})).await);
    for _ in 0..30 {
        api.sandbox.callbacks_sent().await;
        api.sandbox.advance(Duration::from_secs(3_600));
    }
    assert_eq!(receiver.seen().len(), 21);
    assert_eq!(only(&api).await.state, CallbackState::GivenUp);
}

#[tokio::test]
async fn a_4xx_or_a_redirect_ends_it_at_once() {
    for status in [301, 307, 400, 404, 429] {
        let (receiver, at) = Receiver::start(&[status]).await;
        let api = start_with(standing()).await;
        let id = session(&api, &at, json!({})).await;
        api.pay(&id);
        assert_eq!(only(&api).await.state, CallbackState::Refused, "{status}");
        api.sandbox.advance(Duration::from_secs(1_000_000));
        api.sandbox.callbacks_sent().await;
        assert_eq!(receiver.seen().len(), 1, "{status}");
        let (_, body) = api.get(&format!("/v1/sessions/{id}")).await;
        assert!(!body.to_string().contains("CALLBACK_SENT"), "{status}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_unreachable_or_never_responds_is_retried() {
    // Accepts connections and stays silent.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent_at = format!("http://{}/", silent.local_addr().expect("bound"));
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let gone_at = format!("http://{}/", gone.local_addr().expect("bound"));
    drop(gone);
    let api = start_with(standing().callback_time_limit(Duration::from_millis(50))).await;
    for url in [&gone_at, &silent_at] {
        api.pay(&session(&api, url, json!({})).await);
    }
    api.sandbox.callbacks_sent().await;
    let callbacks = api.sandbox.callbacks();
    let responses: Vec<_> = callbacks
        .iter()
        .map(|c| c.attempts.iter().map(|a| a.response).collect::<Vec<_>>())
        .collect();
    assert_eq!(
        responses,
        [
            [CallbackResponse::Unreachable],
            [CallbackResponse::TimedOut]
        ]
    );
    let next = "2026-03-01T12:00:10Z".parse().expect("a time");
    assert!(
        callbacks
            .iter()
            .all(|c| c.state == CallbackState::Waiting(next))
    );
}

#[tokio::test]
async fn a_delay_is_kept_and_cut_to_a_minute() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    api.pay(&session(&api, &format!("{at}/?delay_callback=180"), json!({})).await);
    for (wait, seen) in [(0, 0), (59, 0), (1, 1)] {
        api.sandbox.advance(Duration::from_secs(wait));
        api.sandbox.callbacks_sent().await;
        assert_eq!(receiver.seen().len(), seen);
    }
}

#[tokio::test]
async fn a_callback_that_waits_survives_a_restart_with_the_state() {
    let (receiver, at) = Receiver::start(&[500]).await;
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("state.json");
    let api = start_with(standing().state_file(&file)).await;
    api.pay(&session(&api, &at, json!({})).await);
    let before = only(&api).await;
    drop(api);
    let api = start_with(standing().state_file(&file)).await;
    assert_eq!(api.sandbox.callbacks(), std::slice::from_ref(&before));
    api.sandbox.advance(Duration::from_secs(10));
    let after = only(&api).await;
    assert_eq!(after.state, CallbackState::Delivered);
    assert_eq!(after.delivery_id, before.delivery_id);
    assert_eq!(receiver.seen().len(), 2);
    // The end is kept, too.
    drop(api);
    let api = start_with(standing().state_file(&file)).await;
    assert_eq!(api.sandbox.callbacks(), [after]);
}
