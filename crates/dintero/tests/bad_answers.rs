//! An answer that is not what it should be is a typed error that says where, through a whole client.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use dintero::{Dintero, Error, WasSent};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// The transaction of the public reference, with every field.
fn transaction() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/seeds.json");
    let known: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    known["POST /transactions/{id}/capture"]["responses"]["200"][0].clone()
}

/// What a call ends with that is answered by these bytes, and how many requests it took.
async fn answered(body: impl Into<Vec<u8>>) -> (Result<Value, Error>, usize) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("request-id", "req-1")
        .set_body_raw(body, "application/json");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let dintero = Dintero::builder()
        .account("T12345678")
        .bearer_token("t")
        .api_url(server.uri())
        .checkout_url(server.uri())
        .build()
        .unwrap();
    let answer = dintero.checkout().get_transaction("P1").send().await;
    let requests = server.received_requests().await.unwrap().len();
    let value = answer.map(|response| serde_json::to_value(response.into_inner()).unwrap());
    (value, requests)
}

/// The error of a call that was answered by these bytes; it was sent once and can be looked up.
async fn refused(body: impl Into<Vec<u8>>) -> Error {
    let (answer, requests) = answered(body).await;
    let error = answer.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.operation().unwrap().name(), "get_transaction");
    assert_eq!((error.was_sent(), requests), (WasSent::Yes, 1));
    error
}

#[tokio::test]
async fn a_transaction_is_read_through_the_same_server() {
    let (answer, requests) = answered(transaction().to_string()).await;
    assert_eq!((answer.unwrap(), requests), (transaction(), 1));
}

#[tokio::test]
async fn what_is_no_json_is_said_without_being_quoted() {
    for body in [
        "<html>hidden</html>",
        "{hidden}",
        "\u{feff}",
        "\"hidden\" \"hidden\"",
        "[hidden",
    ] {
        let error = refused(body).await;
        assert!(
            !format!("{error} {error:?}").contains("hidden"),
            "{error:?}"
        );
    }
    let error = refused(b"{\"id\": \"\xff\xfe\"}".to_vec()).await;
    assert!(error.to_string().contains("JSON"), "{error}");
}

#[tokio::test]
async fn a_truncated_transaction_is_an_error_wherever_it_ends() {
    let body = transaction().to_string();
    for end in (1..body.len()).step_by(body.len() / 40) {
        let error = refused(body.as_bytes()[..end].to_vec()).await;
        let said = error.to_string();
        assert!(
            said.contains("ends too early") || said.contains("not JSON"),
            "{end}: {said}"
        );
    }
}

#[tokio::test]
async fn a_field_of_another_type_is_named_by_its_path() {
    let wrong: [(&str, Value, &str); 5] = [
        ("/amount", json!("hidden"), "amount"),
        ("/events", json!({"hidden": 1}), "events"),
        ("/events/0/amount", json!(["hidden"]), "events[0].amount"),
        ("/items/0/quantity", json!("hidden"), "items[0].quantity"),
        ("/shipping_address", json!("hidden"), "shipping_address"),
    ];
    for (pointer, value, path) in wrong {
        let mut body = transaction();
        body["events"][0]["amount"] = json!(1);
        *body
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("no {pointer}")) = value;
        let error = refused(body.to_string()).await;
        assert_eq!(error.field(), Some(path));
        assert!(
            !format!("{error} {error:?}").contains("hidden"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn deep_nesting_is_an_error_and_no_overflow() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for field in ["unheard_of", "metadata", "events", "amount"] {
        refused(format!(
            "{{\"id\": \"P1\", \"{field}\": {}}}",
            deep(100_000)
        ))
        .await;
    }
    refused(deep(1_000_000)).await;
}

#[tokio::test]
async fn fifty_megabytes_are_refused_before_they_fill_the_memory() {
    let mut body = transaction();
    body["unheard_of"] = "x".repeat(50 << 20).into();
    let error = refused(body.to_string()).await;
    assert!(error.to_string().contains("limit"), "{error}");
}
