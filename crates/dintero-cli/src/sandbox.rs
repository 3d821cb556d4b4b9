//! `dintero sandbox`: a local Dintero.

use std::path::PathBuf;

use clap::Args;

use crate::config::{OF_CLIENT, Options};
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
        let sandbox = builder.start().await?;
        // The secret is the sandbox's own, known to everybody.
        let (url, id, secret) = (sandbox.url(), sandbox.client_id(), sandbox.client_secret());
        put(&format!("A sandbox on {url}. Stop it with Ctrl-C.\n\n"))?;
        for (name, value) in OF_CLIENT
            .iter()
            .zip([sandbox.account(), id, secret, url, url])
        {
            put(&format!("  export {name}={value}\n"))?;
        }
        put(&format!("\nRequests: {url}/_sandbox\n"))?;
        tokio::signal::ctrl_c().await?;
        Ok(sandbox.save_state()?)
    }
}
