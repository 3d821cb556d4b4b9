//! The checks of a session's order and of the metadata rules.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::{AMOUNT, Check, Node, SIGNED_AMOUNT};

const CURRENCIES: [&str; 4] = ["NOK", "SEK", "DKK", "EUR"];
const ITEM_TYPES: [&str; 6] = [
    "physical",
    "digital",
    "service",
    "gift_card",
    "shipping",
    "surcharge",
];
/// How many items an order can have (stated by one third party only).
const ITEMS: usize = 100;

/// Checks the order of a session; `whole` when it is created and everything required must be there.
pub(crate) fn check_order(check: &mut Check, order: &Node<'_>, whole: bool) {
    if whole {
        check.need_int(&order.at("amount"), AMOUNT);
        check.need_one_of(&order.at("currency"), &CURRENCIES);
        check.need_text(&order.at("merchant_reference"), 255);
    } else {
        check.int(&order.at("amount"), AMOUNT);
        check.one_of(&order.at("currency"), &CURRENCIES);
    }
    check.text(&order.at("merchant_reference_2"), 255);
    check.text(&order.at("event_reference"), 255);
    check.int(&order.at("vat_amount"), SIGNED_AMOUNT);
    check.flag(&order.at("partial_payment"));
    for address in ["shipping_address", "billing_address"] {
        check.object(&order.at(address));
        check.text(&order.at(address).at("phone_number"), 255);
        check.text(&order.at(address).at("email"), 255);
    }
    let mut lines = BTreeSet::new();
    for item in check.objects(&order.at("items"), ITEMS) {
        check_item(check, &item);
        unique(check, &item, &mut lines);
    }
    let option = order.at("shipping_option");
    if check.object(&option).is_some() {
        for name in ["id", "line_id", "title"] {
            check.need_text(&option.at(name), 255);
        }
        check.need_int(&option.at("amount"), AMOUNT);
        unique(check, &option, &mut lines);
    }
}

fn check_item(check: &mut Check, item: &Node<'_>) {
    check.text(&item.at("id"), 255);
    check.text(&item.at("line_id"), 255);
    check.int(&item.at("amount"), SIGNED_AMOUNT);
    check.int(&item.at("vat_amount"), SIGNED_AMOUNT);
    check.number(&item.at("vat"));
    check.number(&item.at("quantity"));
    check.one_of(&item.at("type"), &ITEM_TYPES);
}

fn unique<'a>(check: &mut Check, item: &Node<'a>, lines: &mut BTreeSet<&'a str>) {
    if item
        .at("line_id")
        .as_str()
        .is_some_and(|id| !lines.insert(id))
    {
        check.fail(&item.at("line_id"), "is used twice in the order");
    }
}

/// `order.amount` must be the sum of the items and the shipping option; with `partial_payment` it may be lower.
pub(crate) fn check_sum(check: &mut Check, order: &Value) {
    let node = Node::root(order);
    let (items, option) = (node.at("items"), node.at("shipping_option.amount"));
    if items.is_absent() && option.is_absent() {
        return;
    }
    let sum: i64 = items
        .items()
        .iter()
        .filter_map(|i| i.at("amount").as_i64())
        .sum();
    let sum = sum + option.as_i64().unwrap_or(0);
    let amount = node.at("amount").as_i64().unwrap_or(0);
    let partial = order["partial_payment"] == true;
    if amount != sum && !(partial && amount < sum) {
        let amount = Node::root(order).at("amount");
        check.fail(
            &amount,
            "is not the sum of the items and the shipping option",
        );
    }
}

/// Metadata of a session: up to 10 keys, strings and numbers.
pub(crate) fn check_session_metadata(check: &mut Check, node: &Node<'_>) {
    let Some(map) = check.object(node) else {
        return;
    };
    if map.len() > 10 {
        check.fail(node, "has more than 10 keys");
    }
    if map.values().any(|v| !v.is_string() && !v.is_number()) {
        check.fail(node, "may hold only strings and numbers");
    }
}

/// Metadata of a capture or refund: strings only, keys begin `ext_`, key up to 128 and value up to 256 characters.
pub(crate) fn check_event_metadata(check: &mut Check, node: &Node<'_>) {
    let Some(map) = check.object(node) else {
        return;
    };
    if map
        .keys()
        .any(|k| !k.starts_with("ext_") || k.chars().count() > 128)
    {
        check.fail(
            node,
            "has a key that does not begin with ext_ or has more than 128 characters",
        );
    }
    if map
        .values()
        .any(|v| v.as_str().is_none_or(|s| s.chars().count() > 256))
    {
        check.fail(
            node,
            "has a value that is not a string of at most 256 characters",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sum_is_good(order: &Value) -> bool {
        let mut check = Check::default();
        check_sum(&mut check, order);
        check.finish().is_ok()
    }

    #[test]
    fn the_amount_is_the_sum_of_items_and_shipping() {
        let items = json!([{"amount": 700}, {"amount": -200}]);
        assert!(sum_is_good(&json!({"amount": 500, "items": items})));
        assert!(sum_is_good(
            &json!({"amount": 590, "items": items, "shipping_option": {"amount": 90}})
        ));
        assert!(!sum_is_good(&json!({"amount": 499, "items": items})));
        assert!(sum_is_good(
            &json!({"amount": 499, "items": items, "partial_payment": true})
        ));
        assert!(!sum_is_good(
            &json!({"amount": 501, "items": items, "partial_payment": true})
        ));
        assert!(sum_is_good(&json!({"amount": 7})));
    }

    #[test]
    fn line_ids_must_differ_also_from_the_shipping_option() {
        let option = json!({"id": "s", "line_id": "1", "title": "Post", "amount": 1});
        let order = json!({"items": [{"line_id": "1", "amount": 1}], "shipping_option": option});
        let mut check = Check::default();
        check_order(&mut check, &Node::root(&order), false);
        let error = check.finish().expect_err("used twice");
        assert_eq!(
            error.body()["error"]["errors"][0]["field"],
            "shipping_option.line_id"
        );
    }

    #[test]
    fn event_metadata_takes_only_ext_strings() {
        for (metadata, good) in [
            (json!({"ext_a": "1"}), true),
            (json!({"a": "1"}), false),
            (json!({"ext_a": 1}), false),
        ] {
            let mut check = Check::default();
            check_event_metadata(&mut check, &Node::root(&metadata));
            assert_eq!(check.finish().is_ok(), good, "{metadata}");
        }
    }
}
