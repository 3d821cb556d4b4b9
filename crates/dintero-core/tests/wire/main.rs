//! What goes over the wire, and what does not: every test counts the requests that reach a scripted server.

mod connections;
mod deadlines;
mod faults;
mod http2;
mod matrix;
mod policies;
mod raw_calls;
mod refused_tokens;
mod responses;
mod retries;
mod runtimes;
mod server;
mod token_cache;
mod tokens;

use std::time::Duration;

use dintero_core::{
    Auth, Builder, Error, Evidence, Handle, ManualClock, Operation, OperationFacts, RetryClass,
};
use http::Method;
use serde::Deserialize;
use server::Server;

use dintero_core::Server::{Api, Checkout};

static READ: Operation = operation(
    "get_transaction",
    Method::GET,
    "/transactions/{id}",
    RetryClass::Idempotent,
    Checkout,
    Auth::Bearer,
);
static SESSION: Operation = operation(
    "create_session",
    Method::POST,
    "/sessions",
    RetryClass::DuplicateTolerated,
    Checkout,
    Auth::Bearer,
);
static CAPTURE: Operation = operation(
    "capture_transaction",
    Method::POST,
    "/transactions/{id}/capture",
    RetryClass::NonIdempotent,
    Checkout,
    Auth::Bearer,
);
static ORDERS: Operation = operation(
    "list_orders",
    Method::GET,
    "/accounts/{aid}/shopping/orders",
    RetryClass::Idempotent,
    Api,
    Auth::Bearer,
);
static TOKEN: Operation = operation(
    "create_token",
    Method::POST,
    "/accounts/{aid}/auth/other",
    RetryClass::Idempotent,
    Api,
    Auth::Basic,
);

const fn operation(
    name: &'static str,
    method: Method,
    path: &'static str,
    retry_class: RetryClass,
    server: dintero_core::Server,
    auth: Auth,
) -> Operation {
    Operation::new(OperationFacts {
        api: "checkout",
        id: name,
        name,
        method,
        path,
        server,
        base: "/v1",
        account: match server {
            Api => Some("aid"),
            _ => None,
        },
        scopes: &["write:checkout"],
        retry_class,
        read_back: Some("get_transaction"),
        paging: None,
        confirm: None,
        auth,
        content_type: "application/json",
        accept: "application/json",
        statuses: &[200],
        evidence: Evidence::Seen,
        deprecated: false,
    })
}

const LONG: Duration = Duration::from_secs(31);

#[derive(Debug, Deserialize, PartialEq)]
struct Thing {
    id: String,
}

fn builder(server: &Server, clock: &ManualClock) -> Builder {
    Handle::builder()
        .account("T12345678")
        .client_credentials("the-client-id", "the-client-secret")
        .api_url(&server.url)
        .checkout_url(&server.url)
        .clock(clock.clone())
}

fn handle(server: &Server, clock: &ManualClock) -> Handle {
    builder(server, clock).build().expect("configuration")
}

/// A call of each class, with the smallest request.
async fn call(handle: &Handle, operation: &'static Operation) -> Result<Thing, Error> {
    let mut call = handle.call(operation);
    if operation.path().contains("{id}") {
        call = call.path("id", &"T12345678.abc");
    }
    if operation.method() == Method::POST {
        call = call.json_unchecked(&serde_json::json!({ "amount": 100 }));
    }
    call.send::<Thing>()
        .await
        .map(dintero_core::Response::into_inner)
}
