//! Wallets: gift cards, their look-up, and what moves on them.
//!
//! A repeated `ref_id` on a card has the first response again, unchanged, when the request is the same in path and
//! body; with another request it is a 400. What Dintero does is not published; this is the stricter reading.

pub(crate) mod cards;
mod check;
pub(crate) mod queries;
pub(crate) mod transactions;
