//! Capture, refund and void of a Checkout transaction.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use dintero_checkout::Client;
use dintero_checkout::types::{CaptureOptions, RefundOptions, Transaction, TransactionEventKind};
use dintero_core::{Error, Response, Violations};

use super::events::{Verdict, Wanted};
use super::run::{Look, Seen, Work};
use super::{Attempt, NotApplied};

/// Captures, once. Scope `write:checkout`; the amount is in minor units. Sends `transactions_id_capture_post`, and reads
/// `transactions_id_get` where there is doubt.
///
/// With a `capture_reference` of your own, new for each capture, the reference is the name of this capture. The transaction is
/// then read first, and a capture that it already shows is not sent again, so the same call can be made after a crash: half a
/// minute later, since what was sent before it may still be under way, and two calls at the same moment are not kept apart. One
/// that was declined is sent again. Without a reference a random one is made and nothing is read before.
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
    V: TryInto<CaptureOptions, Error: Into<Violations>>,
{
    let options = options.try_into().map_err(Into::into);
    let work = options.and_then(|mut options: CaptureOptions| {
        let mark = Mark::new(
            &mut options.capture_reference,
            options.amount,
            "capture_reference",
        )?;
        Ok(Money::new(
            client,
            transaction,
            Some(mark),
            Order::Capture(options),
        ))
    });
    let work = work.map_err(Error::from);
    Attempt::new(client.handle(), work)
}

/// Refunds, once. Scope `write:checkout`; the amount is in minor units. Sends `transactions_id_refund_post`. The
/// `refund_reference` is what the `capture_reference` is to [`capture`].
///
/// ```no_run
/// # use dintero::checkout::types::RefundOptions;
/// # async fn run(dintero: dintero::Dintero) {
/// let options = RefundOptions::builder().amount(9_990).refund_reference("return-1");
/// let outcome = dintero::outcome::refund(&dintero.checkout(), "T12345678.abc", options).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn refund<V>(
    client: &Client,
    transaction: impl Into<String>,
    options: V,
) -> Attempt<Transaction>
where
    V: TryInto<RefundOptions, Error: Into<Violations>>,
{
    let options = options.try_into().map_err(Into::into);
    let work = options.and_then(|mut options: RefundOptions| {
        let mark = Mark::new(
            &mut options.refund_reference,
            options.amount,
            "refund_reference",
        )?;
        Ok(Money::new(
            client,
            transaction,
            Some(mark),
            Order::Refund(options),
        ))
    });
    let work = work.map_err(Error::from);
    Attempt::new(client.handle(), work)
}

/// Voids what is left of the authorization. Scope `write:checkout`. Sends `transactions_id_void_post`.
///
/// A void has no reference and needs none: what counts is that the transaction is voided, so after a lost answer or a refusal
/// any successful void that it shows will do, and the call can be made again after a crash.
///
/// ```no_run
/// # async fn run(dintero: dintero::Dintero) {
/// let outcome = dintero::outcome::void(&dintero.checkout(), "T12345678.abc").repeat_if_not_applied(2).send().await;
/// println!("{}", outcome.is_applied());
/// # }
/// ```
pub fn void(client: &Client, transaction: impl Into<String>) -> Attempt<Transaction> {
    let work = Money::new(client, transaction, None, Order::Void);
    Attempt::new(client.handle(), Ok(work))
}

/// How the events of a capture or refund are told from others.
struct Mark {
    reference: String,
    /// Given by the caller.
    named: bool,
    amount: i64,
}

impl Mark {
    fn new(given: &mut Option<String>, amount: i64, field: &str) -> Result<Self, Violations> {
        let named = given.is_some();
        let reference = given.get_or_insert_with(|| uuid::Uuid::new_v4().to_string());
        if reference.is_empty() {
            let mut violations = Violations::default();
            violations.push(
                field,
                "must not be empty: it is how this call is told from others",
            );
            return Err(violations);
        }
        Ok(Self {
            reference: reference.clone(),
            named,
            amount,
        })
    }
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
    /// None for a void.
    mark: Option<Mark>,
    before: AtomicUsize,
    taken: Mutex<Option<String>>,
}

impl Money {
    fn new(
        client: &Client,
        transaction: impl Into<String>,
        mark: Option<Mark>,
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
            reference: self.mark.as_ref().map(|mark| mark.reference.as_str()),
            taken: taken.as_deref(),
            before: self.before.load(Ordering::Relaxed),
        })
    }

    async fn read(&self) -> Result<Transaction, Error> {
        let read = self.client.get_transaction(&self.transaction).send().await;
        read.map(Response::into_inner)
    }

    /// What events with another amount than this call's come to is for the caller to say.
    fn seen(
        &self,
        verdict: Verdict,
        transaction: Transaction,
        other: Seen<Transaction>,
    ) -> Seen<Transaction> {
        let asked = self.mark.as_ref().map(|mark| mark.amount);
        let differs = |amount: Option<i64>| {
            asked
                .zip(amount)
                .is_some_and(|(asked, amount)| asked != amount)
        };
        match verdict {
            Verdict::Done(amount) | Verdict::Pending(amount) if differs(amount) => other,
            Verdict::Done(_) => Seen::Applied(transaction),
            Verdict::Pending(_) => Seen::Pending,
            Verdict::Declined(declined) => Seen::NotApplied(NotApplied::Declined(declined)),
            Verdict::Unclear => Seen::Unclear,
            Verdict::Nothing => Seen::Nothing,
        }
    }
}

impl Work<Transaction> for Money {
    fn prepare(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            if !self.mark.as_ref().is_some_and(|mark| mark.named) {
                return Ok(Seen::Nothing);
            }
            let transaction = self.read().await?;
            let verdict = self.with(|wanted| wanted.judge(&transaction));
            if let Verdict::Declined(_) = verdict {
                // It may be tried again; what counts is what comes after it.
                let before = self.with(|wanted| wanted.count(&transaction));
                self.before.store(before, Ordering::Relaxed);
                return Ok(Seen::Nothing);
            }
            let taken = Seen::NotApplied(NotApplied::ReferenceTaken);
            Ok(self.seen(verdict, transaction, taken))
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
            Ok(self.seen(verdict, answer.into_inner(), Seen::Unclear))
        })
    }

    fn look(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let transaction = self.read().await?;
            let verdict = self.with(|wanted| wanted.judge(&transaction));
            Ok(self.seen(verdict, transaction, Seen::Unclear))
        })
    }

    fn is_named(&self) -> bool {
        self.mark.as_ref().is_none_or(|mark| mark.named)
    }
}
