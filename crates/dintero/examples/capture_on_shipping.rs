//! Captures each parcel when it is shipped: once, even if the response is lost.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, confirmed, connect, exit, fresh, nok, pay, session};
use dintero::TransactionAmounts;
use dintero::checkout::types::{CaptureOptions, OperationItem};
use dintero_sandbox::Fault;

const LINES: [(&str, i64); 2] = [("chair", 29_990), ("lamp", 9_900)];

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let order = fresh("order");
    let session = session(&dintero, &order, &LINES, None).await?;
    let payment = pay(&dintero, sandbox.as_ref(), &session).await?;
    println!("  {order} is paid by {payment}");

    for ((id, amount), line) in LINES.into_iter().zip(1..) {
        if let Some(sandbox) = &sandbox {
            // The worst case: the capture is carried out, and its response is lost.
            sandbox.fail_next("transactions_id_capture_post", Fault::CloseAfterWork);
        }
        let item = OperationItem::builder()
            .id(id)
            .line_id(line.to_string())
            .quantity(1)
            .amount(amount);
        let parcel = CaptureOptions::builder()
            .amount(amount)
            .items([item])
            // Store the reference with the parcel: after a crash, the same call captures nothing twice.
            .capture_reference(format!("{order}-parcel-{line}"));
        let checkout = dintero.checkout();
        let capture = checkout.capture_transaction(&payment).body(parcel);
        let outcome = capture.confirm().repeat_if_not_applied(2).await;
        let transaction = confirmed(outcome).await?;
        let amounts = TransactionAmounts::of(&transaction)?;
        println!(
            "  shipped the {id}: captured {}, {} in all",
            nok(amount),
            amounts.captured()
        );
    }

    let transaction = dintero.checkout().get_transaction(&payment).send().await?;
    let captures = transaction.events.iter().flatten();
    let captures = captures.filter(|event| {
        event
            .event
            .as_ref()
            .is_some_and(|kind| kind.as_str() == "CAPTURE")
    });
    println!(
        "  {} captures for {} parcels",
        captures.count(),
        LINES.len()
    );
    Ok(())
}
