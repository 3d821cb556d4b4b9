//! Authorizations, captures, refunds and cancellations of an order.

use crate::support::shopping::{id, items, order};
use crate::support::{draft_body, ok, refused, refused_fields, start};
use serde_json::{Value, json};

#[tokio::test]
async fn the_payment_status_follows_what_is_recorded() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    let status = async || {
        ok(api.get(&path).await)["payment_status"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(status().await, "pending");
    let authorization = ok(api
        .post(
            &format!("{path}/authorizations"),
            items(&[(1, 70_000), (2, 30_000)]),
        )
        .await);
    assert_eq!(
        (&authorization["amount"], &authorization["success"]),
        (&json!(100_000), &json!(true))
    );
    assert_eq!(status().await, "pending");
    let capture = ok(api
        .post(&format!("{path}/captures"), items(&[(1, 70_000)]))
        .await);
    assert_eq!(status().await, "partially_paid");
    ok(api
        .post(&format!("{path}/cancellations"), items(&[(2, 30_000)]))
        .await);
    assert_eq!(status().await, "paid");
    ok(api
        .post(&format!("{path}/refunds"), items(&[(1, 20_000)]))
        .await);
    assert_eq!(status().await, "partially_refunded");
    ok(api
        .post(&format!("{path}/refunds"), items(&[(1, 50_000)]))
        .await);
    assert_eq!(status().await, "refunded");

    let listed = ok(api.get(&format!("{path}/captures")).await);
    assert_eq!(listed, json!({"captures": [capture]}));
    assert_eq!(
        ok(api.get(&format!("{path}/captures/{}", id(&capture))).await),
        capture
    );
    assert_eq!(
        ok(api.get(&format!("{path}/refunds")).await)["refunds"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(
        ok(api.get(&path).await)["authorizations"],
        json!([authorization])
    );
    refused(
        &api.get(&format!("{path}/captures/{}", id(&authorization)))
            .await,
        404,
    );
}

#[tokio::test]
async fn more_than_what_is_left_of_a_line_is_a_conflict() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    let post = async |what: &str, parts: &[(i64, i64)]| {
        api.post(&format!("{path}/{what}"), items(parts)).await
    };
    refused(&post("authorizations", &[(1, 70_001)]).await, 409);
    refused(&post("captures", &[(1, 1)]).await, 409);
    ok(post("authorizations", &[(1, 60_000)]).await);
    refused(&post("authorizations", &[(1, 10_000)]).await, 409);
    refused(&post("captures", &[(1, 60_001)]).await, 409);
    refused(&post("captures", &[(1, 30_001), (1, 30_000)]).await, 409);
    ok(post("captures", &[(1, 40_000)]).await);
    refused(&post("captures", &[(1, 20_001)]).await, 409);
    refused(&post("cancellations", &[(1, 20_001)]).await, 409);
    refused(&post("refunds", &[(1, 40_001)]).await, 409);
    refused(&post("captures", &[(1, -1)]).await, 409);
    ok(post("captures", &[(1, 20_000)]).await);
    assert_eq!(
        ok(api.get(&format!("{path}/captures")).await)["captures"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn a_wrong_operation_body_is_a_400() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    let post = async |body: Value| api.post(&format!("{path}/authorizations"), body).await;
    refused_fields(&post(json!({})).await, &["items"]);
    refused_fields(&post(json!({"items": []})).await, &["items"]);
    refused_fields(
        &post(json!({"items": [{}]})).await,
        &["items[0].amount", "items[0].line_id"],
    );
    refused_fields(
        &post(json!({"items": [{"line_id": 9, "amount": 1}]})).await,
        &["items[0].line_id"],
    );
    let mut computed = items(&[(1, 1)]);
    computed["amount"] = json!(1);
    refused_fields(&post(computed).await, &["amount"]);
    let mut named = items(&[(1, 1)]);
    named["authorization_id"] = json!("x");
    refused_fields(
        &api.post(&format!("{path}/captures"), named).await,
        &["authorization_id"],
    );
}

#[tokio::test]
async fn an_operation_without_success_is_recorded_but_moves_nothing() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    let mut body = items(&[(1, 70_000)]);
    body["success"] = json!(false);
    assert_eq!(
        ok(api.post(&format!("{path}/authorizations"), body).await)["success"],
        false
    );
    ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 70_000)]))
        .await);
    assert_eq!(
        ok(api.get(&format!("{path}/authorizations")).await)["authorizations"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn several_authorizations_are_told_apart_by_their_id() {
    let api = start().await;
    let mut body = draft_body();
    body["options"] = json!({"multiple_authorizations": true});
    let path = order(&api, body).await;
    let first = ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 50_000)]))
        .await);
    let second = ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 20_000)]))
        .await);
    refused(
        &api.post(&format!("{path}/authorizations"), items(&[(1, 1)]))
            .await,
        409,
    );
    refused_fields(
        &api.post(&format!("{path}/captures"), items(&[(1, 1)]))
            .await,
        &["authorization_id"],
    );
    let of = |authorization: &Value, amount: i64| {
        let mut body = items(&[(1, amount)]);
        body["authorization_id"] = authorization["id"].clone();
        body
    };
    refused(
        &api.post(&format!("{path}/captures"), of(&second, 20_001))
            .await,
        409,
    );
    let capture = ok(api
        .post(&format!("{path}/captures"), of(&second, 20_000))
        .await);
    assert_eq!(capture["authorization_id"], second["id"]);
    ok(api
        .post(&format!("{path}/captures"), of(&first, 50_000))
        .await);
}
