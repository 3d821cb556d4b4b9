//! Tests of the maintainers' commands, in one program.

mod commands;
mod common;
mod dependents;
mod diff;
mod diff_changes;
mod diff_properties;
mod import;
mod import_older;
mod import_overlay;
mod lint;
