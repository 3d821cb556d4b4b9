//! Maintainers' commands: `cargo xtask <command>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod regen;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintainers' commands.
///
/// Exit code 0: fine; 1: something drifted; 2: an error.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Regen(regen::Regen),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Regen(regen) => regen.run(&root()),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
