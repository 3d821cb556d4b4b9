//! Checkout sessions for parts of an order, and drafts that become several orders.

use crate::support::shopping::{DRAFTS, id, order};
use crate::support::{draft_body, ok, refused, refused_fields, start};
use serde_json::{Value, json};

fn body(items: Value) -> Value {
    json!({"items": items, "profile_id": "default", "url": {"return_url": "https://shop.example/done"}})
}

#[tokio::test]
async fn a_session_of_an_order_is_paid_in_checkout() {
    let api = start().await;
    let path = format!("{}/sessions", order(&api, draft_body()).await);
    let items = json!([{"line_id": "1"}, {"line_id": "2", "amount": 5_000}]);
    let made = ok(api.post(&path, body(items)).await);
    assert_eq!(made["amount"], 75_000);
    assert_eq!(ok(api.get(&path).await)["sessions"], json!([made]));
    let session = id(&made);
    assert_eq!(ok(api.get(&format!("{path}/{session}")).await), made);
    let transaction = api.pay(&session);
    let paid = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(
        (&paid["amount"], &paid["items"][1]["line_id"]),
        (&json!(75_000), &json!("2"))
    );
    refused(&api.get(&format!("{path}/none")).await, 404);
}

#[tokio::test]
async fn a_wrong_session_of_an_order_is_refused() {
    let api = start().await;
    let order = order(&api, draft_body()).await;
    let path = format!("{order}/sessions");
    refused_fields(
        &api.post(&path, json!({})).await,
        &["items", "profile_id", "url"],
    );
    let items = json!([{"line_id": "9"}, {"line_id": "1", "amount": 70_001}, {"line_id": "1"}]);
    let fields = ["items[0].line_id", "items[1].amount", "items[2].line_id"];
    refused_fields(&api.post(&path, body(items)).await, &fields);
    let mut unknown = body(json!([{"line_id": "1"}]));
    unknown["profile_id"] = json!("nowhere");
    refused_fields(&api.post(&path, unknown).await, &["profile_id"]);
    ok(api.post_nothing(&format!("{order}/close")).await);
    refused(&api.post(&path, body(json!([{"line_id": "1"}]))).await, 400);
}

#[tokio::test]
async fn a_draft_is_split_by_the_groups_of_its_lines() {
    let api = start().await;
    let mut draft = draft_body();
    draft["options"] = json!({"split_draft": true, "generate_order_id": "ALPHANUMERIC_9"});
    draft["order"]["items"][1]["groups"] = json!([{"id": "kitchen", "name": "Kitchen"}]);
    let done = async |draft: &Value| {
        let draft = id(&ok(api.post(DRAFTS, draft.clone()).await));
        let done = ok(api
            .put(&format!("{DRAFTS}/{draft}/complete"), json!({}))
            .await);
        done["orders"].as_array().expect("orders").clone()
    };
    let orders = done(&draft).await;
    let sums: Vec<_> = orders.iter().map(|o| o["gross_amount"].clone()).collect();
    assert_eq!(sums, [70_000, 30_000]);
    assert_ne!(orders[0]["order_id"], orders[1]["order_id"]);
    draft["options"]["split_draft"] = json!(false);
    assert_eq!(done(&draft).await.len(), 1);
}
