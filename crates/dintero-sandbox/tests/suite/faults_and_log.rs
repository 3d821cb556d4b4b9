//! Faults on demand and the log of what arrived.

use std::time::Duration;

use crate::support::{ok, refused, start};
use dintero_sandbox::Fault;
use reqwest::Method;
use serde_json::json;

const CAPTURE: &str = "transactions_id_capture_post";

#[tokio::test]
async fn the_log_tells_what_arrived_without_queries_or_bodies() {
    let api = start().await;
    api.sandbox.clear_requests();
    let session = api.session().await;
    ok(api
        .get(&format!(
            "/v1/sessions/{session}?includes=events.request_headers"
        ))
        .await);
    refused(&api.get("/v1/nowhere").await, 404);
    let log = api.sandbox.requests();
    let short: Vec<_> = log
        .iter()
        .map(|r| {
            (
                r.method.as_str(),
                r.operation_id.as_deref(),
                r.status,
                r.handled,
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            (
                "POST",
                Some("checkout_session_profile_post"),
                Some(200),
                true
            ),
            ("GET", Some("checkout_session_get"), Some(200), true),
            ("GET", None, Some(404), false),
        ]
    );
    assert_eq!(log[1].path, format!("/v1/sessions/{session}"));
    let shown = format!("{log:?}");
    assert!(
        !shown.contains("includes") && !shown.contains(&api.token),
        "{shown}"
    );
}

#[tokio::test]
async fn the_request_id_of_the_response_is_the_one_in_the_log() {
    let api = start().await;
    let response = api
        .request(Method::GET, "/v1/transactions")
        .send()
        .await
        .expect("a response");
    let id = response.headers()["request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(
        api.sandbox.requests().last().expect("logged").request_id,
        id
    );
}

#[tokio::test]
async fn a_status_fault_responds_without_doing_anything() {
    let api = start().await;
    let transaction = api.transaction().await;
    let path = format!("/v1/transactions/{transaction}/capture");
    api.sandbox.fail_next(CAPTURE, Fault::Status(503));
    refused(&api.post(&path, json!({"amount": 50_000})).await, 503);
    api.sandbox.fail_next(CAPTURE, Fault::Status(429));
    let limited = api
        .request(Method::POST, &path)
        .json(&json!({"amount": 50_000}))
        .send()
        .await
        .expect("a response");
    assert_eq!(limited.headers()["retry-after"], "1");
    let read = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(read["status"], "AUTHORIZED");
    assert_eq!(
        ok(api.post(&path, json!({"amount": 50_000})).await)["status"],
        "CAPTURED"
    );
    assert_eq!(api.sandbox.count(CAPTURE), 3);
}

#[tokio::test]
async fn a_connection_closed_before_the_work_leaves_no_trace_but_the_log() {
    let api = start().await;
    let transaction = api.transaction().await;
    api.sandbox.fail_next(CAPTURE, Fault::CloseBeforeWork);
    let path = format!("/v1/transactions/{transaction}/capture");
    let lost = api
        .request(Method::POST, &path)
        .json(&json!({"amount": 50_000}))
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(api.sandbox.count(CAPTURE), 1);
    let read = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(read["status"], "AUTHORIZED");
    let log = api.sandbox.requests();
    let entry = log
        .iter()
        .find(|r| r.operation_id.as_deref() == Some(CAPTURE))
        .expect("logged");
    assert_eq!((entry.status, entry.handled), (None, false));
}

#[tokio::test]
async fn a_connection_closed_after_the_work_has_moved_the_money() {
    let api = start().await;
    let transaction = api.transaction().await;
    api.sandbox.fail_next(CAPTURE, Fault::CloseAfterWork);
    let path = format!("/v1/transactions/{transaction}/capture");
    let body = json!({"amount": 50_000, "capture_reference": "mine"});
    let lost = api.request(Method::POST, &path).json(&body).send().await;
    assert!(lost.is_err());
    assert_eq!(api.sandbox.count(CAPTURE), 1);
    let read = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(read["status"], "CAPTURED");
    assert_eq!(read["events"][2]["event_reference"], "mine");
    let log = api.sandbox.requests();
    let entry = log
        .iter()
        .find(|r| r.operation_id.as_deref() == Some(CAPTURE))
        .expect("logged");
    assert_eq!((entry.status, entry.handled), (None, true));
}

#[tokio::test]
async fn a_delay_is_longer_than_an_impatient_client_waits() {
    let api = start().await;
    api.sandbox
        .fail_next("transactions_get", Fault::Delay(Duration::from_secs(3_600)));
    let impatient = api
        .request(Method::GET, "/v1/transactions")
        .timeout(Duration::from_millis(50))
        .send()
        .await;
    assert!(impatient.expect_err("a timeout").is_timeout());
    api.sandbox
        .fail_next("transactions_get", Fault::Delay(Duration::ZERO));
    ok(api.get("/v1/transactions").await);
}

#[tokio::test]
async fn the_token_call_can_fail_too() {
    let api = start().await;
    api.sandbox
        .fail_next("aid_auths_oauth_token_post", Fault::Status(500));
    refused(
        &api.token_call("sandbox-client", "sandbox-secret", &api.audience())
            .await,
        500,
    );
    ok(api
        .token_call("sandbox-client", "sandbox-secret", &api.audience())
        .await);
}

#[tokio::test]
#[should_panic(expected = "no operation transactions_capture")]
async fn a_fault_for_an_operation_that_does_not_exist_panics() {
    start()
        .await
        .sandbox
        .fail_next("transactions_capture", Fault::CloseAfterWork);
}

#[tokio::test]
async fn dropping_the_sandbox_frees_its_port() {
    let api = start().await;
    let url = api.sandbox.url().to_owned();
    drop(api.sandbox);
    let gone = async {
        while api.http.get(&url).send().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("the server stops");
}
