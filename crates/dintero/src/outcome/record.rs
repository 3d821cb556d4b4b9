//! What Shopping records of an order's payment: authorizations, captures, refunds and cancellations. It moves no money itself.
//!
//! A record has no reference of its own, so the one given here travels in its metadata, as `reference`. The records of the
//! order are listed first, and one with the reference is not made again: with the id of a transaction's event as the reference,
//! the order can be kept in step with the payment by a handler that is called any number of times. Two calls at the same moment
//! are not kept apart.
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
use std::sync::Mutex;
use std::sync::PoisonError;

use dintero_core::{Error, IntoItems, Response, Violations};
use dintero_shopping::Client;
use dintero_shopping::types::{
    OrderAuthorization, OrderCancellation, OrderCapture, OrderOperationInput, OrderRefund,
};

use super::run::{Look, Seen, Work};
use super::{Attempt, NotApplied};

/// The key of the metadata.
const REFERENCE: &str = "reference";

/// The sum of what was asked, in minor units.
fn asked(input: &OrderOperationInput) -> Option<i64> {
    let mut amounts = input.items.iter().map(|item| item.amount);
    amounts.try_fold(0, i64::checked_add)
}

fn checked(reference: String) -> Result<String, Violations> {
    let mut violations = Violations::default();
    if reference.is_empty() {
        violations.push(
            "reference",
            "must not be empty: it is how this record is told from others",
        );
        return Err(violations);
    }
    Ok(reference)
}

macro_rules! record {
    ($(#[$meta:meta])* $name:ident $work:ident $record:ident: $create:ident, $list:ident $records:ident) => {
        $(#[$meta])*
        ///
        /// Scope `write:shopping`; amounts are in minor units. See the [module](self) for the reference.
        pub fn $name<V>(client: &Client, order: impl Into<String>, reference: impl Into<String>, input: V) -> Attempt<$record>
        where
            V: TryInto<OrderOperationInput, Error: Into<Violations>>,
        {
            let input = input.try_into().map_err(Into::into);
            let work = input.and_then(|mut input: OrderOperationInput| {
                let reference = checked(reference.into())?;
                let metadata = input.metadata.get_or_insert_default();
                metadata.insert(REFERENCE.to_owned(), reference.clone().into());
                Ok($work { client: client.clone(), order: order.into(), reference, input, before: Mutex::default() })
            });
            Attempt::new(client.handle(), work.map_err(Error::from))
        }

        struct $work {
            client: Client,
            order: String,
            reference: String,
            input: OrderOperationInput,
            before: Mutex<BTreeSet<String>>,
        }

        impl $work {
            async fn list(&self) -> Result<Vec<$record>, Error> {
                let list = self.client.$list(&self.order).send().await?;
                Ok(IntoItems::into_items(list.into_inner().$records))
            }

            fn is_own(&self, record: &$record) -> bool {
                let metadata = record.metadata.as_ref();
                metadata.and_then(|data| data.get(REFERENCE)).is_some_and(|own| *own == self.reference)
            }

            /// New, and without the metadata that would tell whose it is.
            fn is_nobodys(&self, record: &$record) -> bool {
                let before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
                record.metadata.is_none() && record.id.as_ref().is_none_or(|id| !before.contains(id))
            }

            fn of(&self, mut own: Vec<$record>, other: Seen<$record>) -> Seen<$record> {
                match (own.pop(), own.is_empty()) {
                    (None, _) => Seen::Nothing,
                    (Some(own), true) if own.amount.is_none() || own.amount == asked(&self.input) => Seen::Applied(own),
                    (Some(_), true) => other,
                    (Some(_), false) => Seen::Unclear,
                }
            }
        }

        impl Work<$record> for $work {
            fn prepare(&self) -> Look<'_, $record> {
                Box::pin(async {
                    let (own, others): (Vec<_>, Vec<_>) = self.list().await?.into_iter().partition(|record| self.is_own(record));
                    let ids = others.into_iter().filter_map(|record| record.id).collect();
                    *self.before.lock().unwrap_or_else(PoisonError::into_inner) = ids;
                    Ok(self.of(own, Seen::NotApplied(NotApplied::ReferenceTaken)))
                })
            }

            fn send(&self) -> Look<'_, $record> {
                Box::pin(async {
                    let call = self.client.$create(&self.order).body(self.input.clone());
                    call.send().await.map(Response::into_inner).map(Seen::Applied)
                })
            }

            fn look(&self) -> Look<'_, $record> {
                Box::pin(async {
                    let (own, others): (Vec<_>, Vec<_>) = self.list().await?.into_iter().partition(|record| self.is_own(record));
                    Ok(match self.of(own, Seen::Unclear) {
                        Seen::Nothing if others.iter().any(|record| self.is_nobodys(record)) => Seen::Unclear,
                        seen => seen,
                    })
                })
            }

            fn is_named(&self) -> bool {
                true
            }
        }
    };
}

record! {
    /// Records an authorization of an order, once. Sends `aid_orders_id_authorization_post`.
    authorization Authorization OrderAuthorization: create_order_authorization, list_order_authorizations authorizations
}
record! {
    /// Records a capture of an order, once. Sends `aid_orders_id_capture_post`.
    capture Capture OrderCapture: create_order_capture, list_order_captures captures
}
record! {
    /// Records a refund of an order, once. Sends `aid_orders_id_refunds_post`.
    refund Refund OrderRefund: create_order_refund, list_order_refunds refunds
}
record! {
    /// Records a cancellation of lines of an order, once. Sends `aid_orders_id_cancellation_post`.
    cancellation Cancellation OrderCancellation: create_order_cancellation, list_order_cancellations cancellations
}
