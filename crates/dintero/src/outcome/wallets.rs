//! A transaction of a gift card.

use dintero_core::{Error, Problems, Response};
use dintero_wallets::Client;
use dintero_wallets::types::{Transaction, TransactionInput};

use super::run::{Look, Seen, Work};
use super::{Attempt, NotApplied};

/// Funds or draws on a gift card, once. Scope `write:wallets`; the amount is in minor units.
///
/// The `ref_id` is the name of this transaction: sending it again with the same `ref_id` has no further effect, so the client
/// does that by itself, and so may you after a crash. What the API answers to a repeat is not known, hence after any doubt the
/// transactions of the card are read. That takes a `card_id`; paying by `token`, doubt stays [`Outcome::Unknown`](super::Outcome),
/// and the cure is to send the same again.
pub fn wallet_transaction<V>(client: &Client, input: V) -> Attempt<Transaction>
where
    V: TryInto<TransactionInput, Error: Into<Problems>>,
{
    let input = input.try_into().map_err(|wrong| Error::from(wrong.into()));
    let work = input.map(|input| Payment {
        client: client.clone(),
        input,
    });
    Attempt::new(client.handle(), work)
}

struct Payment {
    client: Client,
    input: TransactionInput,
}

impl Work<Transaction> for Payment {
    fn send(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let call = self.client.create_transaction().body(self.input.clone());
            call.send()
                .await
                .map(Response::into_inner)
                .map(Seen::Applied)
        })
    }

    fn look(&self) -> Look<'_, Transaction> {
        Box::pin(async {
            let Some(card) = &self.input.card_id else {
                return Ok(Seen::Unclear);
            };
            let all = self.client.list_card_transactions(card).send().await?;
            let own = all
                .into_inner()
                .into_iter()
                .find(|one| one.ref_id == self.input.ref_id);
            Ok(match own {
                Some(own) if own.amount == self.input.amount => Seen::Applied(own),
                Some(_) => Seen::NotApplied(NotApplied::ReferenceTaken),
                None => Seen::Nothing,
            })
        })
    }
}
