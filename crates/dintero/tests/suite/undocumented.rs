//! What the documents do not know is told once, by names and paths.

use std::sync::{Arc, Mutex};

use dintero::{CallOptions, Dintero, Drift, DriftKind, RetryPolicy};
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// What is told of a body with this status that comes three times.
async fn told(status: u16, body: String) -> Vec<Drift> {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(status).set_body_raw(body, "application/json");
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let dintero = Dintero::builder()
        .account("T12345678")
        .bearer_token("token")
        .api_url(server.uri())
        .checkout_url(server.uri())
        .on_drift(move |drift| listener.lock().unwrap().push(drift.clone()))
        .build()
        .unwrap();
    for _ in 0..3 {
        let _ = dintero
            .checkout()
            .get_transaction("P1")
            .with_options(CallOptions::new().retry(RetryPolicy::off()))
            .send()
            .await;
    }
    told.lock().unwrap().clone()
}

fn transaction(members: &str) -> String {
    format!(
        r#"{{"id":"P1","amount":1,"currency":"NOK","payment_product":"vipps","payment_product_type":"vipps",{members}}}"#
    )
}

#[tokio::test]
async fn each_field_and_value_that_is_not_documented_is_told_once() {
    let events = r#""events":[{"event":"CAPTURE","x_new":"hidden"},{"event":"X_LATER","x_new":7},{"event":"Kari Nordmann"}]"#;
    let told = told(
        200,
        transaction(&format!(
            r#"{events},"status":"X.NEW-1","x_top":{{"hidden":1}}"#
        )),
    )
    .await;
    let told: Vec<_> = told
        .iter()
        .map(|drift| (drift.kind, &*drift.path, drift.value.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (DriftKind::Field, "events[].x_new", None),
            (DriftKind::Value, "events[].event", Some("X_LATER")),
            (DriftKind::Value, "events[].event", None),
            (DriftKind::Value, "status", Some("X.NEW-1")),
            (DriftKind::Field, "x_top", None),
        ]
    );
}

#[tokio::test]
async fn a_field_that_was_set_aside_and_a_status_are_told_once() {
    let aside = told(
        200,
        transaction(r#""events":[{"event":"CAPTURE","items":7},{"event":"VOID","items":8}]"#),
    )
    .await;
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(
        (aside[0].kind, &*aside[0].path),
        (DriftKind::SetAside, "events[].items")
    );
    let status = told(418, json!({}).to_string()).await;
    assert_eq!(status.len(), 1, "{status:?}");
    assert_eq!(
        (status[0].kind, status[0].value.as_deref()),
        (DriftKind::Status, Some("418"))
    );
    assert_eq!(status[0].operation, "transactions_id_get");
}

#[tokio::test]
async fn nothing_is_told_of_what_is_documented() {
    let told = told(
        200,
        transaction(r#""events":[{"event":"CAPTURE","amount":1}]"#),
    )
    .await;
    assert_eq!(told, []);
}
