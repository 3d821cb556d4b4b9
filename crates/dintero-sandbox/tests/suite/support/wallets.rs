//! Cards, as the tests of wallets make them.

use serde_json::{Value, json};

use super::{Api, ok};

pub const CARDS: &str = "/v1/accounts/{aid}/wallets/cards";
pub const MOVES: &str = "/v1/accounts/{aid}/wallets/transactions";
pub const INFO: &str = "/v1/accounts/{aid}/wallets/info";

/// A card with 500.00 NOK, a PIN and a token of 16 digits.
pub async fn card(api: &Api, id: &str) -> Value {
    let body = json!({
        "card_id": id, "amount": 50_000, "currency": "NOK", "customer_id": "customer-1", "name": "Gift", "type": "gift_card",
        "pin": {"format": {"length": 4, "numbers": true}}, "card_token": {"format": {"length": 16, "numbers": true}},
    });
    ok(api.post(CARDS, body).await)
}

pub async fn balance(api: &Api, id: &str) -> [i64; 4] {
    let body = ok(api.get(&format!("{CARDS}/{id}")).await);
    [
        "amount_balance",
        "amount_available",
        "amount_drawdown",
        "amount_pending",
    ]
    .map(|n| body[n].as_i64().expect("an amount"))
}

pub fn draw(ref_id: &str, amount: i64) -> Value {
    json!({"card_id": "card-1", "ref_id": ref_id, "amount": amount, "currency": "NOK"})
}
