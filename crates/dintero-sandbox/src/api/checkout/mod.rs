//! Checkout: sessions, the payer, and what is done to a transaction.

pub(crate) mod authorization;
pub(crate) mod card;
pub(crate) mod invoice;
mod order;
pub(crate) mod pay;
pub(crate) mod payment;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod transaction_operations;
pub(crate) mod transactions;
