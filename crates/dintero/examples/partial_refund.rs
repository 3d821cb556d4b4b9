//! Refunds one of two items once, after checking what can be refunded.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, confirmed, connect, exit, fresh, nok, pay, session};
use dintero::checkout::types::{CaptureOptions, OperationItem, RefundOptions, Transaction};
use dintero::state::{TransactionRules, Verdict};
use dintero::{Amount, TransactionAmounts};

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
    check(&transaction, lamp);
    let all = CaptureOptions::builder()
        .amount(total.minor())
        .capture_reference(format!("{order}-all"));
    let capture = checkout.capture_transaction(&payment).body(all);
    let transaction = confirmed(capture.confirm().await).await?;
    println!(
        "  captured {}",
        TransactionAmounts::of(&transaction)?.captured()
    );

    check(&transaction, lamp);
    let line = OperationItem::builder()
        .id("lamp")
        .line_id("2")
        .quantity(1)
        .amount(lamp.minor());
    let refund = RefundOptions::builder()
        .amount(lamp.minor())
        .items([line])
        .reason("returned by the customer")
        .refund_reference(format!("{order}-return-1"));
    let refund = checkout.refund_transaction(&payment).body(refund);
    let transaction = confirmed(refund.confirm().await).await?;
    let amounts = TransactionAmounts::of(&transaction)?;
    println!("  refunded {}, net {}", amounts.refunded(), amounts.net());

    check(&transaction, total);
    Ok(())
}

/// Prints whether an amount can be refunded, before anything is sent.
fn check(transaction: &Transaction, amount: Amount) {
    match transaction.can_refund(amount) {
        Verdict::Yes => println!("  {amount} can be refunded"),
        Verdict::No(reason) => println!("  {amount} cannot be refunded: {reason}"),
        Verdict::Unknown(reason) => {
            println!("  whether {amount} can be refunded is unknown: {reason}")
        }
    }
}
