//! The sandbox as a program, for any language: `cargo run -p dintero-sandbox -- --port 8400`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dintero_sandbox::{Client, Sandbox};

/// A local Dintero for tests, demos and offline work.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// Account id: T or P and 8 digits
    #[arg(long, default_value = "T12345678")]
    account: String,
    /// Id of the API client
    #[arg(long, default_value = "sandbox-client")]
    client_id: String,
    /// Secret of the API client
    #[arg(
        long,
        env = "DINTERO_SANDBOX_SECRET",
        default_value = "sandbox-secret",
        hide_env_values = true
    )]
    client_secret: String,
    /// Life of a token in seconds
    #[arg(long, default_value_t = 14_400)]
    token_life: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done when standard error is closed, too.
            let _ = writeln!(io::stderr(), "dintero-sandbox could not start: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(options: Options) -> io::Result<()> {
    let sandbox = Sandbox::builder()
        .port(options.port)
        .account(options.account)
        .client(Client::new(options.client_id, options.client_secret))
        .token_life(Duration::from_secs(options.token_life))
        .start()
        .await?;
    print(&sandbox, &mut io::stdout().lock())?;
    tokio::signal::ctrl_c().await
}

/// Says where the sandbox is and how to point a client at it.
fn print(sandbox: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    let (url, account) = (sandbox.url(), sandbox.account());
    writeln!(
        out,
        "dintero-sandbox on {url}, account {account}. Stop it with Ctrl-C.\n"
    )?;
    writeln!(out, "  export DINTERO_ACCOUNT_ID={account}")?;
    writeln!(out, "  export DINTERO_CLIENT_ID={}", sandbox.client_id())?;
    writeln!(
        out,
        "  export DINTERO_CLIENT_SECRET={}",
        sandbox.client_secret()
    )?;
    writeln!(out, "  export DINTERO_API_URL={url}")?;
    writeln!(out, "  export DINTERO_CHECKOUT_URL={url}\n")?;
    writeln!(
        out,
        "To pay a session, POST to its url (no body: the approved test card)."
    )?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_banner_names_url_account_and_credentials() {
        let sandbox = Sandbox::start().await.expect("a free port");
        let mut out = Vec::new();
        print(&sandbox, &mut out).expect("written");
        let out = String::from_utf8(out).expect("text");
        for wanted in [
            sandbox.url(),
            "DINTERO_ACCOUNT_ID=T12345678",
            "DINTERO_CLIENT_SECRET=sandbox-secret",
        ] {
            assert!(out.contains(wanted), "{wanted} is missing in {out}");
        }
    }
}
