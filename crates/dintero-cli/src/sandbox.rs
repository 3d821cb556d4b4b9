//! `dintero sandbox`: a local Dintero.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::config::{self, Options};
use crate::failure::Failure;
use crate::print::put;

/// Start a local Dintero, and print the variables for its clients
#[derive(Args)]
pub struct Sandbox {
    /// Port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// File that keeps the state between runs; created if it does not exist
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

impl Sandbox {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let mut builder = dintero_sandbox::Sandbox::builder().port(self.port);
        if let Some(account) = &options.account {
            builder = builder.account(account);
        }
        if let Some(state) = &self.state {
            builder = builder.state_file(state);
        }
        let started = builder.start().await;
        let sandbox = started
            .map_err(|error| Failure::Usage(format!("the sandbox cannot be started: {error}")))?;
        // The secret is the sandbox's own, known to everybody.
        let variables = [
            (config::ACCOUNT, sandbox.account()),
            (config::CLIENT_ID, sandbox.client_id()),
            (config::CLIENT_SECRET, sandbox.client_secret()),
            (config::API_URL, sandbox.url()),
            (config::CHECKOUT_URL, sandbox.url()),
        ];
        match options.json {
            true => put(&format!(
                "{}\n",
                json!(variables.map(|(name, value)| json!({name: value})))
            ))?,
            false => {
                let lines = variables.map(|(name, value)| format!("  export {name}={value}\n"));
                let url = sandbox.url();
                put(&format!(
                    "A sandbox on {url}. Stop it with Ctrl-C.\n\n{}\nWhat arrived: {url}/_sandbox\n",
                    lines.concat()
                ))?;
            }
        }
        tokio::signal::ctrl_c().await?;
        Ok(sandbox.save_state()?)
    }
}
