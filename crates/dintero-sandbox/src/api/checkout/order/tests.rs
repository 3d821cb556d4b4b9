use super::*;
use serde_json::json;

fn sum_is_good(order: &Value) -> bool {
    check_sum(order).is_ok()
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
    check_order(&mut check, "order", &order);
    let error = check.finish().expect_err("used twice");
    assert_eq!(
        error.body()["error"]["errors"][0]["field"],
        "order.shipping_option.line_id"
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
        check_event_metadata(&mut check, &metadata);
        assert_eq!(check.finish().is_ok(), good, "{metadata}");
    }
}
