//! The macros that generated code consists of. They are part of no contract: only code of the same version uses them.

mod builder;
mod call;
mod lists;
mod object;
mod union;
