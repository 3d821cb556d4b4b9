//! Dintero's test cards: by outcome and scheme, and those that time out: what does not happen, and what the caller learns.

use std::time::Duration;

use crate::support::browser::{location, send, session, transaction};
use crate::support::{ok, refused, session_body, start, token_session_body};
use dintero_sandbox::{Card, Fault};
use serde_json::{Value, json};

fn card(number: &str) -> Card {
    Card::from_number(number).expect("a test card")
}

#[tokio::test]
async fn captures_refunds_and_voids_time_out_with_the_cards_made_for_it() {
    let api = start().await;
    let amount = json!({"amount": 100});
    for (card, capture, refund, void) in [
        (card("4100000000000019"), 503, 400, 200),
        (card("4100000000000027"), 200, 503, 400),
        (card("4100000000000043"), 200, 200, 400),
    ] {
        let id = api.sandbox.pay(&api.session().await, card).expect("paid");
        let path = format!("/v1/transactions/{id}");
        let mut statuses = Vec::new();
        for operation in ["capture", "refund"] {
            let (status, _) = api
                .post(&format!("{path}/{operation}"), amount.clone())
                .await;
            statuses.push(status);
        }
        statuses.push(api.post_nothing(&format!("{path}/void")).await.0);
        assert_eq!(statuses, [capture, refund, void], "{id}");
    }
    let card = card("5100000000000040");
    let session = api.session().await;
    let id = api.sandbox.pay(&session, card).expect("paid");
    refused(
        &api.post_nothing(&format!("/v1/transactions/{id}/void"))
            .await,
        503,
    );
    refused(
        &api.post_nothing(&format!("/v1/sessions/{session}/cancel"))
            .await,
        500,
    );
    let body = ok(api.get(&format!("/v1/transactions/{id}")).await);
    assert_eq!(body["status"], "AUTHORIZED");
    let events = body["events"].as_array().expect("events");
    let failed: Vec<_> = events.iter().filter(|e| e["success"] == false).collect();
    assert_eq!(failed.len(), 2);
    assert!(
        failed
            .iter()
            .all(|e| e["event"] == "VOID" && e["error"]["message"].is_string())
    );
    assert!(ok(api.get(&format!("/v1/sessions/{session}")).await)["cancelled_at"].is_null());
}

#[tokio::test]
async fn a_pending_capture_that_times_out_moves_nothing() {
    let api = start().await;
    let id = api
        .sandbox
        .pay(&api.session().await, card("4100000000000019"))
        .expect("paid");
    let wait = Fault::Pending(Duration::from_secs(60));
    api.sandbox.fail_next("transactions_id_capture_post", wait);
    let (status, _) = api
        .post(
            &format!("/v1/transactions/{id}/capture"),
            json!({"amount": 100}),
        )
        .await;
    assert_eq!(status, 202);
    api.sandbox.complete_pending();
    let body = ok(api.get(&format!("/v1/transactions/{id}")).await);
    let events = body["events"].as_array().expect("events");
    let last = events.last().expect("an event");
    assert_eq!(
        (&last["event"], &last["success"]),
        (&json!("CAPTURE"), &json!(false))
    );
    let begun = events
        .iter()
        .find(|e| e["event"] == "INITIATE_CAPTURE")
        .expect("begun");
    assert_eq!(last["correlation_request_id"], begun["request_id"]);
    assert_eq!(body["status"], "AUTHORIZED");
}

#[tokio::test]
async fn an_auto_capture_that_times_out_can_be_made_up_for_by_hand() {
    let api = start().await;
    for (card, by_hand) in [
        (card("4100000000000035"), 200),
        (card("4100000000000019"), 503),
        (Card::approved(), 400),
    ] {
        let mut body = session_body();
        body["configuration"] = json!({"auto_capture": true});
        let created = ok(api.post("/v1/sessions", body).await);
        let id = api
            .sandbox
            .pay(created["id"].as_str().expect("an id"), card)
            .expect("paid");
        let (status, _) = api
            .post(
                &format!("/v1/transactions/{id}/capture"),
                json!({"amount": 100}),
            )
            .await;
        assert_eq!(status, by_hand);
    }
}

#[tokio::test]
async fn a_card_that_cannot_be_kept_pays_without_a_token() {
    let api = start().await;
    let mut body = session_body();
    body["configuration"] = json!({"dintero_psp": {"creditcard": {"enabled": true, "type": "payment_product_type", "generate_payment_token": true}}});
    let created = ok(api.post("/v1/sessions", body).await);
    let paid = api.sandbox.pay(
        created["id"].as_str().expect("an id"),
        card("4100000000000050"),
    );
    let paid = paid.expect("a transaction");
    assert_eq!(
        ok(api.get(&format!("/v1/transactions/{paid}")).await)["status"],
        "AUTHORIZED"
    );
    let created = ok(api
        .post("/v1/sessions/payment-token", token_session_body())
        .await);
    let id = created["id"].as_str().expect("an id");
    assert!(api.sandbox.payer(id).hold().is_err());
    let failed = api
        .sandbox
        .pay(id, card("4100000000000050"))
        .expect("a transaction");
    assert_eq!(
        ok(api.get(&format!("/v1/transactions/{failed}")).await)["status"],
        "FAILED"
    );
    assert_eq!(ok(api.get("/v1/card-tokens").await), json!([]));
}

#[tokio::test]
async fn a_kept_card_goes_on_to_do_what_its_number_does() {
    let api = start().await;
    let created = ok(api
        .post("/v1/sessions/payment-token", token_session_body())
        .await);
    let card = card("5100 0000 0000 0016");
    api.sandbox
        .pay(created["id"].as_str().expect("an id"), card)
        .expect("kept");
    let token = ok(api.get("/v1/card-tokens").await)[0]["token"].clone();
    let charged = ok(api
        .post(
            "/v1/sessions/pay",
            crate::support::charge(&token, "later-1"),
        )
        .await);
    assert_eq!(charged["card"]["brand"], "Mastercard");
    let path = format!(
        "/v1/transactions/{}/capture",
        charged["id"].as_str().expect("an id")
    );
    refused(&api.post(&path, json!({"amount": 100})).await, 503);
}

#[tokio::test]
async fn an_outcome_is_chosen_with_a_scheme() {
    let api = start().await;
    for (card, scheme, brand, status) in [
        ("4000000000000002", "visa", json!("Visa"), "AUTHORIZED"),
        (
            "4000000000000002",
            "mastercard",
            json!("Mastercard"),
            "AUTHORIZED",
        ),
        (
            "5200000000000007",
            "visa",
            json!("Mastercard"),
            "AUTHORIZED",
        ),
        (
            "4000300000000006",
            "mastercard",
            json!("Mastercard"),
            "DECLINED",
        ),
        ("4100000000000001", "odd", json!("Visa"), "FAILED"),
        ("hold", "mastercard", Value::Null, "ON_HOLD"),
    ] {
        let (id, url) = session(&api, |_| {}).await;
        let fields = [
            ("card", card),
            ("scheme", scheme),
            ("card_number", ""),
            ("action", "pay"),
        ];
        location(&send(&url, &fields).await);
        let paid = transaction(&api, &id).await;
        assert_eq!(
            (&paid["card"]["brand"], &paid["status"]),
            (&brand, &json!(status)),
            "{card}"
        );
    }
}
