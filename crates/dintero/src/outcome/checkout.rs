//! Capture, refund and void of a Checkout transaction.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use dintero_checkout::Client;
use dintero_checkout::types::{CaptureOptions, RefundOptions, Transaction, TransactionEventKind};
use dintero_core::{Error, Problems, Response};

use super::events::{Verdict, Wanted};
use super::run::{Look, Seen, Work};
use super::{Attempt, NotApplied};

/// Captures, once. Scope `write:checkout`; the amount is in minor units.
///
/// With a `capture_reference` of your own the reference is the name of this capture: the transaction is read first, and a
/// capture that it already shows is not sent again, so the same call can be made after a crash. Use a new one for each capture.
/// Without one, a random reference is made and nothing is read before. Two processes that capture with one reference at the same
/// moment are not kept apart.
///
/// ```no_run
/// # use dintero::checkout::types::CaptureOptions;
/// # async fn run(dintero: dintero::Dintero) {
/// let options = CaptureOptions::builder().amount(29_990).capture_reference("parcel-1");
/// let outcome = dintero::outcome::capture(&dintero.checkout(), "T12345678.abc", options).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn capture<V>(
    client: &Client,
    transaction: impl Into<String>,
    options: V,
) -> Attempt<Transaction>
where
    V: TryInto<CaptureOptions, Error: Into<Problems>>,
{
    let options = options
        .try_into()
        .map_err(|wrong| Error::from(wrong.into()));
    let work = options.map(|mut options| {
        let (reference, named) = reference(&mut options.capture_reference);
        let amount = options.amount;
        Money::new(
            client,
            transaction,
            Some((reference, named, amount)),
            Order::Capture(options),
        )
    });
    Attempt::new(client.handle(), work)
}

/// Refunds, once. Scope `write:checkout`; the amount is in minor units. About the `refund_reference` see [`capture`].
pub fn refund<V>(
    client: &Client,
    transaction: impl Into<String>,
    options: V,
) -> Attempt<Transaction>
where
    V: TryInto<RefundOptions, Error: Into<Problems>>,
{
    let options = options
        .try_into()
        .map_err(|wrong| Error::from(wrong.into()));
    let work = options.map(|mut options| {
        let (reference, named) = reference(&mut options.refund_reference);
        let amount = options.amount;
        Money::new(
            client,
            transaction,
            Some((reference, named, amount)),
            Order::Refund(options),
        )
    });
    Attempt::new(client.handle(), work)
}

/// Voids what is left of the authorization. Scope `write:checkout`. A void has no reference: after a lost answer, a transaction
/// that shows any successful void counts as voided by this one.
pub fn void(client: &Client, transaction: impl Into<String>) -> Attempt<Transaction> {
    let work = Money::new(client, transaction, None, Order::Void);
    Attempt::new(client.handle(), Ok(work))
}

/// The reference, and whether it was given.
fn reference(given: &mut Option<String>) -> (String, bool) {
    let named = given.is_some();
    let reference = given.get_or_insert_with(|| uuid::Uuid::new_v4().to_string());
    (reference.clone(), named)
}

enum Order {
    Capture(CaptureOptions),
    Refund(RefundOptions),
    Void,
}

struct Money {
    client: Client,
    transaction: String,
    order: Order,
    /// Reference, whether it was given by the caller, and amount.
    mark: Option<(String, bool, i64)>,
    before: AtomicUsize,
    taken: Mutex<Option<String>>,
}

impl Money {
    fn new(
        client: &Client,
        transaction: impl Into<String>,
        mark: Option<(String, bool, i64)>,
        order: Order,
    ) -> Self {
        Self {
            client: client.clone(),
            transaction: transaction.into(),
            order,
            mark,
            before: AtomicUsize::new(0),
            taken: Mutex::default(),
        }
    }

    fn with<R>(&self, ask: impl FnOnce(&Wanted<'_>) -> R) -> R {
        use TransactionEventKind as Kind;
        let (done, begun) = match self.order {
            Order::Capture(_) => (Kind::Capture, Kind::InitiateCapture),
            Order::Refund(_) => (Kind::Refund, Kind::InitiateRefund),
            Order::Void => (Kind::Void, Kind::InitiateVoid),
        };
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&Wanted {
            done,
            begun,
            reference: self.mark.as_ref().map(|(reference, ..)| reference.as_str()),
            taken: taken.as_deref(),
            before: self.before.load(Ordering::Relaxed),
        })
    }

    async fn read(&self) -> Result<Transaction, Error> {
        let read = self.client.get_transaction(&self.transaction).send().await;
        read.map(Response::into_inner)
    }

    fn seen(verdict: Verdict, transaction: Transaction) -> Seen<Transaction> {
        match verdict {
            Verdict::Done(_) => Seen::Applied(transaction),
            Verdict::Pending => Seen::Pending,
            Verdict::Declined(declined) => Seen::NotApplied(NotApplied::Declined(declined)),
            Verdict::Unclear => Seen::Unclear,
            Verdict::Nothing => Seen::Nothing,
        }
    }
}

impl Work<Transaction> for Money {
    fn prepare(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let Some((_, true, amount)) = &self.mark else {
                return Ok(Seen::Nothing);
            };
            let transaction = self.read().await?;
            Ok(match self.with(|wanted| wanted.judge(&transaction)) {
                Verdict::Done(Some(other)) if other != *amount => {
                    Seen::NotApplied(NotApplied::ReferenceTaken)
                }
                // One that failed before may be tried again; what counts is what comes after it.
                Verdict::Declined(_) => {
                    let before = self.with(|wanted| wanted.count(&transaction));
                    self.before.store(before, Ordering::Relaxed);
                    Seen::Nothing
                }
                // Not this call's doubt: an unknown status may pass, and the API decides.
                verdict => Self::seen(verdict, transaction),
            })
        })
    }

    fn send(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let (client, id) = (&self.client, &self.transaction);
            let answer = match &self.order {
                Order::Capture(options) => {
                    client
                        .capture_transaction(id)
                        .body(options.clone())
                        .send()
                        .await?
                }
                Order::Refund(options) => {
                    client
                        .refund_transaction(id)
                        .body(options.clone())
                        .send()
                        .await?
                }
                Order::Void => client.void_transaction(id).send().await?,
            };
            if answer.is_pending() {
                let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                *taken = answer.event_request_id().map(str::to_owned);
                return Ok(Seen::Pending);
            }
            let verdict = self.with(|wanted| wanted.judge_answer(&answer));
            Ok(Self::seen(verdict, answer.into_inner()))
        })
    }

    fn look(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let transaction = self.read().await?;
            let verdict = self.with(|wanted| wanted.judge(&transaction));
            Ok(Self::seen(verdict, transaction))
        })
    }
}
