//! The rows: a name, edits of the document, and the changes that `cargo xtask diff` reports.

mod fields;
mod operations;
mod values;

use super::Row;

/// Returns all rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [operations::ROWS, fields::ROWS, values::ROWS]
        .into_iter()
        .flatten()
}
