//! Dintero's Checkout API: payment sessions, transactions, settlements and payouts.
//!
//! Everything here is generated from `openapi/checkout.yaml` while the crate is built. [`Client`] has a method for each
//! operation, [`types`] holds the types of requests and responses, and [`operations`] the operation table.
//! The `dintero` crate makes a client from credentials.

include!(concat!(
    env!(
        "OUT_DIR",
        "a vendored git dependency has no OpenAPI documents to generate the client from; depend on the published package"
    ),
    "/client.rs"
));
