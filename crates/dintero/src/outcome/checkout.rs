//! Capture, refund and void of a Checkout transaction.

use dintero_checkout::Client;
use dintero_checkout::types::{CaptureOptions, RefundOptions, Transaction, TransactionEventKind};
use dintero_core::{Error, Response, Violations};
use uuid::Uuid;

use super::Confirmation;
use super::events::{RequestEvents, is_unreadable};
use super::in_flight::{Observation, Observing, Request, check_reference};

/// Captures once. Requires the scope `write:checkout`; the amount is in minor units. Sends `transactions_id_capture_post`, and reads
/// `transactions_id_get` in doubt.
///
/// With a `capture_reference` of your own, new for each capture, the call can be made again after a crash: the transaction is read
/// first, and a capture that it already shows is not sent again. Wait half a minute before such a call, since the earlier request may
/// still be in progress; two concurrent calls are not coordinated. A capture that was declined is sent again. Without a reference a
/// random one is generated, and nothing is read first.
///
/// ```no_run
/// # use dintero::checkout::types::CaptureOptions;
/// # async fn run(dintero: dintero::Dintero) {
/// let options = CaptureOptions::builder().amount(29_990).capture_reference("parcel-1");
/// let outcome = dintero::outcome::capture(&dintero.checkout(), "T12345678.abc", options).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn capture(
    client: &Client,
    transaction: impl Into<String>,
    options: impl TryInto<CaptureOptions, Error: Into<Violations>>,
) -> Confirmation<Transaction> {
    let operation = options.try_into().map(Operation::Capture);
    confirmation(client, transaction, operation.map_err(Into::into))
}

/// Refunds once. Requires the scope `write:checkout`; the amount is in minor units. Sends `transactions_id_refund_post`. The
/// `refund_reference` works like the `capture_reference` of [`capture`].
///
/// ```no_run
/// # use dintero::checkout::types::RefundOptions;
/// # async fn run(dintero: dintero::Dintero) {
/// let options = RefundOptions::builder().amount(9_990).refund_reference("return-1");
/// let outcome = dintero::outcome::refund(&dintero.checkout(), "T12345678.abc", options).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn refund(
    client: &Client,
    transaction: impl Into<String>,
    options: impl TryInto<RefundOptions, Error: Into<Violations>>,
) -> Confirmation<Transaction> {
    let operation = options.try_into().map(Operation::Refund);
    confirmation(client, transaction, operation.map_err(Into::into))
}

/// Voids what is left of the authorization. Requires the scope `write:checkout`. Sends `transactions_id_void_post`.
///
/// A void needs no reference: after a lost response or a rejection any successful void of the transaction counts, and the call can be
/// made again after a crash.
///
/// ```no_run
/// # async fn run(dintero: dintero::Dintero) {
/// let outcome = dintero::outcome::void(&dintero.checkout(), "T12345678.abc").repeat_if_not_applied(2).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn void(client: &Client, transaction: impl Into<String>) -> Confirmation<Transaction> {
    confirmation(client, transaction, Ok(Operation::Void))
}

enum Operation {
    Capture(CaptureOptions),
    Refund(RefundOptions),
    Void,
}

fn confirmation(
    client: &Client,
    transaction: impl Into<String>,
    operation: Result<Operation, Violations>,
) -> Confirmation<Transaction> {
    use TransactionEventKind as Kind;
    let request = operation.and_then(|mut operation| {
        let mut from_caller = true;
        let mut reference = |field: &str, reference: &mut Option<String>, amount: i64| {
            from_caller = reference.is_some();
            let reference = reference.get_or_insert_with(|| Uuid::new_v4().to_string());
            check_reference(field, reference)?;
            Ok::<_, Violations>(Some((reference.clone(), amount)))
        };
        let (kind, initiate, reference) = match &mut operation {
            Operation::Capture(options) => {
                let own = &mut options.capture_reference;
                let reference = reference("capture_reference", own, options.amount)?;
                (Kind::Capture, Kind::InitiateCapture, reference)
            }
            Operation::Refund(options) => {
                let own = &mut options.refund_reference;
                let reference = reference("refund_reference", own, options.amount)?;
                (Kind::Refund, Kind::InitiateRefund, reference)
            }
            Operation::Void => (Kind::Void, Kind::InitiateVoid, None),
        };
        Ok(Movement {
            client: client.clone(),
            transaction: transaction.into(),
            operation,
            from_caller,
            events: RequestEvents {
                kind,
                initiate,
                reference,
                request_id: None,
                earlier: 0,
            },
        })
    });
    Confirmation::new(client.handle(), request)
}

struct Movement {
    client: Client,
    transaction: String,
    operation: Operation,
    /// Whether the caller gave the reference, or none is needed.
    from_caller: bool,
    events: RequestEvents,
}

impl Movement {
    async fn read(&self) -> Result<Transaction, Error> {
        let read = self.client.get_transaction(&self.transaction).send().await;
        read.map(Response::into_inner)
    }

    async fn request(&self) -> Result<Response<Transaction>, Error> {
        let (client, id) = (&self.client, &self.transaction);
        match &self.operation {
            Operation::Capture(options) => {
                let call = client.capture_transaction(id).body(options.clone());
                call.send().await
            }
            Operation::Refund(options) => {
                let call = client.refund_transaction(id).body(options.clone());
                call.send().await
            }
            Operation::Void => client.void_transaction(id).send().await,
        }
    }
}

impl Request<Transaction> for Movement {
    fn before(&mut self) -> Observing<'_, Transaction> {
        Box::pin(async {
            if !self.from_caller || self.events.reference.is_none() {
                return Ok(Observation::Absent);
            }
            let transaction = self.read().await?;
            let observation = self.events.in_state(&transaction);
            if let Observation::Declined(_) = observation {
                // It may be tried again; what counts is what comes after it.
                self.events.forget_earlier(&transaction);
                return Ok(Observation::Absent);
            }
            Ok(observation.map(|()| transaction))
        })
    }

    fn send(&mut self) -> Observing<'_, Transaction> {
        Box::pin(async {
            let response = self.request().await?;
            if response.is_pending() {
                self.events.request_id = response.event_request_id().map(str::to_owned);
                return Ok(Observation::Pending);
            }
            if is_unreadable(&response) {
                return self.check().await;
            }
            let observation = self.events.in_response(&response).after_sending();
            Ok(observation.map(|()| response.into_inner()))
        })
    }

    fn check(&mut self) -> Observing<'_, Transaction> {
        Box::pin(async {
            let transaction = self.read().await?;
            let observation = self.events.in_state(&transaction).after_sending();
            Ok(observation.map(|()| transaction))
        })
    }

    fn is_repeatable(&self) -> bool {
        self.from_caller
    }
}
