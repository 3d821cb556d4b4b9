//! Shopping: drafts, orders, and what is recorded about an order's payment.

pub(crate) mod complete;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod items;
pub(crate) mod lists;
pub(crate) mod operations;
pub(crate) mod orders;
pub(crate) mod sessions;
