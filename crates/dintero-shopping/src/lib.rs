//! Dintero's Shopping API: draft orders, orders, and the record of their payments.
//!
//! [`Client`] has a method for each operation, [`types`] the types of requests and responses, and [`operations`] the facts about each
//! operation. The `dintero` crate makes a client from credentials.

include!(concat!(
    env!(
        "OUT_DIR",
        "a vendored git dependency has no OpenAPI documents to generate the client from; depend on the published package"
    ),
    "/client.rs"
));
