//! Settlements, reports, sellers and transfers between them.

mod payouts;
mod settlements;

pub(crate) use payouts::*;
pub(crate) use settlements::*;
