//! Fixtures of several modules.

pub mod callback;
pub mod shop;
pub mod unreliable_api;

use std::time::{Duration, SystemTime};

use dintero::checkout::types::Transaction;
use dintero::{Amount, Currency, Dintero, ManualClock};
use serde_json::{Value, json};
use wiremock::MockServer;

/// A client of a mock server, and its clock.
pub fn client_of(server: &MockServer) -> (Dintero, ManualClock) {
    let clock = ManualClock::new();
    let dintero = Dintero::builder()
        .account("T12345678")
        .bearer_token("token")
        .api_url(server.uri())
        .checkout_url(server.uri())
        .clock(clock.clone())
        .build()
        .unwrap();
    (dintero, clock)
}

/// A transaction of 10.00 NOK.
pub fn transaction(status: &str, product: &str, events: Value) -> Transaction {
    serde_json::from_value(json!({
        "id": "T12345678.a", "amount": 1000, "currency": "NOK", "status": status, "events": events,
        "payment_product": product.split('.').next(), "payment_product_type": product,
    }))
    .unwrap()
}

/// A successful event.
pub fn ok(event: &str, amount: i64) -> Value {
    json!({"event": event, "amount": amount, "success": true})
}

pub fn nok(minor: i64) -> Amount {
    Amount::new(minor, Currency::Nok)
}

/// An hour of the first day of 2026, in UTC.
pub fn at(hour: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + hour * 3600)
}
