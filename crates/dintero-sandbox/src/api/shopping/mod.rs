//! Shopping: drafts, orders, and what is recorded about the payment of an order.

pub(crate) mod complete;
pub(crate) mod drafts;
pub(crate) mod events;
mod items;
pub(crate) mod order_payments;
pub(crate) mod order_queries;
pub(crate) mod orders;
pub(crate) mod sessions;

use crate::call::Call;

/// The URL of a draft or an order.
fn url(call: &Call<'_>, account: &str, list: &str, id: &str) -> String {
    let base = call.base_url;
    format!("{base}/v1/accounts/{account}/shopping/{list}/{id}")
}
