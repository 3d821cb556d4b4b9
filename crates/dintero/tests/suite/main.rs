//! The properties of the whole client, one module for each.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod callback_axum;
mod callback_deliveries;
mod callback_end_to_end;
mod callback_errors;
mod callback_properties;
mod callback_signatures;
mod duplicate_requests;
mod fake_transport;
mod malformed_responses;
mod order_amounts;
mod order_and_card_rules;
mod outcome_after_faults;
mod outcome_lost_responses;
mod outcome_model;
mod outcome_on_the_wire;
mod outcome_proofs;
mod outcome_records_and_cards;
mod pages;
mod support;
mod transaction_amounts;
mod transaction_rules;
mod undocumented;
mod unreadable_members;
