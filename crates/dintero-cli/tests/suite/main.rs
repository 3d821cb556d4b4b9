//! The program, run against a sandbox.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod conformance;
mod doctor;
mod endpoints;
mod help;
mod money;
mod operations;
mod profiles;
mod support;
mod wrong_input;
