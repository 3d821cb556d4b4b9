//! Transactions captured, refunded and voided; what was captured is gone from what can be captured.

use crate::support::transactions::{act, last, read};
use crate::support::{ok, refused, refused_fields, session_body, start};
use dintero_sandbox::Card;
use serde_json::json;

#[tokio::test]
async fn what_was_captured_is_gone_from_what_can_be_captured() {
    let api = start().await;
    let id = api.transaction().await;
    let body = ok(act(
        &api,
        &id,
        "capture",
        json!({"amount": 30_000, "capture_reference": "parcel-1"}),
    )
    .await);
    assert_eq!(
        (&body["status"], &body["amount"]),
        (&json!("PARTIALLY_CAPTURED"), &json!(50_000))
    );
    let event = last(&body);
    assert_eq!(
        (&event["event"], &event["amount"], &event["success"]),
        (&json!("CAPTURE"), &json!(30_000), &json!(true))
    );
    assert_eq!(
        (&event["event_reference"], &event["transaction_status"]),
        (&json!("parcel-1"), &json!("PARTIALLY_CAPTURED"))
    );

    refused_fields(
        &act(&api, &id, "capture", json!({"amount": 20_001})).await,
        &["amount"],
    );
    let body = ok(act(&api, &id, "capture", json!({"amount": 20_000})).await);
    assert_eq!(body["status"], "CAPTURED");
    refused(&act(&api, &id, "capture", json!({"amount": 1})).await, 400);
    assert_eq!(read(&api, &id).await, body);
}

#[tokio::test]
async fn items_of_a_capture_name_lines_and_never_take_more_than_a_line_has() {
    let api = start().await;
    let id = api.transaction().await;
    let item = |line: &str, amount: i64| json!({"line_id": line, "amount": amount});
    let both = json!({"amount": 34_900, "items": [item("1", 30_000), item("post", 4_900)]});
    let body = ok(act(&api, &id, "capture", both).await);
    assert_eq!(last(&body)["items"][1]["line_id"], "post");
    for (items, field) in [
        (json!([item("1", 1)]), "items[0].amount"),
        (json!([item("2", 15_101)]), "items[0].amount"),
        (json!([item("lost", 1)]), "items[0].line_id"),
    ] {
        let amount = items[0]["amount"].clone();
        refused_fields(
            &act(
                &api,
                &id,
                "capture",
                json!({"amount": amount, "items": items}),
            )
            .await,
            &[field],
        );
    }
    refused_fields(
        &act(
            &api,
            &id,
            "capture",
            json!({"amount": 2, "items": [item("2", 1)]}),
        )
        .await,
        &["amount"],
    );
    refused_fields(
        &act(&api, &id, "capture", json!({"items": [{}]})).await,
        &["amount", "items[0].line_id", "items[0].amount"],
    );
}

#[tokio::test]
async fn metadata_of_a_capture_and_refund_follows_the_ext_rule() {
    let api = start().await;
    let id = api.transaction().await;
    for (metadata, field) in [
        (json!({"order": "1"}), "metadata"),
        (json!({"ext_n": 1}), "metadata.ext_n"),
        (json!({"ext_a": "x".repeat(257)}), "metadata"),
        (json!([]), "metadata"),
    ] {
        refused_fields(
            &act(
                &api,
                &id,
                "capture",
                json!({"amount": 1, "metadata": metadata}),
            )
            .await,
            &[field],
        );
    }
    let body = ok(act(
        &api,
        &id,
        "capture",
        json!({"amount": 1, "metadata": {"ext_a": "b"}}),
    )
    .await);
    assert_eq!(last(&body)["metadata"], json!({"ext_a": "b"}));
}

#[tokio::test]
async fn a_final_capture_releases_the_rest() {
    let api = start().await;
    let id = api.transaction().await;
    let body = ok(act(
        &api,
        &id,
        "capture",
        json!({"amount": 10_000, "final_capture": true}),
    )
    .await);
    assert_eq!(body["status"], "CAPTURED");
    assert_eq!(
        (&last(&body)["event"], &last(&body)["amount"]),
        (&json!("VOID"), &json!(40_000))
    );
    refused(&act(&api, &id, "capture", json!({"amount": 1})).await, 400);
    refused_fields(
        &act(&api, &id, "refund", json!({"amount": 10_001})).await,
        &["amount"],
    );
    assert_eq!(
        ok(act(&api, &id, "refund", json!({"amount": 10_000})).await)["status"],
        "REFUNDED"
    );
}

