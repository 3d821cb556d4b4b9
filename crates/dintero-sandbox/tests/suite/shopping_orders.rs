//! Shopping orders: their state, updates, events, comments and lists.

use crate::support::shopping::{ORDERS, id, items, order};
use crate::support::{draft_body, ok, refused, refused_fields, start};
use serde_json::json;

#[tokio::test]
async fn cancel_close_and_open_follow_the_orders_state() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    refused(&api.post_nothing(&format!("{path}/open")).await, 400);
    assert_eq!(
        ok(api.post_nothing(&format!("{path}/close")).await)["status"],
        "closed"
    );
    refused(&api.post_nothing(&format!("{path}/close")).await, 400);
    refused(&api.post_nothing(&format!("{path}/cancel")).await, 400);
    refused(
        &api.post(&format!("{path}/authorizations"), items(&[(1, 1)]))
            .await,
        409,
    );
    let open = ok(api.post_nothing(&format!("{path}/open")).await);
    assert!(open["status"] == "open" && open.get("closed_at").is_none());
    ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 100)]))
        .await);
    let cancelled = ok(api
        .post(
            &format!("{path}/cancel"),
            json!({"cancelled_reason": "customer"}),
        )
        .await);
    assert_eq!(
        (&cancelled["status"], &cancelled["cancelled_reason"]),
        (&json!("cancelled"), &json!("customer"))
    );
    refused(&api.post_nothing(&format!("{path}/open")).await, 400);
    refused(
        &api.post(&format!("{path}/captures"), items(&[(1, 1)]))
            .await,
        409,
    );

    let captured = order(&api, draft_body()).await;
    ok(api
        .post(&format!("{captured}/authorizations"), items(&[(1, 100)]))
        .await);
    ok(api
        .post(&format!("{captured}/captures"), items(&[(1, 1)]))
        .await);
    refused(&api.post_nothing(&format!("{captured}/cancel")).await, 400);
}

#[tokio::test]
async fn an_order_is_updated_within_what_is_authorized() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 60_000)]))
        .await);
    let line = |id: i64, amount: i64| json!({"items": [{"id": "a", "line_id": id, "gross_amount": amount, "tax_lines": []}]});
    refused_fields(
        &api.put(&path, line(1, 59_999)).await,
        &["items[0].gross_amount"],
    );
    refused_fields(&api.put(&path, line(7, 1)).await, &["items[0].line_id"]);
    let body = ok(api.put(&path, line(1, 60_000)).await);
    assert_eq!(
        (&body["gross_amount"], &body["items"][0]["version"]),
        (&json!(90_000), &json!(2))
    );
    let body = ok(api
        .put(&path, json!({"courier_id": "bike", "external_ids": ["e1"]}))
        .await);
    assert_eq!(
        (&body["courier_id"], &body["external_ids"]),
        (&json!("bike"), &json!(["e1"]))
    );
}

#[tokio::test]
async fn every_change_leaves_an_event_and_services_report_theirs() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, 100)]))
        .await);
    refused_fields(
        &api.post(&format!("{path}/events"), json!({"state": "odd"}))
            .await,
        &["state", "service", "service_status"],
    );
    let report = json!({"state": "success", "service": "pick", "service_status": "PICKED"});
    let event = ok(api.post(&format!("{path}/events"), report).await);
    let body = ok(api.get(&format!("{path}/events")).await);
    assert_eq!(body["state"], "success");
    let types: Vec<_> = body["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|e| &e["event_type"])
        .collect();
    assert_eq!(types, ["api-event", "api-event", "service-event"]);
    assert_eq!(body["events"][2], event);
    assert!(body["events"][0]["draft_id"].is_string());

    assert!(ok(api.get(&path).await).get("events").is_none());
    let with = async |value: &str| {
        ok(api.get(&format!("{path}?include_events={value}")).await)["events"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        (with("true").await, with("service-event").await),
        (Some(3), Some(1))
    );
    let order_id = path.rsplit('/').next().expect("an id");
    let of_store = format!(
        "/v1/accounts/{{aid}}/shopping/stores/store-1/orders/{order_id}?include_events=true"
    );
    assert_eq!(
        ok(api.get(&of_store).await)["events"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn comments_come_and_go() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    refused_fields(
        &api.post(&format!("{path}/comments"), json!({})).await,
        &["comment"],
    );
    let body = ok(api
        .post(&format!("{path}/comments"), json!({"comment": "gift"}))
        .await);
    assert_eq!(body["comments"][0]["comment"], "gift");
    let comment = format!("{path}/comments/{}", id(&body["comments"][0]));
    assert_eq!(ok(api.delete(&comment).await)["comments"], json!([]));
    refused(&api.delete(&comment).await, 404);
}

#[tokio::test]
async fn orders_are_listed_in_pages_and_by_filter() {
    let api = start().await;
    let mut paths = Vec::new();
    for _ in 0..3 {
        paths.push(order(&api, draft_body()).await);
    }
    let first = ok(api.get(&format!("{ORDERS}?limit=2")).await);
    assert_eq!(first["orders"].as_array().map(Vec::len), Some(2));
    let cursor = first["paging_token"].as_str().expect("a cursor");
    let second = ok(api
        .get(&format!("{ORDERS}?limit=2&starting_after={cursor}"))
        .await);
    assert_eq!(second["orders"].as_array().map(Vec::len), Some(1));
    assert!(second.get("paging_token").is_none());
    ok(api.post_nothing(&format!("{}/close", paths[1])).await);
    for (query, count) in [
        ("status=closed", 1),
        ("status=open", 2),
        ("payment_status=paid", 0),
        ("currency=NOK", 3),
        ("currency=SEK", 0),
    ] {
        let body = ok(api.get(&format!("{ORDERS}?{query}")).await);
        assert_eq!(
            body["orders"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
    }
    for (whose, count) in [
        ("customers/customer-1", 3),
        ("stores/store-1", 3),
        ("customers/nobody", 0),
    ] {
        let body = ok(api
            .get(&format!("/v1/accounts/{{aid}}/shopping/{whose}/orders"))
            .await);
        assert_eq!(
            body["orders"].as_array().map(Vec::len),
            Some(count),
            "{whose}"
        );
    }
}
