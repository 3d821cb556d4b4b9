//! One client for several accounts: they share connections, settings and credentials; each has its own token.
//!
//! Runs against a sandbox with two accounts or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment. Pass the ids of further accounts, for which the API client has grants, as arguments.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, client, connect, exit, fresh, nok, pay, session};
use dintero::Dintero;
use dintero_sandbox::{Client, Sandbox};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, others, sandbox) = accounts().await?;
    let mut clients = vec![dintero.clone()];
    for account in &others {
        clients.push(dintero.for_account(account)?);
    }

    if let Some(sandbox) = &sandbox {
        for (client, amount) in clients.iter().zip([29_990, 9_900]) {
            let session = session(client, &fresh("order"), &[("chair", amount)], None).await?;
            pay(client, Some(sandbox), &session).await?;
        }
    }

    // Concurrently: a client is cheap to clone and can be sent to a task.
    let mut reads = JoinSet::new();
    for client in clients {
        reads.spawn(async move { (client.account().to_owned(), total(&client).await) });
    }
    let mut lines = reads.join_all().await;
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    for (account, read) in lines {
        match read {
            Ok((count, total)) => println!("  {account}: {count} payments over {}", nok(total)),
            // An account without a grant does not affect the others.
            Err(error) => println!("  {account}: {error}"),
        }
    }
    if let Some(sandbox) = &sandbox {
        println!(
            "  {} tokens for {} accounts",
            sandbox.count("aid_auths_oauth_token_post"),
            others.len() + 1
        );
    }
    Ok(())
}

/// Returns the number and the sum of the newest payments of an account in NOK, up to 100.
async fn total(dintero: &Dintero) -> std::result::Result<(usize, i64), dintero::Error> {
    let page = dintero
        .checkout()
        .list_transactions()
        .currency(["NOK"])
        .limit(100)
        .send()
        .await?;
    Ok((
        page.len(),
        page.iter()
            .filter_map(|transaction| transaction.amount)
            .sum(),
    ))
}

/// Returns the client, the ids of the other accounts, and the sandbox if there is one.
async fn accounts() -> Result<(Dintero, Vec<String>, Option<Sandbox>)> {
    if std::env::var_os("DINTERO_ACCOUNT_ID").is_some() {
        let (dintero, sandbox) = connect().await?;
        let others = std::env::args()
            .skip(1)
            .filter(|argument| !argument.starts_with("--"));
        return Ok((dintero, others.collect(), sandbox));
    }
    let shops = Client::new("shops", "secret")
        .with_account("T12345678")
        .with_account("T87654321");
    let sandbox = Sandbox::builder().client(shops).start().await?;
    Ok((
        client(&sandbox)?,
        vec!["T87654321".to_owned()],
        Some(sandbox),
    ))
}
