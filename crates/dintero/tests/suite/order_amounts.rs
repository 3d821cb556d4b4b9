//! Amounts of an order that do not add up are named.

use dintero::checkout::types::{
    OrderItemInput, SessionOrder, SessionOrderInput, ShippingAddressOrderUpdate,
};
use dintero::{OrderAmounts, check_amounts, check_amounts_with_shipping};
use serde_json::{Value, json};

/// The mismatches as field, line and difference.
fn mismatches(order: &impl OrderAmounts) -> Vec<(String, Option<String>, Option<i64>)> {
    let Err(error) = check_amounts(order) else {
        return Vec::new();
    };
    error
        .iter()
        .map(|mismatch| {
            (
                mismatch.field.clone(),
                mismatch.line_id.clone(),
                mismatch.difference(),
            )
        })
        .collect()
}

fn order(mut fields: Value) -> SessionOrder {
    fields["currency"] = "NOK".into();
    fields["merchant_reference"] = "order-1".into();
    serde_json::from_value(fields).unwrap()
}

fn total(difference: i64) -> Vec<(String, Option<String>, Option<i64>)> {
    vec![("amount".to_owned(), None, Some(difference))]
}

#[test]
fn the_total_is_the_sum_of_lines_and_shipping() {
    let shipping =
        json!({"id": "post", "line_id": "s", "amount": 500, "operator": "", "title": "Post"});
    let voucher = json!({"line_id": "2", "amount": -200, "type": "gift_card"});
    for (fields, want) in [
        (
            json!({"amount": 1390, "items": [{"amount": 890}], "shipping_option": shipping}),
            vec![],
        ),
        (
            json!({"amount": 1190, "items": [{"amount": 890}, voucher], "shipping_option": shipping}),
            vec![],
        ),
        (
            json!({"amount": 290, "items": [{"amount": 890}], "shipping_option": shipping}),
            total(-1100),
        ),
        (
            json!({"amount": 900, "items": [{"amount": 890}]}),
            total(10),
        ),
        (json!({"amount": 900, "items": []}), total(900)),
        // VAT, discounts and gift cards are included in the amounts.
        (
            json!({"amount": 890, "vat_amount": 178, "items": [{"amount": 890, "vat_amount": 178, "gross_amount": 1000,
                "discount_lines": [{"amount": 110}]}], "discount_lines": [{"amount": 110}],
                "gift_cards": [{"amount": 100, "card_id": "1", "type": "dintero.wallets"}]}),
            vec![],
        ),
        // A part of the order may be paid elsewhere, but no more than the order here.
        (
            json!({"amount": 400, "partial_payment": true, "items": [{"amount": 890}]}),
            vec![],
        ),
        (
            json!({"amount": 900, "partial_payment": true, "items": [{"amount": 890}]}),
            total(10),
        ),
        // Nothing to compare with.
        (json!({"amount": 900}), vec![]),
    ] {
        assert_eq!(mismatches(&order(fields.clone())), want, "{fields}");
    }
}

#[test]
fn missing_amounts_and_wrong_splits_are_named() {
    let order = order(json!({"amount": 5, "items": [
        {"line_id": "1"},
        {"line_id": "2", "amount": 100, "splits": [{"amount": 60, "payout_destination_id": "a"}, {"amount": 35, "payout_destination_id": "b"}]},
        {"amount": 100, "splits": []},
    ], "shipping_option": {"id": "post", "line_id": "s", "amount": 500, "operator": "", "title": "Post",
        "splits": [{"amount": 501, "payout_destination_id": "a"}]}}));
    let want = [
        ("items[0].amount", Some("1"), None),
        ("items[1].splits", Some("2"), Some(5)),
        ("shipping_option.splits", Some("s"), Some(-1)),
    ];
    let want = want.map(|(field, line, by)| (field.to_owned(), line.map(str::to_owned), by));
    assert_eq!(mismatches(&order), want);
    assert_eq!(
        check_amounts(&order).unwrap_err().to_string(),
        "the amounts of the order do not add up: `items[0].amount` (line 1) is missing; `items[1].splits` (line 2): the amount is 5 \
         minor units more than the sum of its parts; `shipping_option.splits` (line s): the amount is 1 minor units less than the \
         sum of its parts"
    );
}

#[test]
fn amounts_that_are_too_large_to_add_up_are_named() {
    let order =
        order(json!({"amount": i64::MIN, "items": [{"amount": i64::MAX}, {"amount": i64::MAX}]}));
    assert_eq!(mismatches(&order), [("amount".to_owned(), None, None)]);
}

#[test]
fn a_built_order_is_checked_like_a_decoded_one() {
    let order = SessionOrderInput::builder()
        .amount(900)
        .currency("NOK")
        .merchant_reference("order-1")
        .items(Vec::<OrderItemInput>::new())
        .build()
        .unwrap();
    assert_eq!(mismatches(&order), total(900));
}

#[test]
fn the_response_to_an_express_callback_includes_the_selected_shipping() {
    let response: ShippingAddressOrderUpdate =
        serde_json::from_value(json!({"amount": 1390, "items": [{"amount": 890}]})).unwrap();
    assert_eq!(mismatches(&response), total(500));
    assert!(check_amounts_with_shipping(&response, 500).is_ok());
    assert!(check_amounts_with_shipping(&response, 400).is_err());
}
