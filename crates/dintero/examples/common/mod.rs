//! Shared by the examples: the client, the payer, and the exit code.
#![allow(dead_code, reason = "each example uses a part of it")]

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use dintero::checkout::types::{
    CreatedSession, OrderItemInput, ProfileSessionOptions, SessionOrderInput, SessionUrls,
};
use dintero::outcome::Outcome;
use dintero::shopping::types::{
    DraftOptions, DraftOrderInput, OrderInput, OrderItemInput as ShoppingItem, TaxLine,
};
use dintero::{Amount, Currency, Dintero};
use dintero_sandbox::{Card, Sandbox};
use serde::de::DeserializeOwned;

/// The result of an example.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Prints the error, if there is one.
pub fn exit(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns a client for the account in the environment, or for a sandbox that stops when it is dropped.
pub async fn connect() -> Result<(Dintero, Option<Sandbox>)> {
    if std::env::var_os("DINTERO_ACCOUNT_ID").is_none() {
        let sandbox = Sandbox::start().await?;
        let dintero = client(&sandbox)?;
        eprintln!(
            "Account {} in a sandbox at {}",
            sandbox.account(),
            sandbox.url()
        );
        return Ok((dintero, Some(sandbox)));
    }
    let dintero = Dintero::from_env()?;
    if dintero.is_production() && !std::env::args().any(|argument| argument == "--production") {
        let account = dintero.account();
        return Err(format!(
            "{account} is a production account, where money moves. Pass --production to continue"
        )
        .into());
    }
    eprintln!("Account {} at Dintero", dintero.account());
    Ok((dintero, None))
}

/// Returns a client for the sandbox's account.
pub fn client(sandbox: &Sandbox) -> Result<Dintero> {
    let builder = Dintero::builder()
        .account(sandbox.account())
        .client_credentials(sandbox.client_id(), sandbox.client_secret())
        .api_url(sandbox.url())
        .checkout_url(sandbox.url());
    Ok(builder.build()?)
}

/// Returns a name that is new in every run, since references are used only once in a real account.
pub fn fresh(what: &str) -> String {
    let run = uuid::Uuid::new_v4().simple().to_string();
    format!("{what}-{}", &run[..8])
}

/// Returns an amount in Norwegian kroner from minor units.
pub fn nok(minor: i64) -> Amount {
    Amount::new(minor, Currency::Nok)
}

/// Creates a session from the account's default profile with these lines, given as id and minor units. Their line ids count from 1.
pub async fn session(
    dintero: &Dintero,
    reference: &str,
    lines: &[(&str, i64)],
    callback: Option<&str>,
) -> Result<CreatedSession> {
    let items = lines.iter().zip(1..).map(|((id, amount), line)| {
        let item = OrderItemInput::builder()
            .id(*id)
            .line_id(line.to_string())
            .description(*id);
        item.quantity(1).amount(*amount).vat(25)
    });
    let order = SessionOrderInput::builder()
        .amount(lines.iter().map(|(_, amount)| amount).sum::<i64>())
        .currency("NOK")
        .merchant_reference(reference)
        .items(items);
    let mut url = SessionUrls::builder().return_url("https://shop.example/thanks");
    if let Some(callback) = callback {
        url = url.callback_url(callback);
    }
    let options = ProfileSessionOptions::builder()
        .profile_id("default")
        .url(url)
        .order(order);
    let session = dintero
        .checkout()
        .create_session_from_profile()
        .body(options)
        .send()
        .await?;
    Ok(session.into_inner())
}

/// Pays a session: with a test card in the sandbox, or by whoever opens the page within ten minutes. Returns the id of the transaction.
pub async fn pay(
    dintero: &Dintero,
    sandbox: Option<&Sandbox>,
    session: &CreatedSession,
) -> Result<String> {
    let id = session.id.as_deref().ok_or("the session has no id")?;
    if let Some(sandbox) = sandbox {
        return Ok(sandbox.pay(id, Card::approved())?);
    }
    println!(
        "  pay here: {}",
        session.url.as_deref().unwrap_or("the session has no page")
    );
    for _ in 0..200 {
        let session = dintero.checkout().get_session(id).send().await?;
        if let Some(transaction) = &session.transaction_id {
            return Ok(transaction.clone());
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    Err("nobody paid within ten minutes".into())
}

/// Creates a Shopping order of one line, `line_id` 1. Returns its id.
pub async fn order(dintero: &Dintero, id: &str, price: i64) -> Result<String> {
    let tax = TaxLine::builder()
        .tax_code("25")
        .percentage(25)
        .amount(price / 5);
    let line = ShoppingItem::builder()
        .line_id(1)
        .id(id)
        .description(id)
        .quantity(1)
        .gross_amount(price);
    let draft = DraftOrderInput::builder()
        .order(
            OrderInput::builder()
                .currency("NOK")
                .items([line.tax_lines([tax])]),
        )
        .options(DraftOptions::builder().generate_order_id("ALPHANUMERIC_9"));
    let draft = dintero
        .shopping()
        .create_draft_order()
        .body(draft)
        .send()
        .await?
        .into_inner();
    let draft = draft.id.ok_or("the draft has no id")?;
    let done = dintero
        .shopping()
        .complete_draft_order(&draft)
        .body(BTreeMap::new())
        .send()
        .await?;
    Ok(done
        .orders
        .first()
        .and_then(|order| order.order_id.clone())
        .ok_or("no order was made")?)
}

/// Waits for a pending outcome, and returns the state if the request was carried out.
pub async fn confirmed<T: DeserializeOwned>(mut outcome: Outcome<T>) -> Result<T> {
    if let Outcome::Pending(pending) = outcome {
        outcome = pending.wait(Duration::from_secs(120)).await;
    }
    match outcome {
        Outcome::Applied(state) => Ok(state),
        Outcome::Pending(_) => Err("the request is still in progress".into()),
        Outcome::NotApplied(reason) => Err(reason.into()),
        Outcome::Unknown(unknown) => Err(unknown.to_string().into()),
    }
}
