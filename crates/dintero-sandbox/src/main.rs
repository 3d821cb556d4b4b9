//! The sandbox as a program, for any language: `cargo run -p dintero-sandbox -- --port 8400`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dintero_sandbox::{Client, Sandbox};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// A local Dintero for tests, demos and offline work.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port; 0 is any free one
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// Address to listen on, such as 0.0.0.0 in a container; default 127.0.0.1 and ::1
    #[arg(long)]
    host: Option<String>,
    /// URL that clients and payers reach the sandbox by, such as http://sandbox:8400
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Host besides this machine that requests may be sent to; * is any. Can be given several times
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// Origin besides this machine's whose pages may call the sandbox; * is any. Can be given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Origin besides this machine's whose pages may embed the payment page. Can be given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_embed: Vec<String>,
    /// Refuse what the documents do not have, such as unknown properties
    #[arg(long)]
    strict: bool,
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
    /// Validity of a token in seconds
    #[arg(long, default_value_t = 14_400)]
    token_life: u64,
    /// Host besides this machine that callbacks may be sent to; * is any. Can be given several times
    #[arg(long, value_name = "HOST")]
    callback_host: Vec<String>,
    /// File that keeps the state between runs; created if it does not exist
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// File to append a line of JSON to for each request; `-` is standard output
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Part of the requests that a fault is injected into by chance, 0 to 1
    #[arg(long, default_value_t = 0.0, value_parser = rate)]
    fault_rate: f64,
    /// The same seed and the same requests give the same faults
    #[arg(long, default_value_t = 1)]
    fault_seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if standard error is closed, too.
            let _ = writeln!(io::stderr(), "dintero-sandbox: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(options: Options) -> io::Result<()> {
    let log: Option<Box<dyn Write + Send>> = match options.log {
        Some(path) if path.as_os_str() == "-" => Some(Box::new(io::stdout())),
        Some(path) => Some(Box::new(open(&path)?)),
        None => None,
    };
    let sandbox = Sandbox::builder()
        .port(options.port)
        .host(options.host.unwrap_or_default())
        .public_url(options.public_url.unwrap_or_default())
        .allowed_hosts(options.allow_host)
        .allowed_origins(options.allow_origin)
        .embedders(options.allow_embed)
        .callback_hosts(options.callback_host)
        .state_file(options.state.unwrap_or_default())
        .strict(options.strict)
        .account(options.account)
        .client(Client::new(options.client_id, options.client_secret))
        .token_life(Duration::from_secs(options.token_life))
        .start()
        .await?;
    if let Some(log) = log {
        sandbox.copy_log_to(log);
    }
    if options.fault_rate > 0.0 {
        sandbox.fail_at_random(options.fault_seed, options.fault_rate);
    }
    print(&sandbox, &mut io::stdout().lock())?;
    stopped().await?;
    sandbox.save_state()
}

fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

#[cfg(unix)]
async fn stopped() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stopped() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn print(sandbox: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    let (url, account) = (sandbox.url(), sandbox.account());
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    write!(
        out,
        "dintero-sandbox on {url}, account {account}. Stop it with Ctrl-C.

  export DINTERO_ACCOUNT_ID={account}
  export DINTERO_CLIENT_ID={id}
  export DINTERO_CLIENT_SECRET={secret}
  export DINTERO_API_URL={url}
  export DINTERO_CHECKOUT_URL={url}

To pay a session, open its url in a browser, or POST to it (no body: the approved test card).
What arrived, and what was wrong with it: {url}/_sandbox
"
    )?;
    out.flush()
}
