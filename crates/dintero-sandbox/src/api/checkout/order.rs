//! The checks of a session's order and of the metadata rules.

use std::collections::BTreeSet;

use crate::api::prelude::*;

const CURRENCIES: [&str; 4] = ["NOK", "SEK", "DKK", "EUR"];
/// How many items an order can have (stated by one third party only).
const ITEMS: usize = 100;

pub(crate) fn check_order(check: &mut Check, at: &str, order: &Value) {
    let amount = |of: &Value| of["amount"].as_i64().unwrap_or(0);
    let (new, option) = (items(&order["items"]), &order["shipping_option"]);
    let negative = "must not be negative";
    check.ensure(amount(order) >= 0, &format!("{at}.amount"), negative);
    let field = format!("{at}.shipping_option.amount");
    check.ensure(amount(option) >= 0, &field, negative);
    let currency = order["currency"].as_str();
    let is_known = currency.is_none_or(|currency| CURRENCIES.contains(&currency));
    let reason = format!(
        "must be one of the sandbox's currencies {}",
        CURRENCIES.join(", ")
    );
    check.ensure(is_known, &format!("{at}.currency"), &reason);
    let reason = format!("has more than {ITEMS} items");
    check.ensure(new.len() <= ITEMS, &format!("{at}.items"), &reason);
    let places = (0..).map(|i| format!("{at}.items[{i}].line_id"));
    let of_option = (format!("{at}.shipping_option.line_id"), option);
    let mut lines = BTreeSet::new();
    for (field, item) in places.zip(new).chain([of_option]) {
        let is_new = item["line_id"].as_str().is_none_or(|id| lines.insert(id));
        check.ensure(is_new, &field, "is used twice in the order");
    }
}

/// `order.amount` must be the sum of the items and the shipping option; with `partial_payment` it may be lower.
pub(crate) fn check_sum(order: &Value) -> ApiResult<()> {
    let option = order["shipping_option"]["amount"].as_i64();
    if order.get("items").is_none() && option.is_none() {
        return Ok(());
    }
    let items = items(&order["items"]).iter();
    let amounts = items.filter_map(|item| item["amount"].as_i64());
    let sum = amounts.sum::<i64>() + option.unwrap_or(0);
    let amount = order["amount"].as_i64().unwrap_or(0);
    let is_sum = amount == sum || (order["partial_payment"] == true && amount < sum);
    let reason = "is not the sum of the items and the shipping option";
    ensure_field(is_sum, "amount", reason)
}

/// Metadata of a session: up to 10 keys.
pub(crate) fn check_session_metadata(check: &mut Check, at: &str, metadata: &Value) {
    let fits = metadata.as_object().is_none_or(|map| map.len() <= 10);
    check.ensure(fits, at, "has more than 10 keys");
}

/// Metadata of a capture or refund: strings only, keys begin `ext_`, key up to 128 and value up to 256 characters.
pub(crate) fn check_event_metadata(check: &mut Check, metadata: &Value) {
    let Some(map) = metadata.as_object() else {
        return;
    };
    let fits = |text: &str, most: usize| text.chars().count() <= most;
    let is_key = |key: &String| key.starts_with("ext_") && fits(key, 128);
    let reason = "has a key that does not begin with ext_ or has more than 128 characters";
    check.ensure(map.keys().all(is_key), "metadata", reason);
    let is_value = |value: &Value| value.is_string() && fits(text_of(value), 256);
    let reason = "has a value that is not a string of at most 256 characters";
    check.ensure(map.values().all(is_value), "metadata", reason);
}

#[cfg(test)]
mod tests;
