//! Orders, as the tests of shopping make them.

use serde_json::{Value, json};

use super::{Api, ok};

pub const DRAFTS: &str = "/v1/accounts/{aid}/shopping/draft_orders";
pub const ORDERS: &str = "/v1/accounts/{aid}/shopping/orders";

pub fn id(body: &Value) -> String {
    body["id"].as_str().expect("an id").to_owned()
}

/// Makes a draft and completes it; gives the path of the order.
pub async fn order(api: &Api, draft: Value) -> String {
    let draft = id(&ok(api.post(DRAFTS, draft).await));
    let done = ok(api
        .put(&format!("{DRAFTS}/{draft}/complete"), json!({}))
        .await);
    format!(
        "{ORDERS}/{}",
        done["orders"][0]["order_id"].as_str().expect("an order_id")
    )
}

pub fn items(parts: &[(i64, i64)]) -> Value {
    let items: Vec<_> = parts
        .iter()
        .map(|(line, amount)| json!({"line_id": line, "amount": amount}))
        .collect();
    json!({"items": items, "payment_details": {"payment_id": "payment-1"}})
}
