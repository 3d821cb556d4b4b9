//! Calls of endpoints that the generated clients lack.

use dintero_core::{ManualClock, RetryClass};
use http::Method;

use crate::server::{Server, reply};
use crate::{builder, handle};

#[tokio::test]
async fn a_raw_call_has_the_same_authentication_and_goes_to_the_configured_host() {
    let server = Server::start().await;
    let elsewhere = Server::start().await;
    let handle = builder(&server, &ManualClock::new())
        .checkout_url(&elsewhere.url)
        .build()
        .expect("handle");
    handle
        .request(Method::GET, "/v1/accounts/{aid}/hooks/{id}")
        .path("id", &"h")
        .query("limit", &5_i64)
        .send_bytes()
        .await
        .expect("a");
    assert_eq!(
        server.calls()[0].target,
        "/v1/accounts/T12345678/hooks/h?limit=5"
    );
    assert_eq!(
        server.calls()[0].header("authorization"),
        Some("Bearer token-1")
    );
    handle
        .request(Method::GET, "/v1/view/x")
        .send_bytes()
        .await
        .expect("b");
    assert_eq!(elsewhere.calls()[0].target, "/v1/view/x");
    for path in [
        "",
        "v1",
        "@evil.example/",
        "/v1/../x",
        "/v1/%2E%2e/x",
        "/v1?a=b",
        "/v1#a",
        "/v1\\x",
        "/a\nb",
    ] {
        let error = handle
            .request(Method::GET, path)
            .send_bytes()
            .await
            .expect_err(path);
        assert!(error.is_invalid_request(), "{path}");
    }
    assert_eq!((server.calls().len(), elsewhere.calls().len()), (1, 1));
}

#[tokio::test]
async fn a_raw_call_that_is_no_read_is_repeated_only_when_told() {
    for (method, requests) in [
        (Method::GET, 3),
        (Method::HEAD, 3),
        (Method::PUT, 1),
        (Method::DELETE, 1),
        (Method::OPTIONS, 1),
        (Method::PATCH, 1),
    ] {
        let server = Server::start().await.api((0..3).map(|_| reply(503, "")));
        let handle = handle(&server, &ManualClock::new());
        let call = handle.request(method.clone(), "/v1/x");
        assert!(call.send_bytes().await.is_err());
        assert_eq!(server.calls().len(), requests, "{method}");
    }
}

#[tokio::test]
async fn a_raw_post_is_non_idempotent_unless_set_otherwise() {
    let server = Server::start()
        .await
        .api([reply(503, "{}"), reply(503, "{}")]);
    let handle = handle(&server, &ManualClock::new());
    assert!(
        handle
            .request(Method::POST, "/v1/x")
            .send_bytes()
            .await
            .is_err()
    );
    assert_eq!(server.calls().len(), 1);
    assert!(
        handle
            .request(Method::POST, "/v1/x")
            .retry_class(RetryClass::Idempotent)
            .send_bytes()
            .await
            .is_ok()
    );
    assert_eq!(server.calls().len(), 3);
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
async fn the_last_body_decides_the_media_type() {
    let server = Server::start().await;
    let handle = handle(&server, &ManualClock::new());
    let call = || handle.request(Method::PUT, "/v1/accounts/{aid}/x");
    for call in [
        call().json_unchecked(&1).bytes("text/csv", "a,b"),
        call().bytes("text/plain", "a").bytes("text/csv", "a,b"),
    ] {
        call.send_bytes().await.expect("sent");
    }
    let json = call().bytes("text/csv", "a,b").json_unchecked(&1);
    json.send_bytes().await.expect("sent");
    let calls = server.calls();
    let sent = calls.iter().map(|call| call.header("content-type"));
    let json = "application/json";
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [Some("text/csv"), Some("text/csv"), Some(json)]
    );
}
