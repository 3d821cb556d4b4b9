//! Every operation of every client, called by its types, against the sandbox: which holds each request and each answer of its own
//! against the documents, and shares no code with the clients. A new operation fails this until it is called here.
#![allow(clippy::unwrap_used)]

mod checkout;
mod finance;
mod lists;
mod orders;
mod payments;
mod shopping;
mod wallets;

use std::collections::BTreeSet;
use std::fmt::Debug;

use dintero::shopping::types::{DraftOrderInput, OrderInput};
use dintero::{Dintero, Error, ManualClock, Operation, Response, reveal};
use dintero_sandbox::{Clock, Fault, Sandbox};
use shopping::item;

/// The operationId of the call for a token, which the client also makes by itself.
const TOKEN: &str = "aid_auths_oauth_token_post";

struct Contract {
    sandbox: Sandbox,
    dintero: Dintero,
}

impl Contract {
    /// A sandbox that checks its answers, whatever the build, and whose clock stands still.
    async fn start() -> Self {
        let time = "2026-01-01T00:00:00Z".parse().unwrap();
        let sandbox = Sandbox::builder()
            .check_responses(true)
            .clock(Clock::standing_at(time))
            .start()
            .await
            .unwrap();
        let dintero = Dintero::builder()
            .account(sandbox.account())
            .client_credentials(sandbox.client_id(), sandbox.client_secret())
            .api_url(sandbox.url())
            .checkout_url(sandbox.url())
            .clock(ManualClock::new())
            .build()
            .unwrap();
        Self { sandbox, dintero }
    }

    /// What a call answered: a success in which the client's types know every field and every value.
    #[track_caller]
    fn known<T: Debug>(&self, answer: Result<Response<T>, Error>) -> T {
        let value = match answer {
            Ok(response) => response.into_inner(),
            Err(error) => panic!("{error}\n{:#?}", self.sandbox.requests().last()),
        };
        assert!(is_known(&value), "{:#?}", reveal(&value));
        value
    }

    /// Every operation of the table was called, no other was, none was repeated by the client, and each was accepted with a
    /// status that the documents have.
    fn covers(&self, table: &'static [&'static Operation]) {
        let mut called = BTreeSet::new();
        for request in self.sandbox.requests() {
            let id = request.operation_id.clone().unwrap();
            assert_eq!(request.verdict(), "accepted", "{request:#?}");
            if let Some(operation) = Operation::find(table, &id) {
                let status = request.status.unwrap();
                let documented = operation.statuses();
                // A success that is documented as `2XX` has no place in the table.
                let any = status / 100 == 2 && documented.iter().all(|one| one / 100 != 2);
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

/// Whether there is no field, no value of a list and no kind of an object in it that the types lack, at any depth: each
/// shows in Debug, once personal data is shown.
fn is_known(value: &impl Debug) -> bool {
    let shown = format!("{:?}", reveal(value));
    !shown.contains("unknown_fields: ") && !shown.contains("Unknown(")
}

#[tokio::test]
async fn what_the_types_lack_is_noticed() {
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
