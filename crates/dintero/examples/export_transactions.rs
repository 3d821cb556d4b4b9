//! Writes all transactions of the account as CSV to standard output, with one page in memory at a time.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io;
use std::process::ExitCode;

use common::{Result, connect, exit, fresh, pay, session};
use dintero::checkout::types::{CaptureOptions, Transaction};
use dintero::{Amount, TransactionAmounts};

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let checkout = dintero.checkout();
    if sandbox.is_some() {
        eprintln!("Creating payments to export");
        for number in 0..25 {
            let session = session(&dintero, &fresh("order"), &[("chair", 29_990)], None).await?;
            let payment = pay(&dintero, sandbox.as_ref(), &session).await?;
            if number % 2 == 0 {
                let all = CaptureOptions::builder()
                    .amount(29_990)
                    .capture_reference(fresh("parcel"));
                checkout
                    .capture_transaction(payment)
                    .body(all)
                    .send()
                    .await?;
            }
        }
    }

    let mut csv = csv::Writer::from_writer(io::stdout().lock());
    csv.write_record([
        "id",
        "created",
        "reference",
        "status",
        "product",
        "amount",
        "captured",
        "refunded",
        "currency",
    ])?;
    // A page is fetched after the previous one is written.
    let mut pages = checkout.list_transactions().limit(10).pages();
    let (mut rows, mut read) = (0, 0);
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                csv.flush()?;
                // Store the cursor: `pages().resume(cursor)` continues here.
                let cursor = serde_json::to_string(&pages.cursor())?;
                return Err(format!("stopped after {rows} rows, at {cursor}: {error}").into());
            }
        };
        read += 1;
        for transaction in page.into_items() {
            csv.write_record(row(&transaction)?)?;
            rows += 1;
        }
    }
    csv.flush()?;
    eprintln!("{rows} transactions in {read} pages");
    Ok(())
}

/// Returns the fields of a transaction, with exact amounts in major units.
fn row(transaction: &Transaction) -> Result<[String; 9]> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let currency = text(&transaction.currency);
    let amount = transaction
        .amount
        .map(|amount| Amount::of(amount, &currency))
        .transpose()?;
    let amounts = match TransactionAmounts::of(transaction) {
        Ok(amounts) => [amounts.captured().to_major(), amounts.refunded().to_major()],
        // The events are inconclusive; no number is better than a wrong one.
        Err(_) => [String::new(), String::new()],
    };
    let [captured, refunded] = amounts;
    Ok([
        text(&transaction.id),
        transaction
            .created_at
            .as_ref()
            .map(|time| time.as_str().to_owned())
            .unwrap_or_default(),
        text(&transaction.merchant_reference),
        transaction
            .status
            .as_ref()
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        transaction
            .payment_product_type
            .as_ref()
            .map(|product| product.as_str().to_owned())
            .unwrap_or_default(),
        amount.map(|amount| amount.to_major()).unwrap_or_default(),
        captured,
        refunded,
        currency,
    ])
}
