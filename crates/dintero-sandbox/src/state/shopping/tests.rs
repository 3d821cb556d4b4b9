use super::*;

type Recorded = (Kind, i64, i64);

fn order(operations: &[Recorded]) -> Order {
    let doc = json!({"items": [{"line_id": 1, "gross_amount": 700}, {"line_id": 2, "gross_amount": 300}]});
    let mut order = Order::new(doc, Value::Null);
    for (kind, line, amount) in operations {
        let record = json!({"items": [{"line_id": line, "amount": amount}], "success": true});
        order.add(kind.plural(), record);
    }
    order
}

#[test]
fn the_payment_status_follows_captures_refunds_and_cancellations() {
    use Kind::{Authorization as A, Cancellation as X, Capture as C, Refund as R};
    let cases: [(&[Recorded], &str); 7] = [
        (&[], "pending"),
        (&[(A, 1, 700), (A, 2, 300)], "pending"),
        (&[(A, 1, 700), (C, 1, 700)], "partially_paid"),
        (
            &[(A, 1, 700), (C, 1, 700), (A, 2, 300), (X, 2, 300)],
            "paid",
        ),
        (
            &[(A, 1, 700), (C, 1, 700), (A, 2, 300), (C, 2, 300)],
            "paid",
        ),
        (
            &[(C, 1, 700), (C, 2, 300), (R, 2, 300)],
            "partially_refunded",
        ),
        (&[(C, 1, 700), (R, 1, 700)], "refunded"),
    ];
    for (operations, status) in cases {
        assert_eq!(order(operations).payment_status(), status, "{operations:?}");
    }
}

#[test]
fn what_is_left_of_a_line_depends_on_the_operation() {
    use Kind::{Authorization as A, Cancellation as X, Capture as C, Refund as R};
    let order = order(&[(A, 1, 600), (C, 1, 250), (X, 1, 50), (R, 1, 100)]);
    for (kind, left) in [(A, 100), (C, 300), (X, 300), (R, 150)] {
        assert_eq!(order.left(kind, None)[&1], left, "{kind:?}");
    }
}

#[test]
fn an_operation_without_success_moves_nothing() {
    let mut order = order(&[(Kind::Authorization, 1, 600)]);
    order.doc["authorizations"][0]["success"] = json!(false);
    assert_eq!(order.left(Kind::Authorization, None)[&1], 700);
}

#[test]
fn the_latest_event_of_each_service_decides_the_state() {
    let mut order = order(&[]);
    assert_eq!(order.state(), "pending");
    order
        .events
        .push(json!({"service": "pick", "state": "pending"}));
    order
        .events
        .push(json!({"service": "pick", "state": "success"}));
    assert_eq!(order.state(), "success");
    order
        .events
        .push(json!({"service": "ship", "state": "error"}));
    order
        .events
        .push(json!({"service": "ship", "state": "success"}));
    assert_eq!(order.state(), "failure");
}
