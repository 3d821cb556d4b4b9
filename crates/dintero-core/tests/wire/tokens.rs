//! How the token gets into calls.

use std::time::{Duration, Instant, SystemTime};

use dintero_core::{AccessToken, Clock, Error, ManualClock, Sleep, TokenRequest, WasSent};

use crate::server::{Server, Step, reply};
use crate::{CAPTURE, LONG, ORDERS, READ, TOKEN, builder, call, handle};

const BASIC: &str = "Basic dGhlLWNsaWVudC1pZDp0aGUtY2xpZW50LXNlY3JldA==";

#[tokio::test]
async fn the_token_call_is_as_documented() {
    let server = Server::start().await;
    call(&handle(&server, &ManualClock::new()), &READ)
        .await
        .expect("response");
    let calls = server.token_calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].method.as_str(), calls[0].target.as_str()),
        ("POST", "/v1/accounts/T12345678/auth/token")
    );
    assert_eq!(calls[0].header("authorization"), Some(BASIC));
    assert_eq!(calls[0].header("content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_str(&calls[0].body).expect("JSON");
    let expected = serde_json::json!({
        "grant_type": "client_credentials",
        "audience": "https://api.dintero.com/v1/accounts/T12345678"
    });
    assert_eq!(body, expected);
    assert_eq!(
        server.calls()[0].header("authorization"),
        Some("Bearer token-1")
    );
}

#[tokio::test]
async fn a_401_refreshes_the_token_once_and_retries_the_call_once() {
    let server = Server::start().await.api([reply(401, "{}")]);
    call(&handle(&server, &ManualClock::new()), &CAPTURE)
        .await
        .expect("the second succeeds");
    assert_eq!(server.token_calls().len(), 2);
    let tokens: Vec<_> = server
        .calls()
        .iter()
        .map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        tokens,
        [
            Some("Bearer token-1".to_owned()),
            Some("Bearer token-2".to_owned())
        ]
    );
}

#[tokio::test]
async fn a_401_to_a_fresh_token_is_the_end() {
    let server = Server::start()
        .await
        .api([reply(401, "{}"), reply(401, "{}"), reply(401, "{}")]);
    let error = call(&handle(&server, &ManualClock::new()), &CAPTURE)
        .await
        .expect_err("401");
    assert!(error.is_authentication() && !error.is_token_call());
    assert_eq!((error.attempts(), error.was_sent()), (2, WasSent::Yes));
    assert_eq!((server.calls().len(), server.token_calls().len()), (2, 2));
}

