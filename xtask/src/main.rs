//! Maintainers' commands: `cargo xtask <command>`.

mod bench;
mod diff;
mod import;
mod lint;
mod lock;
mod package;
mod regen;
mod report;
mod sarif;
mod state;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintainers' commands. All work offline, unless they are given a URL.
///
/// Exit code 0: fine; 1: drift or a finding; 2: an error.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    json: bool,
    /// Root of the workspace, which holds openapi/; by default the one that this command was built in.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Regen(regen::Regen),
    Lint(lint::Lint),
    Diff(Box<diff::Diff>),
    Import(import::Import),
    Package(package::Package),
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = arguments.root.unwrap_or_else(workspace);
    let result = match arguments.command {
        Command::Regen(regen) => regen.run(&root),
        Command::Lint(lint) => lint.run(&root),
        Command::Diff(diff) => diff.run(&root),
        Command::Import(import) => import.run(&root),
        Command::Package(package) => package.run(&root),
        Command::Bench(bench) => bench.run(&root),
    };
    match result {
        Ok(report) => report.print(arguments.json),
        Err(error) => report::print_error(&*error, arguments.json),
    }
}

/// The root of the workspace.
fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
