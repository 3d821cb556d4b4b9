//! What Shopping records of an order's payment: authorizations, captures, refunds and cancellations. It moves no money itself.
//!
//! A record has no reference of ours. So the records of the order are listed before it is sent, and after a lost answer again: a
//! new one with the same lines and amounts is this one. Two processes that record the same at the same moment are not kept apart.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use dintero_core::{Error, Problems, Response, Rows};
use dintero_shopping::Client;
use dintero_shopping::types::{
    OrderAuthorization, OrderCancellation, OrderCapture, OrderOperationInput, OrderRefund,
};

use super::Attempt;
use super::run::{Look, Seen, Work};

macro_rules! record {
    ($(#[$meta:meta])* $name:ident $work:ident $record:ident: $create:ident, $list:ident $records:ident) => {
        $(#[$meta])*
        pub fn $name<V>(client: &Client, order: impl Into<String>, input: V) -> Attempt<$record>
        where
            V: TryInto<OrderOperationInput, Error: Into<Problems>>,
        {
            let input = input.try_into().map_err(|wrong| Error::from(wrong.into()));
            let work = input.map(|input| $work {
                client: client.clone(),
                order: order.into(),
                input,
                before: Mutex::default(),
            });
            Attempt::new(client.handle(), work)
        }

        struct $work {
            client: Client,
            order: String,
            input: OrderOperationInput,
            before: Mutex<BTreeSet<String>>,
        }

        impl $work {
            async fn list(&self) -> Result<Vec<$record>, Error> {
                let list = self.client.$list(&self.order).send().await?;
                Ok(Rows::rows(list.into_inner().$records))
            }

            fn is_new(&self, record: &$record) -> bool {
                let before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
                record.id.as_ref().is_some_and(|id| !before.contains(id))
            }

            fn is_same(&self, record: &$record) -> bool {
                let mut asked: Vec<_> = self.input.items.iter().map(|item| (Some(item.line_id), Some(item.amount))).collect();
                let mut found: Vec<_> = Rows::rows(record.items.clone()).iter().map(|item| (item.line_id, item.amount)).collect();
                asked.sort_unstable();
                found.sort_unstable();
                asked == found
            }
        }

        impl Work<$record> for $work {
            fn prepare(&self) -> Look<'_, $record> {
                Box::pin(async {
                    let ids = self.list().await?.into_iter().filter_map(|record| record.id).collect();
                    *self.before.lock().unwrap_or_else(PoisonError::into_inner) = ids;
                    Ok(Seen::Nothing)
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
                    let mut new: Vec<$record> = self.list().await?;
                    new.retain(|record| self.is_new(record) && self.is_same(record));
                    Ok(match (new.pop(), new.is_empty()) {
                        (None, _) => Seen::Nothing,
                        (Some(own), true) => Seen::Applied(own),
                        (Some(_), false) => Seen::Unclear,
                    })
                })
            }
        }
    };
}

record! {
    /// Records an authorization of an order, once. Scope `write:shopping`.
    authorization Authorization OrderAuthorization: create_order_authorization, list_order_authorizations authorizations
}
record! {
    /// Records a capture of an order, once. Scope `write:shopping`.
    capture Capture OrderCapture: create_order_capture, list_order_captures captures
}
record! {
    /// Records a refund of an order, once. Scope `write:shopping`.
    refund Refund OrderRefund: create_order_refund, list_order_refunds refunds
}
record! {
    /// Records a cancellation of lines of an order, once. Scope `write:shopping`.
    cancellation Cancellation OrderCancellation: create_order_cancellation, list_order_cancellations cancellations
}
