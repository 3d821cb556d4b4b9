//! Payment records of a Shopping order: authorizations, captures, refunds and cancellations. Recording moves no money.
//!
//! Shopping has no field for a reference, so the reference given here is stored in the record's metadata, as `reference`. The records of
//! the order are listed first, and a record with the reference is not created again. With the id of a transaction's event as the
//! reference, a handler that is called any number of times keeps the order in step with its payment. Two concurrent calls are not
//! coordinated.
//!
//! ```no_run
//! use dintero::outcome::record;
//! use dintero::shopping::types::{OrderOperationInput, OrderOperationItemInput};
//!
//! # async fn run(dintero: dintero::Dintero) {
//! let paid = OrderOperationInput::builder().items([OrderOperationItemInput::builder().line_id(1).amount(29_990)]);
//! let outcome = record::capture(&dintero.shopping(), "order-1", "id of the event", paid).send().await;
//! println!("{}", outcome.is_applied());
//! # }
//! ```

use std::collections::BTreeSet;

use dintero_core::{Error, IntoItems, Response, Violations};
use dintero_shopping::Client;
use dintero_shopping::types::{
    OrderAuthorization, OrderCancellation, OrderCapture, OrderOperationInput, OrderRefund,
};

use super::Confirmation;
use super::in_flight::{Observation, Observing, Request, check_reference};
use crate::set_aside::was_set_aside;

/// The key of the metadata.
const REFERENCE: &str = "reference";

/// A kind of record.
trait Record: Sized + Send + Sync + 'static {
    fn create(
        client: &Client,
        order: &str,
        input: OrderOperationInput,
    ) -> impl Future<Output = Result<Self, Error>> + Send;

    fn list(client: &Client, order: &str) -> impl Future<Output = Result<Vec<Self>, Error>> + Send;

    fn id(&self) -> Option<&String>;
    fn amount(&self) -> Option<i64>;
    fn has_metadata(&self) -> bool;
    fn is_unreadable(&self) -> bool;
    fn has_reference(&self, reference: &str) -> bool;
}

macro_rules! record {
    ($(#[$meta:meta])* $name:ident -> $record:ident: $create:ident, $list:ident . $records:ident) => {
        $(#[$meta])*
        ///
        /// Requires the scope `write:shopping`; amounts are in minor units. The [module](self) documents the reference.
        pub fn $name(
            client: &Client,
            order: impl Into<String>,
            reference: impl Into<String>,
            input: impl TryInto<OrderOperationInput, Error: Into<Violations>>,
        ) -> Confirmation<$record> {
            confirmation(client, order.into(), reference.into(), input.try_into().map_err(Into::into))
        }

        impl Record for $record {
            async fn create(client: &Client, order: &str, input: OrderOperationInput) -> Result<Self, Error> {
                client.$create(order).body(input).send().await.map(Response::into_inner)
            }

            async fn list(client: &Client, order: &str) -> Result<Vec<Self>, Error> {
                let list = client.$list(order).send().await?;
                Ok(IntoItems::into_items(list.into_inner().$records))
            }

            fn id(&self) -> Option<&String> {
                self.id.as_ref()
            }

            fn amount(&self) -> Option<i64> {
                self.amount
            }

            fn has_metadata(&self) -> bool {
                self.metadata.is_some()
            }

            fn is_unreadable(&self) -> bool {
                was_set_aside(self.unknown_fields(), &["amount"])
            }

            fn has_reference(&self, reference: &str) -> bool {
                let metadata = self.metadata.as_ref();
                metadata.and_then(|data| data.get(REFERENCE)).is_some_and(|own| *own == reference)
            }
        }
    };
}

record! {
    /// Records an authorization of an order once. Sends `aid_orders_id_authorization_post`.
    authorization -> OrderAuthorization: create_order_authorization, list_order_authorizations.authorizations
}
record! {
    /// Records a capture of an order once. Sends `aid_orders_id_capture_post`.
    capture -> OrderCapture: create_order_capture, list_order_captures.captures
}
record! {
    /// Records a refund of an order once. Sends `aid_orders_id_refunds_post`.
    refund -> OrderRefund: create_order_refund, list_order_refunds.refunds
}
record! {
    /// Records a cancellation of lines of an order once. Sends `aid_orders_id_cancellation_post`.
    cancellation -> OrderCancellation: create_order_cancellation, list_order_cancellations.cancellations
}

fn confirmation<R: Record>(
    client: &Client,
    order: String,
    reference: String,
    input: Result<OrderOperationInput, Violations>,
) -> Confirmation<R> {
    let request = input.and_then(|mut input| {
        check_reference("reference", &reference)?;
        let metadata = input.metadata.get_or_insert_default();
        metadata.insert(REFERENCE.to_owned(), reference.clone().into());
        let mut amounts = input.items.iter().map(|item| item.amount);
        Ok(Recording {
            client: client.clone(),
            order,
            reference,
            amount: amounts.try_fold(0, i64::checked_add),
            input,
            earlier: BTreeSet::new(),
        })
    });
    Confirmation::new(client.handle(), request)
}

struct Recording {
    client: Client,
    order: String,
    reference: String,
    input: OrderOperationInput,
    /// The sum of the items, in minor units.
    amount: Option<i64>,
    /// The ids of the records that existed before.
    earlier: BTreeSet<String>,
}

impl Recording {
    /// What the records show, and those with another reference.
    async fn read<R: Record>(&self) -> Result<(Observation<R>, Vec<R>), Error> {
        let records = R::list(&self.client, &self.order).await?;
        let (mut own, others): (Vec<R>, Vec<R>) = records
            .into_iter()
            .partition(|record| record.has_reference(&self.reference));
        let observation = match (own.pop(), own.is_empty()) {
            (None, _) => Observation::Absent,
            (Some(_), false) => Observation::Inconclusive,
            (Some(own), true) if own.is_unreadable() => Observation::Inconclusive,
            (Some(own), true) if own.amount().is_none() || own.amount() == self.amount => {
                Observation::Applied(own)
            }
            (Some(_), true) => Observation::Conflict,
        };
        Ok((observation, others))
    }

    /// Whether a record is new and lacks the metadata that would name its reference.
    fn may_be_own<R: Record>(&self, record: &R) -> bool {
        !record.has_metadata() && record.id().is_none_or(|id| !self.earlier.contains(id))
    }
}

impl<R: Record> Request<R> for Recording {
    fn before(&mut self) -> Observing<'_, R> {
        Box::pin(async {
            let (observation, others) = self.read::<R>().await?;
            self.earlier = others
                .iter()
                .filter_map(|record| record.id().cloned())
                .collect();
            Ok(observation)
        })
    }

    fn send(&mut self) -> Observing<'_, R> {
        Box::pin(async {
            let record = R::create(&self.client, &self.order, self.input.clone()).await?;
            Ok(Observation::Applied(record))
        })
    }

    fn check(&mut self) -> Observing<'_, R> {
        Box::pin(async {
            let (observation, others) = self.read().await?;
            Ok(match observation.after_sending() {
                Observation::Absent if others.iter().any(|record| self.may_be_own(record)) => {
                    Observation::Inconclusive
                }
                observation => observation,
            })
        })
    }
}
