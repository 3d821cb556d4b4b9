//! Maintainers' commands: `cargo xtask <command>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod diff;
mod regen;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintainers' commands.
///
/// Exit code 0: fine; 1: drift or a finding; 2: an error.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Regen(regen::Regen),
    Diff(Box<diff::Diff>),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Regen(regen) => regen.run(&root()),
        Command::Diff(diff) => diff.run(&root()),
    };
    match result {
        Ok(report) => report.print(arguments.json),
        Err(error) => {
            if arguments.json {
                println!("{:#}", serde_json::json!({"error": error.to_string()}));
            }
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
