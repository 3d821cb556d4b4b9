//! The operations: one function each, called with a checked token and under the sandbox's lock. Every function checks
//! first and changes afterwards, so that a refused request leaves no trace.

pub(crate) mod admin;
pub(crate) mod checkout;
pub(crate) mod finance;
pub(crate) mod loans;
pub(crate) mod pictures;
pub(crate) mod shopping;
pub(crate) mod wallets;
