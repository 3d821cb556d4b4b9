use super::*;
use crate::documents::OPERATIONS;
use std::collections::BTreeSet;

#[test]
fn every_operation_of_the_documents_has_a_handler_and_every_handler_an_operation() {
    let handlers: BTreeSet<_> = HANDLERS.iter().map(|(id, _)| *id).collect();
    let operations: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert_eq!(handlers, operations);
    let routes: BTreeSet<_> = OPERATIONS.iter().map(|o| (&o.method, &o.path)).collect();
    assert_eq!(
        (HANDLERS.len(), OPERATIONS.len(), routes.len()),
        (112, 112, 112)
    );
}
