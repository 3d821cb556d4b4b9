//! OpenAPI document in, Rust client out: [`document`] -> [`overlay`] -> [`lint`] -> [`lower`] -> [`mod@generate`] -> [`emit`].
//!
//! The build script of the client crates and the maintainers' commands call [`generate()`]; see ARCHITECTURE.md for why
//! there is a layer around progenitor.
//!
//! Without the feature `generate`, this crate is the reader of documents alone, and builds in seconds.

pub mod action;
pub mod document;
pub mod finding;
pub mod kept;

#[cfg(feature = "generate")]
mod confirm;
#[cfg(feature = "generate")]
pub mod emit;
#[cfg(feature = "generate")]
pub mod generate;
#[cfg(feature = "generate")]
mod ir;
#[cfg(feature = "generate")]
pub mod lint;
#[cfg(feature = "generate")]
pub mod lower;
#[cfg(feature = "generate")]
mod markdown;
#[cfg(feature = "generate")]
mod names;
#[cfg(feature = "generate")]
pub mod overlay;
#[cfg(feature = "generate")]
mod paging;
#[cfg(feature = "generate")]
mod pipeline;
#[cfg(feature = "generate")]
pub mod surface;

#[cfg(feature = "generate")]
pub use ir::Api;
#[cfg(feature = "generate")]
pub use pipeline::{Generation, generate, generate_from, generate_loosely};

use std::path::{Path, PathBuf};

/// The APIs that have a client crate.
pub const APIS: [&str; 3] = ["shopping", "checkout", "wallets"];

/// Version of this generator.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Version of progenitor that it runs; pinned in the workspace, and a test compares the two.
pub const PROGENITOR: &str = "0.15.1";

/// Returns the path of the surface of an API below the folder `openapi`.
pub fn surface_path(openapi: &Path, api: &str) -> PathBuf {
    openapi.join("surface").join(format!("{api}.txt"))
}

/// Returns the paths of the document and the overlay of an API below the folder `openapi`.
pub fn inputs(openapi: &Path, api: &str) -> [PathBuf; 2] {
    [
        openapi.join(format!("{api}.yaml")),
        openapi.join("overlays").join(format!("{api}.yaml")),
    ]
}
