//! What the tests of transactions share.

use serde_json::Value;

use super::{Api, ApiResponse, ok};

pub async fn act(api: &Api, id: &str, what: &str, body: Value) -> ApiResponse {
    api.post(&format!("/v1/transactions/{id}/{what}"), body)
        .await
}

pub async fn read(api: &Api, id: &str) -> Value {
    ok(api.get(&format!("/v1/transactions/{id}")).await)
}

pub fn last(transaction: &Value) -> &Value {
    transaction["events"]
        .as_array()
        .and_then(|e| e.last())
        .expect("an event")
}
