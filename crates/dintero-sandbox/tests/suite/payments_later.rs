//! What comes after the payment or without the payer: pending operations, pre-authorizations, kept cards.

use std::time::Duration;

use crate::support::transactions::read;
use crate::support::{
    Api, charge, ok, refused, refused_fields, session_body, start, token_session_body,
};
use dintero_sandbox::{Card, Fault};
use reqwest::Method;
use serde_json::{Value, json};

const CAPTURE: &str = "transactions_id_capture_post";

/// Event names, oldest first.
fn events(body: &Value) -> Vec<&str> {
    let events = body["events"].as_array().expect("events").iter();
    events.filter_map(|e| e["event"].as_str()).collect()
}

#[tokio::test]
async fn a_202_is_completed_when_the_clock_has_moved() {
    let api = start().await;
    let id = api.transaction().await;
    api.sandbox
        .fail_next(CAPTURE, Fault::Pending(Duration::from_secs(60)));
    let path = format!("/v1/transactions/{id}/capture");
    let request = api
        .request(Method::POST, &path)
        .json(&json!({"amount": 50_000}));
    let response = request.send().await.expect("a response");
    assert_eq!(response.status(), 202);
    let event_id = response.headers()["event-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["status"], "AUTHORIZED");
    let last = body["events"]
        .as_array()
        .and_then(|e| e.last())
        .expect("an event");
    assert_eq!(
        (&last["event"], &last["request_id"]),
        (&json!("INITIATE_CAPTURE"), &json!(event_id))
    );
    // One at a time: what is pending may take all that is left.
    refused(&api.post(&path, json!({"amount": 1})).await, 400);
    refused(
        &api.post_nothing(&format!("/v1/transactions/{id}/void"))
            .await,
        400,
    );

    api.sandbox.advance(Duration::from_secs(59));
    assert_eq!(read(&api, &id).await["status"], "AUTHORIZED");
    api.sandbox.advance(Duration::from_secs(1));
    let body = read(&api, &id).await;
    assert_eq!(body["status"], "CAPTURED");
    let last = body["events"]
        .as_array()
        .and_then(|e| e.last())
        .expect("an event");
    assert_eq!(
        (&last["event"], &last["correlation_request_id"]),
        (&json!("CAPTURE"), &json!(event_id))
    );
}

#[tokio::test]
async fn refund_and_void_can_be_pending_and_are_completed_on_demand() {
    let api = start().await;
    let (refunded, voided) = (api.transaction().await, api.transaction().await);
    ok(api
        .post(
            &format!("/v1/transactions/{refunded}/capture"),
            json!({"amount": 50_000}),
        )
        .await);
    for (id, what, body) in [
        (&refunded, "refund", json!({"amount": 50_000})),
        (&voided, "void", Value::Null),
    ] {
        api.sandbox.fail_next(
            &format!("transactions_id_{what}_post"),
            Fault::Pending(Duration::MAX),
        );
        let path = format!("/v1/transactions/{id}/{what}");
        let response = match body.is_null() {
            true => api.post_nothing(&path).await,
            false => api.post(&path, body).await,
        };
        assert_eq!(response.0, 202, "{}", response.1);
    }
    let session = read(&api, &voided).await["session_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    refused(
        &api.post_nothing(&format!("/v1/sessions/{session}/cancel"))
            .await,
        400,
    );
    api.sandbox.complete_pending();
    assert_eq!(read(&api, &refunded).await["status"], "REFUNDED");
    let body = read(&api, &voided).await;
    assert_eq!(body["status"], "AUTHORIZATION_VOIDED");
    assert_eq!(
        events(&body),
        ["INITIALIZE", "AUTHORIZE", "INITIATE_VOID", "VOID"]
    );
}

async fn reserved(api: &Api) -> String {
    let token = api.card_token().await;
    let mut body = charge(&token["token"], "reserved");
    body["session"]["configuration"] = json!({"pre_authorization": true});
    ok(api.post("/v1/sessions/pay", body).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[tokio::test]
async fn a_pre_authorization_grows_until_it_is_final() {
    let api = start().await;
    let id = reserved(&api).await;
    let (path, capture) = (
        format!("/v1/transactions/{id}/authorization"),
        format!("/v1/transactions/{id}/capture"),
    );
    refused(&api.post(&capture, json!({"amount": 1})).await, 400);
    refused_fields(&api.post(&path, json!({})).await, &["amount"]);
    refused_fields(
        &api.post(&path, json!({"amount": 9_900})).await,
        &["amount"],
    );
    assert_eq!(
        ok(api.post(&path, json!({"amount": 12_000})).await)["amount"],
        12_000
    );
    let last = json!({"amount": 5_000, "final_authorization": true});
    assert_eq!(ok(api.post(&path, last.clone()).await)["amount"], 5_000);
    refused(&api.post(&path, last).await, 409);
    refused_fields(
        &api.post(&capture, json!({"amount": 5_001})).await,
        &["amount"],
    );
    assert_eq!(
        ok(api.post(&capture, json!({"amount": 5_000})).await)["status"],
        "CAPTURED"
    );
    let plain = api.transaction().await;
    let items = json!([{"line_id": "1", "id": "chair", "amount": 60_000}]);
    let body = json!({"amount": 60_000, "items": items});
    refused(
        &api.post(&format!("/v1/transactions/{plain}/authorization"), body)
            .await,
        400,
    );
}

#[tokio::test]
async fn a_kept_card_can_be_charged_until_it_is_deleted() {
    let api = start().await;
    let token = api.card_token().await;
    let list = |query: &str| format!("/v1/card-tokens?{query}");
    assert_eq!(ok(api.get(&list("customer_id=customer-1")).await)[0], token);
    assert_eq!(ok(api.get(&list("customer_id=nobody")).await), json!([]));
    let paid = token["transaction_id"].as_str().expect("an id");
    let plain = read(&api, paid).await;
    assert_eq!(plain["payment_operation"], "generate_payment_token");
    assert!(
        plain["card"].get("payment_token").is_none(),
        "only when asked for"
    );
    let requested = ok(api
        .get(&format!(
            "/v1/transactions/{paid}?includes=card.payment_token"
        ))
        .await);
    assert_eq!(requested["card"]["payment_token"], token["token"]);

    let body = ok(api
        .post("/v1/sessions/pay", charge(&token["token"], "a"))
        .await);
    assert_eq!(
        (&body["status"], &body["success"]),
        (&json!("AUTHORIZED"), &json!(true))
    );
    assert_eq!(body["payment_operation"], "recurring_purchase");
    assert_eq!(
        ok(api.get("/v1/sessions").await).as_array().map(Vec::len),
        Some(2)
    );
    let session = ok(api
        .get(&format!(
            "/v1/sessions/{}",
            body["session_id"].as_str().expect("an id")
        ))
        .await);
    assert!(
        !session
            .to_string()
            .contains(token["token"].as_str().expect("a token"))
    );

    let id = token["id"].as_str().expect("an id");
    let gone = ok(api
        .send(api.request(Method::DELETE, &format!("/v1/card-tokens/{id}")))
        .await);
    assert_eq!(gone["status"], "DELETED");
    assert_eq!(ok(api.get("/v1/card-tokens").await), json!([]));
    let body = ok(api
        .post("/v1/sessions/pay", charge(&token["token"], "b"))
        .await);
    assert_eq!(
        (&body["status"], &body["success"]),
        (&json!("FAILED"), &json!(false))
    );
    let error = &body["events"]
        .as_array()
        .and_then(|e| e.last())
        .expect("an event")["error"];
    assert_eq!(
        error["retry_policy"]["retry_codes"],
        json!(["DO_NOT_RETRY"])
    );
    refused(
        &api.post("/v1/sessions/pay", charge(&json!("unknown"), "c"))
            .await,
        400,
    );
}

#[tokio::test]
async fn the_toggles_refuse_a_reference_that_was_used() {
    let api = start().await;
    let token = api.card_token().await;
    let pay = async |toggle: &str, token: &Value, reference: &str| {
        let request = api
            .request(Method::POST, "/v1/sessions/pay")
            .json(&charge(token, reference));
        api.send(request.header("dintero-feature-toggles", toggle))
            .await
    };
    let (any, success) = (
        "strict-merchant-reference",
        "strict-success-merchant-reference",
    );
    let field = ["session.order.merchant_reference"];
    ok(pay(any, &token["token"], "a").await);
    refused_fields(&pay(any, &token["token"], "a").await, &field);
    refused_fields(&pay(success, &token["token"], "a").await, &field);
    // A session that was never paid is in the way of the first toggle only.
    let mut body = session_body();
    body["order"]["merchant_reference"] = json!("b");
    ok(api.post("/v1/sessions-profile", body).await);
    refused_fields(&pay(any, &token["token"], "b").await, &field);
    ok(pay(success, &token["token"], "b").await);
    ok(api
        .post("/v1/sessions/pay", charge(&token["token"], "a"))
        .await);
}

#[tokio::test]
async fn only_cards_of_dintero_psp_are_played() {
    let api = start().await;
    let mut body = token_session_body();
    body["token_provider"]["payment_product_type"] = json!("bambora.creditcard");
    refused_fields(
        &api.post("/v1/sessions/payment-token", body.clone()).await,
        &["token_provider.payment_product_type"],
    );
    body["token_provider"] = json!({"payment_product_type": "dintero_psp.creditcard"});
    refused_fields(
        &api.post("/v1/sessions/payment-token", body).await,
        &["token_provider.token_types"],
    );
}

#[tokio::test]
async fn the_second_reference_of_a_transaction_can_be_set() {
    let api = start().await;
    let id = api.transaction().await;
    let path = format!("/v1/transactions/{id}");
    assert_eq!(
        ok(api.put(&path, json!({"merchant_reference_2": "x"})).await)["merchant_reference_2"],
        "x"
    );
    assert_eq!(read(&api, &id).await["merchant_reference_2"], "x");
    refused_fields(&api.put(&path, json!({})).await, &["merchant_reference_2"]);
    refused_fields(
        &api.put(&path, json!({"merchant_reference_2": 1})).await,
        &["merchant_reference_2"],
    );
}

#[tokio::test]
async fn a_locked_session_is_updated_and_not_paid() {
    let api = start().await;
    let session = api.session().await;
    let (path, change) = (
        format!("/v1/sessions/{session}"),
        json!({"order": {"merchant_reference_2": "x"}}),
    );
    refused(&api.put(&path, change.clone()).await, 400);
    ok(api
        .send(api.request(Method::POST, &format!("/v1/view/{session}/session/lock")))
        .await);
    assert!(api.sandbox.pay(&session, Card::approved()).is_err());
    ok(api
        .put(
            &path,
            json!({"order": {"merchant_reference_2": "x"}, "remove_lock": false}),
        )
        .await);
    ok(api.put(&path, change.clone()).await);
    refused(&api.put(&path, change).await, 400);
    api.pay(&session);
}

#[tokio::test]
async fn sessions_are_listed_and_found() {
    let api = start().await;
    let (first, second) = (api.session().await, api.session().await);
    let transaction = api.pay(&first);
    let ids = async |query: &str| {
        let body = ok(api.get(&format!("/v1/sessions?{query}")).await);
        let list = body.as_array().expect("a list").iter();
        list.map(|s| s["id"].as_str().expect("an id").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [second.clone(), first.clone()]);
    assert_eq!(
        ids(&format!("starting_after={second}&limit=1")).await,
        std::slice::from_ref(&first)
    );
    for query in [
        format!("transaction_id={transaction}"),
        format!("search={transaction}"),
        format!("id={first}"),
    ] {
        assert_eq!(ids(&query).await, std::slice::from_ref(&first), "{query}");
    }
    assert_eq!(ids("search=order-1").await.len(), 2);
    assert_eq!(ids("store_id=s").await.len(), 0);
    assert_eq!(ids("created_at.gte=2999-01-01").await.len(), 0);
}
