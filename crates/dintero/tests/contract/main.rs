//! Every operation of every client, called against the sandbox, which validates each request against the documents and shares no code with
//! the clients. The responses are validated on their way. A new operation fails this test until it is called here.
#![allow(clippy::unwrap_used)]

mod checkout;
#[path = "../../../dintero-sandbox/tests/suite/support/documented.rs"]
mod documented;
mod finance;
mod lists;
mod orders;
mod payments;
mod shopping;
mod wallets;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use dintero::shopping::types::{DraftOrderInput, OrderInput};
use dintero::{Dintero, Error, ManualClock, Operation, Response, reveal};
use dintero_sandbox::{Clock, Fault, Sandbox};
use shopping::item;

/// The operationId of the token call, which the client also makes on its own.
const TOKEN: &str = "aid_auths_oauth_token_post";

struct Contract {
    sandbox: Arc<Sandbox>,
    dintero: Dintero,
}

impl Contract {
    /// A sandbox whose clock stands still.
    async fn start() -> Self {
        let time = "2026-01-01T00:00:00Z".parse().unwrap();
        let sandbox = Sandbox::builder()
            .clock(Clock::standing_at(time))
            .start()
            .await
            .unwrap();
        let sandbox = Arc::new(sandbox);
        let url = validated(Arc::clone(&sandbox)).await;
        let dintero = Dintero::builder()
            .account(sandbox.account())
            .client_credentials(sandbox.client_id(), sandbox.client_secret())
            .api_url(&url)
            .checkout_url(&url)
            .clock(ManualClock::new())
            .build()
            .unwrap();
        Self { sandbox, dintero }
    }

    /// The body of a successful response whose every field and value the client's types know.
    #[track_caller]
    fn known<T: Debug>(&self, response: Result<Response<T>, Error>) -> T {
        let value = match response {
            Ok(response) => response.into_inner(),
            Err(error) => panic!("{error}\n{:#?}", self.sandbox.requests().last()),
        };
        assert!(is_known(&value), "{:#?}", reveal(&value));
        value
    }

    /// Asserts that exactly the operations of the table were called, and each accepted with a documented status.
    fn covers(&self, table: &'static [&'static Operation]) {
        let mut called = BTreeSet::new();
        for request in self.sandbox.requests() {
            let id = request.operation_id.clone().unwrap();
            assert_eq!(request.verdict(), "accepted", "{request:#?}");
            if let Some(operation) = Operation::find(table, &id) {
                let status = request.status.unwrap();
                let documented = operation.statuses();
                // A success that is documented as `2XX` is not in the table.
                let any = status / 100 == 2 && documented.iter().all(|status| status / 100 != 2);
                assert!(any || documented.contains(&status), "{request:#?}");
                called.insert(id);
            } else {
                assert_eq!(id, TOKEN, "{request:#?}");
            }
        }
        let all: BTreeSet<_> = table
            .iter()
            .map(|operation| operation.id().to_owned())
            .collect();
        let missing: Vec<_> = all.difference(&called).collect();
        assert!(missing.is_empty(), "not called: {missing:?}");
    }
}

/// Starts a server that passes everything on to the sandbox, and returns its URL. A response that is not as documented becomes a 500.
async fn validated(sandbox: Arc<Sandbox>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let router = axum::Router::new().fallback(pass_on);
    let router = router.with_state((sandbox, http));
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    url
}

async fn pass_on(
    State((sandbox, http)): State<(Arc<Sandbox>, reqwest::Client)>,
    request: Request,
) -> axum::http::Response<Body> {
    let (parts, body) = request.into_parts();
    let response = http
        .request(parts.method, format!("{}{}", sandbox.url(), parts.uri))
        .headers(parts.headers)
        .body(axum::body::to_bytes(body, usize::MAX).await.unwrap())
        .send()
        .await
        .unwrap();
    let (head, body) = axum::http::Response::<reqwest::Body>::from(response).into_parts();
    let bytes = axum::body::to_bytes(Body::new(body), usize::MAX).await;
    let bytes = bytes.unwrap();
    let kind = head.headers.get("content-type");
    if kind.is_none_or(|kind| kind == "application/json") {
        let id = head.headers["request-id"].to_str().unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let violations = documented::violations_of(&sandbox, id, &body);
        if !violations.is_empty() {
            let mut failed = axum::http::Response::new(Body::from(format!("{violations:?}")));
            *failed.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
            return failed;
        }
    }
    axum::http::Response::from_parts(head, Body::from(bytes))
}

/// Whether the types know every field, enum value and variant of a value at any depth: unknown ones are visible in Debug with personal
/// data revealed.
fn is_known(value: &impl Debug) -> bool {
    let shown = format!("{:?}", reveal(value));
    !shown.contains("unknown_fields: ") && !shown.contains("Unknown(")
}

#[tokio::test]
async fn unknown_fields_and_values_are_detected() {
    let contract = Contract::start().await;
    let shopping = contract.dintero.shopping();
    let order = OrderInput::builder().currency("NOK").items([item(1, 1)]);
    let draft = shopping
        .create_draft_order()
        .body(DraftOrderInput::builder().order(order));
    let draft = contract.known(draft.send().await).id.unwrap();
    for fault in [Fault::ExtraField, Fault::UnknownEnumValue] {
        contract.sandbox.fail_next("aid_draft_orders_id_get", fault);
        let draft = shopping.get_draft_order(&draft).send().await.unwrap();
        assert!(!is_known(&draft.into_inner()), "{fault:?}");
    }
}
