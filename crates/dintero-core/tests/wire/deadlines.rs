//! Timeouts and deadlines, of the client and of a call.

use std::time::Duration;

use dintero_core::{AccessToken, CallOptions, Handle, ManualClock, TokenRequest, WasSent};

use crate::server::{Server, Step, reply};
use crate::{CAPTURE, READ, builder, call, handle};

#[tokio::test]
async fn the_deadline_ends_a_call_whatever_is_left_to_try() {
    let clock = ManualClock::new();
    let stall = || Step::Stall(clock.clone(), Duration::from_secs(50));
    let server = Server::start().await.api([stall(), stall(), stall()]);
    let handle = builder(&server, &clock)
        .timeout(Duration::from_secs(50))
        .build()
        .expect("handle");
    let error = call(&handle, &READ).await.expect_err("deadline");
    assert!(error.is_timeout(), "{error}");
    assert_eq!(
        server.calls().len(),
        2,
        "the third would begin after the 90 s"
    );
    assert!(
        error.elapsed() >= Duration::from_secs(90),
        "{:?}",
        error.elapsed()
    );
}

#[tokio::test]
async fn a_non_idempotent_call_is_not_sent_when_the_token_arrives_too_late() {
    let clock = ManualClock::new();
    let server = Server::start().await;
    let source = {
        let clock = clock.clone();
        move |_: TokenRequest| {
            // The deadline passes while the token is on its way, and both are there at once.
            clock.advance(Duration::from_secs(20));
            std::future::ready(Ok(AccessToken::new("late")))
        }
    };
    let handle = Handle::builder()
        .account("T12345678")
        .token_source(source)
        .api_url(&server.url)
        .checkout_url(&server.url)
        .clock(clock)
        .deadline(Duration::from_secs(20))
        .build()
        .expect("handle");
    let error = call(&handle, &CAPTURE).await.expect_err("too late");
    assert!(error.is_timeout(), "{error}");
    assert_eq!((error.was_sent(), error.attempts()), (WasSent::No, 0));
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn options_of_a_call_win_over_those_of_the_client() {
    let clock = ManualClock::new();
    let server = Server::start().await.api([
        Step::Stall(clock.clone(), Duration::from_secs(6)),
        reply(503, "{}"),
    ]);
    let handle = handle(&server, &clock);
    let options = CallOptions::new()
        .timeout(Duration::from_secs(5))
        .retry(dintero_core::RetryPolicy::off());
    let error = handle
        .call(&READ)
        .path("id", &"a")
        .with_options(options)
        .send_bytes()
        .await
        .expect_err("timeout");
    assert!(
        error.is_timeout() && error.to_string().contains("5s"),
        "{error}"
    );
    let error = handle
        .call(&READ)
        .path("id", &"a")
        .with_options(CallOptions::new().retry(dintero_core::RetryPolicy::off()))
        .send_bytes()
        .await
        .expect_err("503");
    assert!(error.is_server_error());
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_call_that_could_only_time_out_is_not_sent() {
    let server = Server::start().await;
    let error = handle(&server, &ManualClock::new())
        .call(&CAPTURE)
        .path("id", &"a")
        .with_options(
            CallOptions::new()
                .timeout(Duration::ZERO)
                .deadline(Duration::ZERO),
        )
        .send_bytes()
        .await
        .expect_err("no time");
    let text = error.to_string();
    assert!(error.is_invalid_request(), "{text}");
    assert!(
        text.contains("`timeout`") && text.contains("`deadline`"),
        "{text}"
    );
    assert!(server.calls().is_empty() && server.token_calls().is_empty());
}
