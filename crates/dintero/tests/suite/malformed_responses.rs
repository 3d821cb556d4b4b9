//! A response that is not JSON is a typed error; what does not fit in one that is JSON is set aside, and named by its path.

use std::path::Path;

use dintero::checkout::types::Transaction;
use dintero::{Error, Response, WasSent};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::client_of;

/// The transaction of the public reference, with every field.
fn transaction() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/seeds.json");
    let known: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    known["POST /transactions/{id}/capture"]["responses"]["200"][0].clone()
}

/// The response of a call whose response is these bytes.
async fn response_of(body: impl Into<Vec<u8>>) -> Result<Response<Transaction>, Error> {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(200)
        .insert_header("request-id", "req-1")
        .set_body_raw(body, "application/json");
    Mock::given(any())
        .respond_with(response)
        .expect(1)
        .mount(&server)
        .await;
    let (dintero, _) = client_of(&server);
    dintero.checkout().get_transaction("P1").send().await
}

/// The error of a call whose response is these bytes, sent once.
async fn error_of(body: impl Into<Vec<u8>>) -> Error {
    let error = response_of(body).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.operation().unwrap().name(), "get_transaction");
    assert_eq!(error.was_sent(), WasSent::Yes);
    error
}

#[tokio::test]
async fn a_well_formed_transaction_is_decoded() {
    let response = response_of(transaction().to_string()).await.unwrap();
    assert_eq!(response.set_aside(), []);
    let value = serde_json::to_value(response.into_inner()).unwrap();
    assert_eq!(value, transaction());
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
    let server = MockServer::start().await;
    let body = json!({"card_id": "c", "currency": "NOK", "amount": "hidden", "name": ["hidden"]});
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let (dintero, _) = client_of(&server);
    let error = dintero.wallets().get_card("c").send().await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.field(), Some("amount"));
    assert!(
        !format!("{error} {error:?}").contains("hidden"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_set_aside_and_listed() {
    let wrong: [(&str, Value, &str); 4] = [
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
        let response = response_of(body.to_string()).await.unwrap();
        let set_aside = response.set_aside();
        assert_eq!(set_aside.len(), 1, "{set_aside:?}");
        assert_eq!((&*set_aside[0].path, &*set_aside[0].place), (path, path));
        assert!(
            !format!("{response:?} {set_aside:?}").contains("hidden"),
            "{response:?}"
        );
        assert_eq!(serde_json::to_value(response.into_inner()).unwrap(), body);
    }
}

#[tokio::test]
async fn deep_nesting_is_no_overflow() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for field in ["unknown", "metadata", "events", "card"] {
        let mut body = transaction().to_string();
        body.truncate(body.len() - 1);
        body.push_str(&format!(", \"{field}\": {}}}", deep(20_000)));
        let response = response_of(body).await.unwrap();
        let listed = response.set_aside().iter().map(|one| &*one.path);
        let expected = (field != "unknown").then_some(field);
        assert_eq!(listed.collect::<Vec<_>>(), Vec::from_iter(expected));
        let written = serde_json::to_string(&response.into_inner()).unwrap();
        assert!(written.contains(&deep(20_000)), "{field}");
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
