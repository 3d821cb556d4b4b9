//! Checkout: sessions, the payer, and what is done to a transaction.

pub(crate) mod operations;
pub(crate) mod order;
pub(crate) mod payer;
pub(crate) mod sessions;
pub(crate) mod transactions;
