use http::Method;

use super::{Auth, Evidence, Operation, OperationFacts, RetryClass, Server};

/// The facts of an operation of the Checkout API.
pub(crate) const fn facts(name: &'static str, retry_class: RetryClass) -> OperationFacts {
    OperationFacts {
        api: "checkout",
        id: name,
        name,
        method: Method::POST,
        path: "/",
        server: Server::Checkout,
        base: "/v1",
        account: None,
        scopes: &[],
        retry_class,
        read_back: None,
        paging: None,
        confirm: None,
        auth: Auth::Bearer,
        content_type: "application/json",
        accept: "application/json",
        statuses: &[200],
        evidence: Evidence::Seen,
        deprecated: false,
    }
}

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
