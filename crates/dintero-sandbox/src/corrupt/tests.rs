use super::*;

#[test]
fn statuses_are_replaced_at_every_depth_and_nothing_else() {
    let mut value = json!({"id": "a", "status": "CAPTURED", "amount": 1, "events": [{"event": "CAPTURE", "status": 7}]});
    json(Some(Fault::UnknownEnumValue), &mut value);
    let unknown = "SANDBOX_UNKNOWN";
    let events = json!([{"event": unknown, "status": 7}]);
    assert_eq!(
        value,
        json!({"id": "a", "status": unknown, "amount": 1, "events": events})
    );
}
