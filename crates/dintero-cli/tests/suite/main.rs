//! The program, run against a sandbox.

mod conformance;
mod doctor;
mod endpoints;
mod help;
mod money;
mod operations;
mod profiles;
mod support;
mod wrong_input;
