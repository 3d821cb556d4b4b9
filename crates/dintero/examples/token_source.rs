//! Tokens from a broker: one task has the secret, and the clients of all others receive only tokens from it.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;
use std::time::Duration;

use common::{Result, connect, exit};
use dintero::checkout::types::ClientCredentials;
use dintero::{AccessToken, Dintero, Error, TokenFuture, TokenRequest, TokenSource};
use tokio::sync::{mpsc, oneshot};

type TokenCall = (
    TokenRequest,
    oneshot::Sender<std::result::Result<AccessToken, Error>>,
);

/// A channel to the broker. It could also be a socket to another process, or a vault.
#[derive(Clone)]
struct Broker(mpsc::Sender<TokenCall>);

impl TokenSource for Broker {
    /// The client caches the token, renews it before it expires or when the API rejects it, and requests one for any number of calls.
    fn token(&self, request: TokenRequest) -> TokenFuture {
        let calls = self.0.clone();
        Box::pin(async move {
            let (sender, token) = oneshot::channel();
            calls
                .send((request, sender))
                .await
                .map_err(|_| Error::from_token_source("the broker has stopped"))?;
            token.await.map_err(Error::from_token_source)?
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    // The only client with the secret.
    let (issuer, sandbox) = connect().await?;
    let (calls, received) = mpsc::channel(16);
    tokio::spawn(serve(issuer.clone(), received));

    let mut builder = Dintero::builder()
        .account(issuer.account())
        .token_source(Broker(calls));
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

/// Responds to each call with a new token for its account.
async fn serve(issuer: Dintero, mut calls: mpsc::Receiver<TokenCall>) {
    while let Some((request, sender)) = calls.recv().await {
        println!("  the broker issues a token for {}", request.account());
        let token = new_token(&issuer, &request).await;
        // The caller may have been cancelled.
        let _ = sender.send(token);
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
    let lifetime = u64::try_from(token.expires_in).map_err(Error::from_token_source)?;
    Ok(AccessToken::new(&*token.access_token).expires_in(Duration::from_secs(lifetime)))
}
