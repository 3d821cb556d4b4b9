//! Tokens from a broker: one task holds the secret, the clients of all others ask it and never see more than a token.
//!
//! Runs in a sandbox, or with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set in Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;
use std::time::Duration;

use common::{Result, connect, exit};
use dintero::checkout::types::ClientCredentials;
use dintero::{AccessToken, Dintero, Error, TokenFuture, TokenRequest, TokenSource};
use tokio::sync::{mpsc, oneshot};

type Question = (
    TokenRequest,
    oneshot::Sender<std::result::Result<AccessToken, Error>>,
);

/// The way to the broker. It could as well be a socket to another process, or a vault.
#[derive(Clone)]
struct Broker(mpsc::Sender<Question>);

impl TokenSource for Broker {
    /// The client keeps the token, asks again before it ends or when the API refuses it, and asks once for any number of calls.
    fn token(&self, request: TokenRequest) -> TokenFuture {
        let questions = self.0.clone();
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            questions
                .send((request, answer))
                .await
                .map_err(|_| Error::from_token_source("the broker is gone"))?;
            answered.await.map_err(Error::from_token_source)?
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    // The one client that has the secret.
    let (issuer, sandbox) = connect().await?;
    let (questions, asked) = mpsc::channel(16);
    tokio::spawn(answer(issuer.clone(), asked));

    let mut builder = Dintero::builder()
        .account(issuer.account())
        .token_source(Broker(questions));
    if let Some(sandbox) = &sandbox {
        builder = builder.api_url(sandbox.url()).checkout_url(sandbox.url());
    }
    let dintero = builder.build()?;

    let checkout = dintero.checkout();
    let (one, two) = tokio::join!(
        checkout.list_transactions().send(),
        checkout.list_transactions().send()
    );
    println!("  {} and {} transactions", one?.len(), two?.len());
    if let Some(sandbox) = &sandbox {
        sandbox.revoke_tokens();
        println!("  all tokens are revoked");
    }
    println!(
        "  {} transactions",
        checkout.list_transactions().send().await?.len()
    );
    Ok(())
}

/// Answers with a new token for the account that is asked for.
async fn answer(issuer: Dintero, mut asked: mpsc::Receiver<Question>) {
    while let Some((request, answer)) = asked.recv().await {
        println!("  the broker makes a token for {}", request.account());
        let token = new_token(&issuer, &request).await;
        // Whoever asked may be gone.
        let _ = answer.send(token);
    }
}

async fn new_token(
    issuer: &Dintero,
    request: &TokenRequest,
) -> std::result::Result<AccessToken, Error> {
    let credentials = ClientCredentials::builder().audience(request.audience());
    let token = issuer
        .checkout()
        .create_access_token()
        .body(credentials)
        .send()
        .await?;
    let life = u64::try_from(token.expires_in).map_err(Error::from_token_source)?;
    Ok(AccessToken::new(&*token.access_token).expires_in(Duration::from_secs(life)))
}