#[tokio::test]
async fn an_api_that_refuses_every_token_receives_each_call_once_and_few_token_calls() {
    for (pause, most) in [(Duration::ZERO, 2), (Duration::from_secs(1), 8)] {
        let clock = ManualClock::new();
        let refusals = (0..1000).map(|_| reply(401, "{}"));
        let server = Server::start().await.api(refusals);
        let handle = handle(&server, &clock);
        for _ in 0..300 {
            let error = call(&handle, &CAPTURE).await.expect_err("401");
            assert!(error.is_authentication(), "{error}");
            clock.advance(pause);
        }
        let (calls, tokens) = (server.calls().len(), server.token_calls().len());
        assert!(tokens <= most && calls < 300 + tokens, "{calls}, {tokens}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_after_a_long_time_is_replaced_at_once() {
    let clock = ManualClock::new();
    let server = Server::start().await;
    let handle = handle(&server, &clock);
    for round in 1..5 {
        let server = server.clone().api([reply(401, "{}")]);
        call(&handle, &READ).await.expect("the second succeeds");
        assert_eq!(server.token_calls().len(), round + 1);
        clock.advance(Duration::from_secs(3600));
    }
}

/// A clock whose two times move apart.
#[derive(Clone, Debug)]
struct Apart {
    monotonic: ManualClock,
    wall: ManualClock,
}

impl Clock for Apart {
    fn now(&self) -> Instant {
        self.monotonic.now()
    }

    fn wall(&self) -> SystemTime {
        self.wall.wall()
    }

    fn sleep(&self, length: Duration) -> Sleep {
        self.monotonic.sleep(length)
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        self.monotonic.sleep_until(at)
    }
}

#[tokio::test]
async fn a_token_is_as_old_as_the_clock_says_that_went_further() {
    for by_wall in [true, false] {
        let clock = Apart {
            monotonic: ManualClock::new(),
            wall: ManualClock::new(),
        };
        let server = Server::start().await;
        let handle = builder(&server, &ManualClock::new()).clock(clock.clone());
        let handle = handle.build().expect("handle");
        call(&handle, &READ).await.expect("response");
        // A computer that slept, or a wall clock that was set back.
        let moved = if by_wall {
            &clock.wall
        } else {
            &clock.monotonic
        };
        moved.advance(Duration::from_secs(5 * 3600));
        call(&handle, &READ).await.expect("response");
        assert_eq!(server.token_calls().len(), 2, "{by_wall}");
    }
}

#[tokio::test]
async fn a_401_is_followed_by_the_other_retries() {
    let server = Server::start()
        .await
        .api([reply(401, "{}"), reply(503, "{}"), reply(503, "{}")]);
    call(&handle(&server, &ManualClock::new()), &READ)
        .await
        .expect("the fourth succeeds");
    assert_eq!((server.calls().len(), server.token_calls().len()), (4, 2));
}

#[tokio::test]
async fn a_fixed_token_or_key_is_not_renewed() {
    for (key, header, value) in [
        (false, "authorization", "Bearer fixed"),
        (true, "x-api-key", "fixed"),
    ] {
        let server = Server::start().await.api([reply(401, "{}")]);
        let configured = dintero_core::Handle::builder()
            .account("T12345678")
            .api_url(&server.url)
            .checkout_url(&server.url);
        let configured = if key {
            configured.api_key("fixed")
        } else {
            configured.bearer_token("fixed")
        };
        let error = call(&configured.build().expect("handle"), &READ)
            .await
            .expect_err("401");
        assert!(error.is_authentication());
        assert_eq!((server.calls().len(), server.token_calls().len()), (1, 0));
        assert_eq!(server.calls()[0].header(header), Some(value));
    }
}

#[tokio::test]
async fn a_refused_token_call_is_not_retried_and_gives_the_reason() {
    let cases = [
        (400, "{}", "check the account id"),
        (401, "{}", "check client id and secret"),
        (
            403,
            r#"{"error":{"message":"FORBIDDEN","errors":[]}}"#,
            "grant for the audience",
        ),
        (
            403,
            r#"{"error":{"code":"mfa_required","message":"m"},"mfa_token":"hidden"}"#,
            "second factor",
        ),
    ];
    for (status, body, advice) in cases {
        let server = Server::start().await.token([reply(status, body)]);
        let handle = handle(&server, &ManualClock::new());
        let error = call(&handle, &CAPTURE).await.expect_err("no token");
        assert!(error.is_authentication() && error.is_token_call() && !error.is_forbidden());
        assert_eq!((error.was_sent(), error.attempts()), (WasSent::No, 0));
        assert_eq!(error.is_mfa_required(), body.contains("mfa"));
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(error.operation(), Some(&CAPTURE));
        assert!(
            call(&handle, &CAPTURE).await.is_err(),
            "the failure is remembered"
        );
        assert_eq!((server.token_calls().len(), server.calls().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_token_call_that_may_succeed_later_is_retried() {
    let clock = ManualClock::new();
    let steps = [reply(429, "{}").with("retry-after", "3"), reply(503, "{}")];
    let server = Server::start().await.token(steps);
    call(&handle(&server, &clock), &CAPTURE)
        .await
        .expect("response");
    assert_eq!((server.token_calls().len(), server.calls().len()), (3, 1));
    assert!(clock.passed() >= Duration::from_secs(3));
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_ends_in_an_error_within_the_deadline() {
    let clock = ManualClock::new();
    let stall = || Step::Stall(clock.clone(), LONG);
    let server = Server::start()
        .await
        .token([stall(), stall(), stall(), stall()]);
    let error = call(&handle(&server, &clock), &CAPTURE)
        .await
        .expect_err("timeout");
    assert!(error.is_timeout() && error.is_token_call(), "{error}");
    assert_eq!(error.was_sent(), WasSent::No);
    assert!(
        error.elapsed() <= Duration::from_secs(90),
        "{:?}",
        error.elapsed()
    );
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn a_token_response_without_a_token_is_reported_without_showing_it() {
    let server = Server::start()
        .await
        .token([reply(200, r#"{"access_tokens":"hidden"}"#)]);
    let error = call(&handle(&server, &ManualClock::new()), &CAPTURE)
        .await
        .expect_err("no token");
    assert_eq!(error.field(), Some("access_token"));
    assert_eq!((error.was_sent(), server.calls().len()), (WasSent::No, 0));
    assert!(error.is_token_call() && error.body().is_none_or(|body| body.is_empty()));
    assert!(!format!("{error} {error:?}").contains("hidden"));
}

#[tokio::test]
async fn an_expired_token_is_fetched_anew_and_a_valid_one_is_kept() {
    let clock = ManualClock::new();
    let server = Server::start().await;
    let handle = handle(&server, &clock);
    for (pass, tokens) in [(0, 1), (3 * 3600, 1), (3600, 2)] {
        clock.advance(Duration::from_secs(pass));
        call(&handle, &READ).await.expect("response");
        assert_eq!(server.token_calls().len(), tokens);
    }
}

#[tokio::test]
async fn another_account_has_a_token_of_its_own() {
    let server = Server::start().await;
    let handle = handle(&server, &ManualClock::new());
    let other = handle.for_account("T87654321").expect("account");
    for handle in [&handle, &other, &handle, &other.clone()] {
        handle.call(&ORDERS).send_bytes().await.expect("response");
    }
    let targets: Vec<_> = server
        .token_calls()
        .into_iter()
        .map(|seen| seen.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/v1/accounts/T12345678/auth/token",
            "/v1/accounts/T87654321/auth/token"
        ]
    );
    assert!(server.token_calls()[1].body.contains("accounts/T87654321"));
    assert_eq!(
        server.calls()[1].target,
        "/v1/accounts/T87654321/shopping/orders"
    );
}

#[tokio::test]
async fn a_partner_asks_at_its_own_account_for_the_merchants_audience() {
    let server = Server::start().await;
    let handle = builder(&server, &ManualClock::new())
        .owner("T123")
        .build()
        .expect("handle");
    call(&handle, &READ).await.expect("response");
    let calls = server.token_calls();
    assert_eq!(calls[0].target, "/v1/accounts/T123/auth/token");
    assert!(calls[0].body.contains("/v1/accounts/T12345678\""));
}

#[tokio::test]
async fn an_operation_with_basic_authentication_sends_id_and_secret() {
    let server = Server::start().await;
    handle(&server, &ManualClock::new())
        .call(&TOKEN)
        .send_bytes()
        .await
        .expect("response");
    let calls = server.calls();
    assert_eq!(calls[0].target, "/v1/accounts/T12345678/auth/other");
    assert_eq!(calls[0].header("authorization"), Some(BASIC));
    assert_eq!(server.token_calls().len(), 0);
}

#[tokio::test]
async fn a_source_of_the_user_is_asked_once_and_again_after_a_401() {
    let server = Server::start()
        .await
        .api([reply(200, r#"{"id":"a"}"#), reply(401, "{}")]);
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counter = asked.clone();
    let handle =
        dintero_core::Handle::builder()
            .account("T12345678")
            .api_url(&server.url)
            .checkout_url(&server.url)
            .token_source(move |request: TokenRequest| {
                let number = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                async move {
                    Ok::<_, Error>(AccessToken::new(format!("{}-{number}", request.account())))
                }
            })
            .build()
            .expect("handle");
    call(&handle, &READ).await.expect("response");
    call(&handle, &READ).await.expect("response");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert_eq!(
        server.calls()[2].header("authorization"),
        Some("Bearer T12345678-1")
    );
}
