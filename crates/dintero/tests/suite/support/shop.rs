//! A client of a sandbox, and a payment.

use dintero::checkout::types::OrderItemInput as SessionItem;
use dintero::checkout::types::{ProfileSessionOptions, SessionOrderInput, SessionUrls};
use dintero::{Dintero, ManualClock, TransactionAmounts};
use dintero_sandbox::{Card, Fault, Sandbox};

/// The amount of every payment, in minor units: 299.90 NOK.
pub const PRICE: i64 = 29_990;

/// The faults of a request.
pub const FAULTS: [Fault; 8] = [
    Fault::Status(400),
    Fault::Status(408),
    Fault::Status(409),
    Fault::Status(429),
    Fault::Status(500),
    Fault::Status(503),
    Fault::CloseBeforeWork,
    Fault::CloseAfterWork,
];

/// No fault, each fault, and each two in a row.
pub fn sequences() -> impl Iterator<Item = Vec<Fault>> {
    let pairs = FAULTS
        .iter()
        .flat_map(|first| FAULTS.iter().map(|second| vec![*first, *second]));
    [Vec::new()]
        .into_iter()
        .chain(FAULTS.iter().map(|one| vec![*one]))
        .chain(pairs)
}

/// A client with a retry budget of its own, which all calls of a client share.
pub fn client(sandbox: &Sandbox) -> Dintero {
    Dintero::builder()
        .account(sandbox.account())
        .client_credentials(sandbox.client_id(), sandbox.client_secret())
        .api_url(sandbox.url())
        .checkout_url(sandbox.url())
        .clock(ManualClock::new())
        .build()
        .unwrap()
}

/// An authorized transaction.
pub async fn paid(dintero: &Dintero, sandbox: &Sandbox) -> String {
    let item = SessionItem::builder()
        .id("chair")
        .line_id("1")
        .description("Chair")
        .quantity(1)
        .amount(PRICE)
        .vat(25);
    let order = SessionOrderInput::builder()
        .amount(PRICE)
        .currency("NOK")
        .merchant_reference("order")
        .items([item]);
    let options = ProfileSessionOptions::builder()
        .profile_id("default")
        .url(SessionUrls::builder().return_url("https://shop.example/thanks"))
        .order(order);
    let session = dintero
        .checkout()
        .create_session_from_profile()
        .body(options)
        .send()
        .await
        .unwrap();
    let session = session.into_inner().id.unwrap();
    sandbox.pay(&session, Card::approved()).unwrap()
}

/// The captured, refunded and voided amounts of a transaction, in minor units.
pub async fn moved(dintero: &Dintero, transaction: &str) -> (i64, i64, i64) {
    let transaction = dintero
        .checkout()
        .get_transaction(transaction)
        .send()
        .await
        .unwrap();
    let amounts = TransactionAmounts::of(&transaction).unwrap();
    (
        amounts.captured().minor(),
        amounts.refunded().minor(),
        amounts.voided().minor(),
    )
}

/// How often an operation was carried out.
pub fn executions(sandbox: &Sandbox, operation: &str) -> usize {
    let done = sandbox.requests();
    let done = done
        .iter()
        .filter(|request| request.operation_id.as_deref() == Some(operation));
    done.filter(|request| request.handled && request.status.is_none_or(|status| status == 200))
        .count()
}
