//! Transactions on a gift card, identified by their `ref_id`.
//!
//! A repeated request with the same `ref_id` has no further effect, so the client retries it after a lost response, and you may send it
//! again after a crash. The API's response to a repeated request is not documented; in doubt, and after a rejection, the transactions
//! of the card are therefore read. Each `ref_id` must be new on its card.
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

use dintero_core::{Uuid, Violations};
use dintero_wallets::Client;
use dintero_wallets::types::{
    CaptureOptions, Transaction, TransactionInput, TransactionInputType, TransactionType,
    VoidOptions,
};

use super::Confirmation;
use super::in_flight::{Observation, Observing, Request};
use crate::set_aside::was_set_aside;

/// Funds or draws on a gift card, or reserves an amount with `pending`, once. Requires the scope `write:wallets`; the amount is in
/// minor units. Sends `aid_cards_transactions_post`.
///
/// The outcome can be confirmed only for a card that is identified by `card_id`. For one identified by `token`, a lost response results
/// in [`Outcome::Unknown`](super::Outcome::Unknown): make the same call again.
pub fn transaction(
    client: &Client,
    input: impl TryInto<TransactionInput, Error: Into<Violations>>,
) -> Confirmation<Transaction> {
    let input = convert(input);
    let card = input.as_ref().ok().and_then(|input| input.card_id.clone());
    confirmation(client, card, input.map(Operation::Transaction))
}

/// Captures a pending transaction of this card in full or in part, once. Requires the scope `write:wallets`; the amount is in minor
/// units. Sends `aid_cards_cardid_transactions_capture_post`.
pub fn capture(
    client: &Client,
    card: impl Into<String>,
    pending: impl TryInto<Uuid, Error: Into<Violations>>,
    options: impl TryInto<CaptureOptions, Error: Into<Violations>>,
) -> Confirmation<Transaction> {
    let parts = convert(pending).and_then(|pending| Ok((pending, convert(options)?)));
    let operation = parts.map(|(pending, options)| Operation::Capture(pending, options));
    confirmation(client, Some(card.into()), operation)
}

/// Releases what is left of a pending transaction of this card, once. Requires the scope `write:wallets`. Sends
/// `aid_cards_cardid_transactions_void_post`.
pub fn void(
    client: &Client,
    card: impl Into<String>,
    pending: impl TryInto<Uuid, Error: Into<Violations>>,
    options: impl TryInto<VoidOptions, Error: Into<Violations>>,
) -> Confirmation<Transaction> {
    let parts = convert(pending).and_then(|pending| Ok((pending, convert(options)?)));
    let operation = parts.map(|(pending, options)| Operation::Void(pending, options));
    confirmation(client, Some(card.into()), operation)
}

fn confirmation(
    client: &Client,
    card: Option<String>,
    operation: Result<Operation, Violations>,
) -> Confirmation<Transaction> {
    let request = operation.map(|operation| Movement {
        client: client.clone(),
        card,
        operation,
    });
    Confirmation::new(client.handle(), request)
}

fn convert<T>(value: impl TryInto<T, Error: Into<Violations>>) -> Result<T, Violations> {
    value.try_into().map_err(Into::into)
}

#[derive(Clone)]
enum Operation {
    Transaction(TransactionInput),
    Capture(Uuid, CaptureOptions),
    Void(Uuid, VoidOptions),
}

struct Movement {
    client: Client,
    card: Option<String>,
    operation: Operation,
}

impl Movement {
    fn ref_id(&self) -> &str {
        match &self.operation {
            Operation::Transaction(input) => &input.ref_id,
            Operation::Capture(_, options) => &options.ref_id,
            Operation::Void(_, options) => &options.ref_id,
        }
    }

    /// Whether a transaction is the one that was requested.
    fn is_own(&self, found: &Transaction) -> bool {
        let (kind, amount, parent) = match &self.operation {
            Operation::Transaction(input) => {
                let kind = match &input.type_ {
                    Some(TransactionInputType::Fund) => TransactionType::Fund,
                    _ if input.pending == Some(true) => TransactionType::PendingCapture,
                    _ => TransactionType::Drawdown,
                };
                (kind, Some(input.amount), None)
            }
            Operation::Capture(pending, options) => {
                (TransactionType::Drawdown, options.amount, Some(pending))
            }
            Operation::Void(pending, _) => (TransactionType::Voided, None, Some(pending)),
        };
        let known_parent = found.parent_id.as_ref().zip(parent);
        found.ref_id == self.ref_id()
            && amount.is_none_or(|amount| amount == found.amount)
            && found.type_.as_ref().is_none_or(|found| *found == kind)
            && known_parent.is_none_or(|(found, parent)| found.get() == parent.get())
    }

    fn observe(&self, found: Transaction) -> Observation<Transaction> {
        if was_set_aside(found.unknown_fields(), &["type", "parent_id"]) {
            Observation::Inconclusive
        } else if self.is_own(&found) {
            Observation::Applied(found)
        } else {
            Observation::Conflict
        }
    }
}

impl Request<Transaction> for Movement {
    fn send(&mut self) -> Observing<'_, Transaction> {
        Box::pin(async {
            let client = &self.client;
            let response = match self.operation.clone() {
                Operation::Transaction(input) => {
                    client.create_transaction().body(input).send().await
                }
                Operation::Capture(pending, options) => {
                    let call = client.capture_transaction(pending).body(options);
                    call.send().await
                }
                Operation::Void(pending, options) => {
                    client.void_transaction(pending).body(options).send().await
                }
            };
            Ok(self.observe(response?.into_inner()))
        })
    }

    fn check(&mut self) -> Observing<'_, Transaction> {
        Box::pin(async {
            let Some(card) = &self.card else {
                return Ok(Observation::Inconclusive);
            };
            let all = self.client.list_card_transactions(card).send().await?;
            let mut found = all.into_inner().into_iter();
            let own = found.find(|transaction| transaction.ref_id == self.ref_id());
            Ok(own.map_or(Observation::Absent, |own| self.observe(own)))
        })
    }
}
