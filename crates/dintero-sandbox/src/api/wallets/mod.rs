//! Wallets: gift cards, their look-up, and what moves on them.

pub(crate) mod cards;
mod check;
pub(crate) mod queries;
pub(crate) mod transactions;
