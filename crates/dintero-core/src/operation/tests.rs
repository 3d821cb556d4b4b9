use super::{Operation, RetryClass};
use crate::test_support::facts;

static CAPTURE: Operation = {
    let mut facts = facts("capture_transaction", RetryClass::NonIdempotent);
    facts.id = "transactions_id_capture_post";
    Operation::new(facts)
};
static READ: Operation = {
    let mut facts = facts("get_transaction", RetryClass::Idempotent);
    facts.id = "transactions_id_get";
    Operation::new(facts)
};
static ALL: [&Operation; 2] = [&CAPTURE, &READ];

#[test]
fn an_operation_is_found_by_method_name_and_by_operation_id() {
    for name in ["capture_transaction", "transactions_id_capture_post"] {
        assert_eq!(Operation::find(&ALL, name), Some(&CAPTURE));
    }
    assert_eq!(Operation::find(&ALL, "transactions_id_get"), Some(&READ));
    assert_eq!(Operation::find(&ALL, "capture"), None);
}
