//! A malformed response is a typed error that names the place.

use std::path::Path;

use dintero::{Error, WasSent};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::client_of;

/// The transaction of the public reference, with every field.
fn transaction() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/seeds.json");
    let known: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    known["POST /transactions/{id}/capture"]["responses"]["200"][0].clone()
}

/// The result of a call whose response is these bytes, and the number of requests.
async fn call(body: impl Into<Vec<u8>>) -> (Result<Value, Error>, usize) {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(200)
        .insert_header("request-id", "req-1")
        .set_body_raw(body, "application/json");
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let (dintero, _) = client_of(&server);
    let response = dintero.checkout().get_transaction("P1").send().await;
    let requests = server.received_requests().await.unwrap().len();
    let value = response.map(|response| serde_json::to_value(response.into_inner()).unwrap());
    (value, requests)
}

/// The error of a call whose response is these bytes, sent once.
async fn error_of(body: impl Into<Vec<u8>>) -> Error {
    let (result, requests) = call(body).await;
    let error = result.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.operation().unwrap().name(), "get_transaction");
    assert_eq!((error.was_sent(), requests), (WasSent::Yes, 1));
    error
}

#[tokio::test]
async fn a_well_formed_transaction_is_decoded() {
    let (result, requests) = call(transaction().to_string()).await;
    assert_eq!((result.unwrap(), requests), (transaction(), 1));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_not_quoted() {
    for body in [
        "<html>hidden</html>",
        "{hidden}",
        "\u{feff}",
        "\"hidden\" \"hidden\"",
        "[hidden",
    ] {
        let error = error_of(body).await;
        assert!(
            !format!("{error} {error:?}").contains("hidden"),
            "{error:?}"
        );
    }
    let error = error_of(b"{\"id\": \"\xff\xfe\"}".to_vec()).await;
    assert!(error.to_string().contains("JSON"), "{error}");
}

#[tokio::test]
async fn a_truncated_transaction_is_an_error_wherever_it_ends() {
    let body = transaction().to_string();
    for end in (1..body.len()).step_by(body.len() / 40) {
        let error = error_of(body.as_bytes()[..end].to_vec()).await;
        let message = error.to_string();
        assert!(
            message.contains("ends too early") || message.contains("not JSON"),
            "{end}: {message}"
        );
    }
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_named_by_its_path() {
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
        let error = error_of(body.to_string()).await;
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
    for field in ["unknown", "metadata", "events", "amount"] {
        error_of(format!(
            "{{\"id\": \"P1\", \"{field}\": {}}}",
            deep(100_000)
        ))
        .await;
    }
    error_of(deep(1_000_000)).await;
}

#[tokio::test]
async fn a_body_of_fifty_megabytes_exceeds_the_limit() {
    let mut body = transaction();
    body["unknown"] = "x".repeat(50 << 20).into();
    let error = error_of(body.to_string()).await;
    assert!(error.to_string().contains("limit"), "{error}");
}
