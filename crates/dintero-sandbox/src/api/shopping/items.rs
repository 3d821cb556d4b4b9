//! The checks of an order's body and its items.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::Check;
use crate::state::json::items;

/// How many lines an order can have; Dintero's limit is not published.
pub(crate) const ITEMS: usize = 1_000;

/// Checks the order of a draft.
pub(crate) fn check_order(check: &mut Check, order: &Value) {
    let code = order["currency"].as_str().unwrap_or_default().as_bytes();
    check.ensure(
        code.len() == 3 && code.iter().all(u8::is_ascii_uppercase),
        "order.currency",
        "must be three capital letters (ISO 4217)",
    );
    let lines = items(&order["items"]);
    let reason = format!("has more than {ITEMS} items");
    check.ensure(lines.len() <= ITEMS, "order.items", &reason);
    let mut seen = BTreeSet::new();
    for (i, item) in lines.iter().enumerate() {
        let (field, line) = (
            format!("order.items[{i}].line_id"),
            item["line_id"].as_i64(),
        );
        check_line_id(check, &field, item);
        check.ensure(seen.insert(line), &field, "is used twice in the order");
    }
}

/// Checks the number of a line.
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

/// The line as it is stored after a change.
pub(crate) fn replaced(before: &Value, item: &Value) -> Value {
    stored(item, before["version"].as_u64().unwrap_or(0) + 1)
}
