//! Transactions as they are read and listed: what a payment takes over, pages, filters and includes.

use crate::support::transactions::{act, last, read};
use crate::support::{ok, session_body, start};
use dintero_sandbox::Card;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_payment_takes_over_the_order_with_shipping_as_an_item() {
    let api = start().await;
    let session = api.session().await;
    let id = api.sandbox.pay(&session, Card::approved()).expect("paid");
    let body = read(&api, id.as_str()).await;
    assert_eq!(
        (&body["status"], &body["amount"], &body["currency"]),
        (&json!("AUTHORIZED"), &json!(50_000), &json!("NOK"))
    );
    assert_eq!(body["payment_product_type"], "dintero_psp.creditcard");
    assert_eq!(
        (&body["session_id"], &body["merchant_reference"]),
        (&json!(session), &json!("order-1"))
    );
    assert_eq!(body["items"][0]["quantity"], 2.5);
    assert_eq!(
        (&body["items"][2]["line_id"], &body["items"][2]["type"]),
        (&json!("post"), &json!("shipping"))
    );
    assert_eq!(body["card"]["masked_pan"], "400000******0002");
    let events: Vec<_> = body["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|e| &e["event"])
        .collect();
    assert_eq!(events, ["INITIALIZE", "AUTHORIZE"]);
}

#[tokio::test]
async fn pages_of_transactions_follow_each_other() {
    let api = start().await;
    let mut paid = Vec::new();
    for _ in 0..12 {
        paid.push(api.transaction().await);
    }
    paid.reverse();
    let ids = |body: &Value| -> Vec<String> {
        let all = body.as_array().expect("a bare array").iter();
        all.map(|t| t["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(ids(&ok(api.get("/v1/transactions").await)), paid[..10]);
    let first = ids(&ok(api.get("/v1/transactions?limit=7").await));
    let second = ids(&ok(api
        .get(&format!(
            "/v1/transactions?limit=7&starting_after={}",
            first[6]
        ))
        .await));
    assert_eq!([first, second].concat(), paid);
    let end = ok(api
        .get(&format!("/v1/transactions?starting_after={}", paid[11]))
        .await);
    assert_eq!(end, json!([]));
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let api = start().await;
    let session = api.session().await;
    let first: String = api.sandbox.pay(&session, Card::approved()).expect("paid");
    let mut body = session_body();
    body["order"]["merchant_reference"] = json!("order-2");
    body["order"]["amount"] = json!(700);
    body["metadata"] = json!({"payout_correlation_id": "payout-1"});
    let other = ok(api.post("/v1/sessions-profile", body).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let second: String = api.sandbox.pay(&other, Card::approved()).expect("paid");
    ok(act(&api, &second, "capture", json!({"amount": 700})).await);
    for (query, wanted) in [
        (format!("session_id={session}"), vec![&first]),
        ("merchant_reference=order-2".into(), vec![&second]),
        (format!("id={first}&id={second}"), vec![&second, &first]),
        ("status=CAPTURED".into(), vec![&second]),
        (
            "status=CAPTURED&status=AUTHORIZED".into(),
            vec![&second, &first],
        ),
        ("amount.gte=701".into(), vec![&first]),
        ("amount=700".into(), vec![&second]),
        ("captured_at.gte=2000-01-01".into(), vec![&second]),
        ("created_at.lte=2000-01-01".into(), vec![]),
        ("search=order-1".into(), vec![&first]),
        ("currency=SEK".into(), vec![]),
        ("payout_correlation_id=x,payout-1".into(), vec![&second]),
        ("payout_correlation_id=x".into(), vec![]),
    ] {
        let body = ok(api.get(&format!("/v1/transactions?{query}")).await);
        let ids: Vec<_> = body
            .as_array()
            .expect("an array")
            .iter()
            .map(|t| t["id"].as_str().expect("an id"))
            .collect();
        assert_eq!(ids, wanted, "{query}");
    }
}

#[tokio::test]
async fn includes_decide_what_a_transaction_shows() {
    let api = start().await;
    let session = api.session().await;
    let id: String = api
        .sandbox
        .pay(&session, Card::declined())
        .expect("a transaction");
    let plain = read(&api, &id).await;
    assert!(plain.get("session").is_none());
    let with = |includes: &str| format!("/v1/transactions/{id}?includes={includes}");
    assert_eq!(
        ok(api.get(&with("session")).await)["session"]["events"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(
        ok(api.get(&with("session.events.latest")).await)["session"]["events"][0]["name"],
        "DECLINED"
    );
    assert_eq!(
        ok(api.get(&with("events.success.true")).await)["events"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn system_headers_come_back_and_event_headers_only_on_demand() {
    let api = start().await;
    let create = api
        .request(Method::POST, "/v1/sessions-profile")
        .json(&session_body());
    let session = ok(api.send(create.header("Dintero-System-Name", "shop")).await);
    let id: String = api
        .sandbox
        .pay(session["id"].as_str().expect("an id"), Card::approved())
        .expect("paid");
    assert_eq!(
        read(&api, &id).await["initiating_system_request_headers"]["dintero-system-name"],
        "shop"
    );
    let capture = |query: &str| {
        let request = api.request(
            Method::POST,
            &format!("/v1/transactions/{id}/capture{query}"),
        );
        api.send(
            request
                .header("Dintero-System-Version", "1.2")
                .json(&json!({"amount": 1})),
        )
    };
    assert!(
        last(&ok(capture("").await))
            .get("request_headers")
            .is_none()
    );
    let shown = ok(capture("?includes=events.request_headers").await);
    assert_eq!(
        last(&shown)["request_headers"]["dintero-system-version"],
        "1.2"
    );
    assert!(!shown.to_string().contains(&api.token));
}
