//! Dintero's APIs on the command line: every operation of the documents, and commands that help to set up an integration.

mod body;
mod call;
mod cli;
mod config;
mod conformance;
mod doctor;
mod documents;
mod failure;
mod listen;
mod money;
mod print;
mod sandbox;
mod schema;
mod sign;

use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches, Subcommand};

use config::Options;
use documents::APIS;
use failure::Failure;

/// The commands that are no operations.
#[derive(Subcommand)]
pub(crate) enum Own {
    Doctor(doctor::Doctor),
    Conformance(conformance::Conformance),
    Sandbox(sandbox::Sandbox),
    Listen(listen::Listen),
    #[command(subcommand)]
    Sign(sign::Sign),
    /// Write the completions of a shell to standard output
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
    /// Write the man pages to a folder
    Man {
        /// The folder, which must exist
        folder: std::path::PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    // It fails only if there is a provider.
    let _ = rustls_lib::crypto::ring::default_provider().install_default();
    let matches = cli::command().try_get_matches();
    let matches = matches.unwrap_or_else(|error| cli::nearest_only(error).exit());
    match run(&matches).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, text) = failure.parts();
            if !text.is_empty() {
                print::note(&format!("dintero: {}", print::clean(text)));
            }
            ExitCode::from(code)
        }
    }
}

async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let mut options = Options::from_arg_matches(matches)?;
    if let Some((name, below)) = matches.subcommand()
        && let Some(api) = APIS.iter().find(|api| api.name == name)
        && let Some((command, below)) = below.subcommand()
        && let Some(operation) = api.operations().find(|one| one.command() == command)
    {
        options.update_from_arg_matches(below)?;
        return call::run(operation, &options, below).await;
    }
    match Own::from_arg_matches(matches)? {
        Own::Conformance(conformance) => conformance.run(&options).await,
        Own::Doctor(doctor) => doctor.run(&options).await,
        Own::Sandbox(sandbox) => sandbox.run(&options).await,
        Own::Listen(listen) => listen.run(&options).await,
        Own::Sign(sign) => sign.run(&options),
        Own::Completions { shell } => {
            let mut out = std::io::stdout();
            clap_complete::generate(shell, &mut cli::command(), "dintero", &mut out);
            Ok(())
        }
        Own::Man { folder } => Ok(clap_mangen::generate_to(cli::command(), folder)?),
    }
}