#[tokio::test]
async fn refunds_come_out_of_what_is_captured() {
    let api = start().await;
    let id = api.transaction().await;
    let early = act(&api, &id, "refund", json!({"amount": 1})).await;
    refused(&early, 400);
    assert!(
        early.1["error"]["message"]
            .as_str()
            .is_some_and(|m| m.contains("void")),
        "{}",
        early.1
    );
    ok(act(&api, &id, "capture", json!({"amount": 20_000})).await);
    let body = ok(act(
        &api,
        &id,
        "refund",
        json!({"amount": 5_000, "refund_reference": "back-1", "reason": "broken"}),
    )
    .await);
    assert_eq!(body["status"], "PARTIALLY_CAPTURED_REFUNDED");
    assert_eq!(
        (&last(&body)["event"], &last(&body)["event_reference"]),
        (&json!("REFUND"), &json!("back-1"))
    );
    ok(act(&api, &id, "capture", json!({"amount": 30_000})).await);
    assert_eq!(read(&api, &id).await["status"], "PARTIALLY_REFUNDED");
    refused_fields(
        &act(&api, &id, "refund", json!({"amount": 45_001})).await,
        &["amount"],
    );
    assert_eq!(
        ok(act(&api, &id, "refund", json!({"amount": 45_000})).await)["status"],
        "REFUNDED"
    );
    refused(&act(&api, &id, "refund", json!({"amount": 1})).await, 400);
}

#[tokio::test]
async fn only_an_untouched_authorization_can_be_voided() {
    let api = start().await;
    let id = api.transaction().await;
    let body = ok(api
        .post_nothing(&format!("/v1/transactions/{id}/void"))
        .await);
    assert_eq!(
        (&body["status"], &last(&body)["amount"]),
        (&json!("AUTHORIZATION_VOIDED"), &json!(50_000))
    );
    refused(
        &api.post_nothing(&format!("/v1/transactions/{id}/void"))
            .await,
        400,
    );
    refused(&act(&api, &id, "capture", json!({"amount": 1})).await, 400);
    let partly = api.transaction().await;
    ok(act(&api, &partly, "capture", json!({"amount": 1})).await);
    refused(
        &api.post_nothing(&format!("/v1/transactions/{partly}/void"))
            .await,
        400,
    );
}

#[tokio::test]
async fn auto_capture_captures_at_once() {
    let api = start().await;
    let mut body = session_body();
    body["configuration"] = json!({"auto_capture": true});
    let session = ok(api.post("/v1/sessions-profile", body).await);
    let id = api
        .sandbox
        .pay(session["id"].as_str().expect("an id"), Card::approved())
        .expect("paid");
    let body = read(&api, id.as_str()).await;
    assert_eq!(
        (&body["status"], &last(&body)["event"]),
        (&json!("CAPTURED"), &json!("CAPTURE"))
    );
}

#[tokio::test]
async fn the_event_reference_of_the_order_is_the_fallback() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["event_reference"] = json!("from-order");
    let session = ok(api.post("/v1/sessions-profile", body).await);
    let id: String = api
        .sandbox
        .pay(session["id"].as_str().expect("an id"), Card::approved())
        .expect("paid");
    assert_eq!(
        last(&ok(act(&api, &id, "capture", json!({"amount": 1})).await))["event_reference"],
        "from-order"
    );
    let own = json!({"amount": 1, "capture_reference": "own"});
    assert_eq!(
        last(&ok(act(&api, &id, "capture", own).await))["event_reference"],
        "own"
    );
}

#[tokio::test]
async fn simultaneous_captures_never_take_more_than_there_is() {
    let api = std::sync::Arc::new(start().await);
    let id = api.transaction().await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (api, id) = (api.clone(), id.clone());
            tokio::spawn(async move { act(&api, &id, "capture", json!({"amount": 5_000})).await.0 })
        })
        .collect();
    let mut good = 0;
    for call in calls {
        good += usize::from(call.await.expect("finished") == 200);
    }
    assert_eq!(good, 10);
    assert_eq!(read(&api, &id).await["status"], "CAPTURED");
}
