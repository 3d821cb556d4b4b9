//! What moves on a gift card, with the `ref_id` as its name.
//!
//! A repeat with the same `ref_id` has no further effect, so the client sends it again by itself after a lost answer, and so may
//! you after a crash. What the API answers to a repeat is not published; hence after any doubt, and after a refusal, the
//! transactions of the card are read. Each `ref_id` must be new on its card.
//!
//! ```no_run
//! use dintero::outcome::wallet;
//! use dintero::wallets::types::TransactionInput;
//!
//! # async fn run(dintero: dintero::Dintero) {
//! let draw = TransactionInput::builder().card_id("gift-1").amount(20_000).currency("NOK").ref_id("order-1");
//! let outcome = wallet::transaction(&dintero.wallets(), draw).send().await;
//! println!("{}", outcome.is_applied());
//! # }
//! ```

use dintero_core::{Error, Response, Uuid, Violations};
use dintero_wallets::Client;
use dintero_wallets::types::{
    CaptureOptions, Transaction, TransactionInput, TransactionInputType, TransactionType,
    VoidOptions,
};

use super::Attempt;
use super::NotApplied;
use super::run::{Look, Seen, Work};

/// Funds or draws on a gift card, or reserves with `pending`, once. Scope `write:wallets`; the amount is in minor units. Sends
/// `aid_cards_transactions_post`.
///
/// Only what names its card by `card_id` can be looked up. With a `token` instead, doubt stays
/// [`Outcome::Unknown`](super::Outcome::Unknown), and the cure is to make the same call again.
pub fn transaction<V>(client: &Client, input: V) -> Attempt<Transaction>
where
    V: TryInto<TransactionInput, Error: Into<Violations>>,
{
    let input = read(input);
    let card = input.as_ref().ok().and_then(|input| input.card_id.clone());
    attempt(client, card, input.map(Order::Transaction))
}

/// Captures all or a part of what a pending transaction of this card holds, once. Scope `write:wallets`; the amount is in minor
/// units. Sends `aid_cards_cardid_transactions_capture_post`.
pub fn capture<V>(
    client: &Client,
    card: impl Into<String>,
    pending: impl TryInto<Uuid, Error: Into<Violations>>,
    options: V,
) -> Attempt<Transaction>
where
    V: TryInto<CaptureOptions, Error: Into<Violations>>,
{
    let order = read(pending).and_then(|pending| Ok(Order::Capture(pending, read(options)?)));
    attempt(client, Some(card.into()), order)
}

/// Gives back what a pending transaction of this card still holds, once. Scope `write:wallets`. Sends
/// `aid_cards_cardid_transactions_void_post`.
pub fn void<V>(
    client: &Client,
    card: impl Into<String>,
    pending: impl TryInto<Uuid, Error: Into<Violations>>,
    options: V,
) -> Attempt<Transaction>
where
    V: TryInto<VoidOptions, Error: Into<Violations>>,
{
    let order = read(pending).and_then(|pending| Ok(Order::Void(pending, read(options)?)));
    attempt(client, Some(card.into()), order)
}

fn attempt(
    client: &Client,
    card: Option<String>,
    order: Result<Order, Error>,
) -> Attempt<Transaction> {
    let work = order.map(|order| Movement {
        client: client.clone(),
        card,
        order,
    });
    Attempt::new(client.handle(), work)
}

fn read<T>(value: impl TryInto<T, Error: Into<Violations>>) -> Result<T, Error> {
    value.try_into().map_err(|wrong| Error::from(wrong.into()))
}

enum Order {
    Transaction(TransactionInput),
    Capture(Uuid, CaptureOptions),
    Void(Uuid, VoidOptions),
}

struct Movement {
    client: Client,
    card: Option<String>,
    order: Order,
}

impl Movement {
    fn ref_id(&self) -> &str {
        match &self.order {
            Order::Transaction(input) => &input.ref_id,
            Order::Capture(_, options) => &options.ref_id,
            Order::Void(_, options) => &options.ref_id,
        }
    }

    /// Whether what has the `ref_id` is what was asked.
    fn is_same(&self, found: &Transaction) -> bool {
        let (kind, amount, parent) = match &self.order {
            Order::Transaction(input) => {
                let kind = match &input.type_ {
                    Some(TransactionInputType::Fund) => TransactionType::Fund,
                    _ if input.pending == Some(true) => TransactionType::PendingCapture,
                    _ => TransactionType::Drawdown,
                };
                (kind, Some(input.amount), None)
            }
            Order::Capture(pending, options) => {
                (TransactionType::Drawdown, options.amount, Some(pending))
            }
            Order::Void(pending, _) => (TransactionType::Voided, None, Some(pending)),
        };
        let strange = |parent: &Uuid| {
            found
                .parent_id
                .as_ref()
                .is_some_and(|found| found.get() != parent.get())
        };
        found.ref_id == self.ref_id()
            && amount.is_none_or(|amount| amount == found.amount)
            && found.type_.as_ref().is_none_or(|found| *found == kind)
            && !parent.is_some_and(strange)
    }

    fn seen(&self, found: Transaction) -> Seen<Transaction> {
        if self.is_same(&found) {
            Seen::Applied(found)
        } else {
            Seen::NotApplied(NotApplied::ReferenceTaken)
        }
    }
}

impl Work<Transaction> for Movement {
    fn send(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let client = &self.client;
            let answer = match &self.order {
                Order::Transaction(input) => {
                    client.create_transaction().body(input.clone()).send().await
                }
                Order::Capture(pending, options) => {
                    client
                        .capture_transaction(pending.clone())
                        .body(options.clone())
                        .send()
                        .await
                }
                Order::Void(pending, options) => {
                    client
                        .void_transaction(pending.clone())
                        .body(options.clone())
                        .send()
                        .await
                }
            };
            answer
                .map(Response::into_inner)
                .map(|answer| self.seen(answer))
        })
    }

    fn look(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let Some(card) = &self.card else {
                return Ok(Seen::Unclear);
            };
            let all = self.client.list_card_transactions(card).send().await?;
            let mut found = all.into_inner().into_iter();
            let own = found.find(|one| one.ref_id == self.ref_id());
            Ok(own.map_or(Seen::Nothing, |own| self.seen(own)))
        })
    }

    fn is_named(&self) -> bool {
        true
    }
}
