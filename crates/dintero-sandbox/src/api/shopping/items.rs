//! The checks of an order's body and its items.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::check::{Check, Node, SIGNED_AMOUNT};

const DISCOUNTS: [&str; 7] = [
    "customer", "periodic", "manual", "loyalty", "total", "employee", "external",
];
/// How many lines an order can have; Dintero's limit is not published.
pub(crate) const ITEMS: usize = 1_000;

/// Checks the order of a draft.
pub(crate) fn check_order(check: &mut Check, order: &Node<'_>) {
    check.need_text(&order.at("currency"), 3);
    let upper = |s: &str| s.len() == 3 && s.bytes().all(|b| b.is_ascii_uppercase());
    if order.at("currency").as_str().is_some_and(|s| !upper(s)) {
        check.fail(
            &order.at("currency"),
            "must be three capital letters (ISO 4217)",
        );
    }
    for name in [
        "gross_amount",
        "net_amount",
        "total_discount",
        "total_manual_discount_amount",
    ] {
        check.int(&order.at(name), SIGNED_AMOUNT);
    }
    for name in [
        "customer",
        "shipping_address",
        "billing_address",
        "metadata",
    ] {
        check.object(&order.at(name));
    }
    for name in [
        "salesperson_id",
        "salesperson_name",
        "comment",
        "type",
        "delivery_id",
        "courier_id",
    ] {
        check.text(&order.at(name), 1_024);
    }
    check.time(&order.at("delivery_at"));
    check.time(&order.at("pickup_at"));
    if check.object(&order.at("store")).is_some() {
        check.need_text(&order.at("store.id"), 255);
    }
    check.text(&order.at("order_id"), 255);
    let mut lines = BTreeSet::new();
    for item in check.objects(&order.at("items"), ITEMS) {
        check_item(check, &item);
        if item
            .at("line_id")
            .as_i64()
            .is_some_and(|id| !lines.insert(id))
        {
            check.fail(&item.at("line_id"), "is used twice in the order");
        }
    }
    check.objects(&order.at("itinerary"), ITEMS);
    check.objects(&order.at("attachments"), ITEMS);
    check.objects(&order.at("discounts"), ITEMS);
}

/// Checks one line.
pub(crate) fn check_item(check: &mut Check, item: &Node<'_>) {
    check.need_text(&item.at("id"), 255);
    check.need_int(&item.at("line_id"), 0..=i64::from(i32::MAX));
    check.need_int(&item.at("gross_amount"), SIGNED_AMOUNT);
    check.number(&item.at("quantity"));
    check.int(&item.at("net_amount"), SIGNED_AMOUNT);
    check.object(&item.at("metadata"));
    if item.at("tax_lines").is_absent() {
        check.fail(&item.at("tax_lines"), "is required");
    }
    for tax in check.objects(&item.at("tax_lines"), 100) {
        if tax.at("percentage").is_absent() {
            check.fail(&tax.at("percentage"), "is required");
        }
        check.number(&tax.at("percentage"));
        check.int(&tax.at("amount"), SIGNED_AMOUNT);
        check.int(&tax.at("tax_basis"), SIGNED_AMOUNT);
    }
    for discount in check.objects(&item.at("discount_lines"), 100) {
        check.int(&discount.at("amount"), SIGNED_AMOUNT);
        check.number(&discount.at("percentage"));
        check.one_of(&discount.at("discount_type"), &DISCOUNTS);
    }
}

/// A line as it is stored: with the version that Dintero counts.
pub(crate) fn stored(item: &Value, version: u64) -> Value {
    let mut item = item.clone();
    item["version"] = version.into();
    item
}

/// The index of a line in `items`.
pub(crate) fn position(order: &Map<String, Value>, line_id: i64) -> Option<usize> {
    order
        .get("items")?
        .as_array()?
        .iter()
        .position(|i| i["line_id"] == line_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(order: &Value) -> Vec<String> {
        let mut check = Check::default();
        check_order(&mut check, &Node::root(order));
        let body = check.finish().err().map(|e| e.body()).unwrap_or_default();
        let errors = body["error"]["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|e| e["field"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_line_needs_id_line_id_amount_and_tax_lines() {
        let order = json!({"currency": "NOK", "items": [{}]});
        assert_eq!(
            faults(&order),
            [
                "items[0].id",
                "items[0].line_id",
                "items[0].gross_amount",
                "items[0].tax_lines"
            ]
        );
    }

    #[test]
    fn line_ids_must_differ() {
        let item = json!({"id": "a", "line_id": 1, "gross_amount": 1, "tax_lines": []});
        assert_eq!(
            faults(&json!({"currency": "NOK", "items": [item, item]})),
            ["items[1].line_id"]
        );
        assert_eq!(
            faults(&json!({"currency": "NOK", "items": [item]})),
            Vec::<String>::new()
        );
    }
}
