//! Shopping: drafts, orders, and what is recorded about the payment of an order.

pub(crate) mod complete;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod order_payments;
pub(crate) mod order_queries;
pub(crate) mod orders;
pub(crate) mod sessions;

use std::collections::BTreeSet;

use crate::api::prelude::*;

fn url(call: &Call<'_>, account: &str, list: &str, id: &str) -> String {
    let base = call.base_url;
    format!("{base}/v1/accounts/{account}/shopping/{list}/{id}")
}

pub(crate) fn check_order(check: &mut Check, order: &Value) {
    let code = order["currency"].as_str().unwrap_or_default().as_bytes();
    let is_currency = code.len() == 3 && code.iter().all(u8::is_ascii_uppercase);
    let reason = "must be three capital letters (ISO 4217)";
    check.ensure(is_currency, "order.currency", reason);
    let lines = items(&order["items"]);
    let mut seen = BTreeSet::new();
    for (i, item) in lines.iter().enumerate() {
        let field = format!("order.items[{i}].line_id");
        check_line_id(check, &field, item);
        let is_new = seen.insert(item["line_id"].as_i64());
        check.ensure(is_new, &field, "is used twice in the order");
    }
}

pub(crate) fn check_line_id(check: &mut Check, field: &str, item: &Value) {
    let line = item["line_id"].as_i64();
    check.ensure(line.is_none_or(|id| id >= 0), field, "must not be negative");
}

/// A line as it is stored: with the version that Dintero counts.
pub(crate) fn stored(item: &Value, version: u64) -> Value {
    let mut item = item.clone();
    item["version"] = version.into();
    item
}

pub(crate) fn replaced(before: &Value, item: &Value) -> Value {
    stored(item, before["version"].as_u64().unwrap_or(0) + 1)
}
