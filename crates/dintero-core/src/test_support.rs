//! Fixtures of the unit tests.

use http::Method;

use crate::{Auth, Evidence, OperationFacts, RetryClass, Server};

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
        auth: Auth::Bearer,
        content_type: "application/json",
        accept: "application/json",
        statuses: &[200],
        evidence: Evidence::Seen,
        deprecated: false,
    }
}
