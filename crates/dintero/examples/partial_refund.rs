//! Gives back one of two things: what may be refunded is asked first, and the refund is made once.
//!
//! Runs in a sandbox, or with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set in Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, connect, exit, fresh, nok, pay, session, settled};
use dintero::checkout::types::{CaptureOptions, OperationItem, RefundOptions, Transaction};
use dintero::state::{TransactionRules, Verdict};
use dintero::{Amount, TransactionAmounts, outcome};

const LINES: [(&str, i64); 2] = [("chair", 29_990), ("lamp", 9_900)];

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let checkout = dintero.checkout();
    let order = fresh("order");
    let session = session(&dintero, &order, &LINES, None).await?;
    let payment = pay(&dintero, sandbox.as_ref(), &session).await?;
    let (lamp, total) = (nok(9_900), nok(39_890));

    let transaction = checkout.get_transaction(&payment).send().await?;
    ask(&transaction, lamp);
    let all = CaptureOptions::builder()
        .amount(total.minor())
        .capture_reference(format!("{order}-all"));
    let transaction = settled(outcome::capture(&checkout, &*payment, all).send().await).await?;
    println!(
        "  captured {}",
        TransactionAmounts::of(&transaction)?.captured()
    );

    ask(&transaction, lamp);
    let line = OperationItem::builder()
        .id("lamp")
        .line_id("2")
        .quantity(1)
        .amount(lamp.minor());
    let back = RefundOptions::builder()
        .amount(lamp.minor())
        .items([line])
        .reason("returned by the customer")
        .refund_reference(format!("{order}-return-1"));
    let transaction = settled(outcome::refund(&checkout, &*payment, back).send().await).await?;
    let amounts = TransactionAmounts::of(&transaction)?;
    println!("  refunded {}, {} stays", amounts.refunded(), amounts.net());

    ask(&transaction, total);
    Ok(())
}

/// What the state of the payment says, before anything is sent.
fn ask(transaction: &Transaction, amount: Amount) {
    match transaction.can_refund(amount) {
        Verdict::Yes => println!("  {amount} can be refunded"),
        Verdict::No(reason) => println!("  {amount} cannot be refunded: {reason}"),
        Verdict::Unknown(reason) => {
            println!("  whether {amount} can be refunded is open: {reason}")
        }
    }
}
