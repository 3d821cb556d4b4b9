//! Faults that a client of any language asks for by the header `Sandbox-Fault`, and faults by chance.

use crate::support::{Api, ok, read_response, refused, start};
use dintero_sandbox::Fault;
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn send(
    api: &Api,
    method: Method,
    path: &str,
    body: Option<Value>,
    fault: &str,
) -> reqwest::Result<Response> {
    let request = api.request(method, path).header("Sandbox-Fault", fault);
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

async fn capture(api: &Api, transaction: &str, fault: &str) -> reqwest::Result<Response> {
    let path = format!("/v1/transactions/{transaction}/capture");
    send(
        api,
        Method::POST,
        &path,
        Some(json!({"amount": 50_000})),
        fault,
    )
    .await
}

async fn status(api: &Api, transaction: &str) -> Value {
    ok(api.get(&format!("/v1/transactions/{transaction}")).await)["status"].clone()
}

#[tokio::test]
async fn a_status_comes_with_its_retry_after_and_nothing_is_done() {
    let api = start().await;
    let transaction = api.transaction().await;
    for (fault, status, wait) in [
        ("status=429", 429, Some("1")),
        ("status=429; retry-after=7", 429, Some("7")),
        ("status=503; retry-after=2", 503, Some("2")),
        ("status=500", 500, None),
    ] {
        let response = capture(&api, &transaction, fault)
            .await
            .expect("a response");
        let found = response.headers().get("retry-after").cloned();
        assert_eq!(
            found.as_ref().and_then(|v| v.to_str().ok()),
            wait,
            "{fault}"
        );
        refused(&read_response(response).await, status);
    }
    assert_eq!(self::status(&api, &transaction).await, "AUTHORIZED");
}

#[tokio::test]
async fn a_connection_closes_before_or_after_the_work() {
    let api = start().await;
    let transaction = api.transaction().await;
    assert!(
        capture(&api, &transaction, "close-before-work")
            .await
            .is_err()
    );
    assert_eq!(status(&api, &transaction).await, "AUTHORIZED");
    assert!(
        capture(&api, &transaction, "close-after-work")
            .await
            .is_err()
    );
    assert_eq!(status(&api, &transaction).await, "CAPTURED");
}

#[tokio::test]
async fn a_truncated_body_ends_early_after_the_work() {
    let api = start().await;
    let transaction = api.transaction().await;
    let response = capture(&api, &transaction, "truncated-body")
        .await
        .expect("the head of a response");
    assert_eq!(response.status(), 200);
    assert!(response.text().await.is_err());
    assert_eq!(status(&api, &transaction).await, "CAPTURED");
}

#[tokio::test]
async fn a_stale_token_stays_stale_until_a_new_one_is_fetched() {
    let mut api = start().await;
    let path = "/v1/transactions";
    let stale = send(&api, Method::GET, path, None, "stale-token")
        .await
        .expect("a response");
    refused(&read_response(stale).await, 401);
    refused(&api.get(path).await, 401);
    api.log_in().await;
    ok(api.get(path).await);
    api.sandbox
        .fail_next("aid_auths_oauth_token_post", Fault::StaleToken);
    api.log_in().await;
    refused(&api.get(path).await, 401);
}

#[tokio::test]
async fn unknown_values_and_extra_fields_leave_the_rest_of_the_response_as_it_is() {
    let api = start().await;
    let transaction = api.transaction().await;
    let path = format!("/v1/transactions/{transaction}");
    let plain = ok(api.get(&path).await);
    let odd = send(&api, Method::GET, &path, None, "unknown-enum-value")
        .await
        .expect("a response");
    let odd = ok(read_response(odd).await);
    assert_eq!(
        (&odd["status"], &odd["events"][0]["event"]),
        (&json!("SANDBOX_UNKNOWN"), &json!("SANDBOX_UNKNOWN"))
    );
    assert_eq!(odd["amount"], plain["amount"]);
    let more = send(&api, Method::GET, &path, None, "extra-field")
        .await
        .expect("a response");
    let mut more = ok(read_response(more).await);
    assert!(
        more.as_object_mut()
            .and_then(|m| m.remove("sandbox_extra_field"))
            .is_some()
    );
    assert_eq!(more, plain);
    let list = send(&api, Method::GET, "/v1/transactions", None, "extra-field");
    let list = ok(read_response(list.await.expect("a response")).await);
    assert!(list[0]["sandbox_extra_field"].is_object(), "{list}");
    assert_eq!(list[0]["id"], plain["id"]);
}

#[tokio::test]
async fn a_pending_capture_responds_with_202_and_a_delay_only_takes_longer() {
    let api = start().await;
    let transaction = api.transaction().await;
    ok(read_response(
        send(&api, Method::GET, "/v1/transactions", None, "delay=1ms")
            .await
            .expect("a response"),
    )
    .await);
    let response = capture(&api, &transaction, "pending=30s")
        .await
        .expect("a response");
    assert_eq!(response.status(), 202);
    api.sandbox.complete_pending();
    assert_eq!(status(&api, &transaction).await, "CAPTURED");
}

#[tokio::test]
async fn another_header_is_a_400_that_names_the_choices_and_does_nothing() {
    let api = start().await;
    let transaction = api.transaction().await;
    let before = api.sandbox.state_digest();
    for fault in ["close", "status=200", "delay=1h", ""] {
        let found = read_response(
            capture(&api, &transaction, fault)
                .await
                .expect("a response"),
        )
        .await;
        refused(&found, 400);
        let message = found.1["error"]["errors"][0]["message"]
            .as_str()
            .expect("a message");
        assert!(
            message.starts_with("sandbox-fault must be one of status=503"),
            "{message}"
        );
    }
    assert_eq!(api.sandbox.state_digest(), before);
    assert!(!api.sandbox.requests().last().expect("logged").handled);
}

#[tokio::test]
async fn chance_strikes_each_request_at_a_rate_of_1_and_none_at_0() {
    let api = start().await;
    let transaction = api.transaction().await;
    api.sandbox.fail_at_random(7, 1.0);
    let request = api.request(Method::GET, "/v1/transactions");
    // The connection may be closed.
    let _ = request.send().await;
    let logged = api.sandbox.requests().pop().expect("logged");
    assert!(logged.fault.is_some(), "{logged:?}");
    api.sandbox.fail_at_random(7, 0.0);
    assert_eq!(response_of(&api, &transaction).await.0, 200);
    let logged = api.sandbox.requests().pop().expect("logged");
    assert_eq!(logged.fault, None);
}

async fn response_of(api: &Api, transaction: &str) -> crate::support::ApiResponse {
    api.post(
        &format!("/v1/transactions/{transaction}/capture"),
        json!({"amount": 50_000}),
    )
    .await
}
