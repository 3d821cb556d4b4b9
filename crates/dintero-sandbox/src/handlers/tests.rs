use super::*;
use crate::documents::OPERATIONS;
use std::collections::BTreeSet;

#[test]
fn every_handler_has_an_operation_and_every_operation_a_path_of_its_own() {
    let handlers: BTreeSet<_> = HANDLERS.iter().map(|(id, _)| *id).collect();
    let operations: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert!(handlers.is_subset(&operations), "{handlers:?}");
    let routes: BTreeSet<_> = OPERATIONS.iter().map(|o| (&o.method, &o.path)).collect();
    assert_eq!(
        (handlers.len(), OPERATIONS.len(), routes.len()),
        (HANDLERS.len(), 121, 121)
    );
}
