//! Keeps a Shopping order in step with its payment: every event of the transaction is recorded on the order, once.
//!
//! Runs in a sandbox, or with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set in Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, connect, exit, nok, order, pay, session, settled};
use dintero::Dintero;
use dintero::checkout::types::{
    CaptureOptions, OperationItem, OperationItemBuilder, RefundOptions, TransactionEventKind,
};
use dintero::outcome::{self, record};
use dintero::shopping::types::{OrderOperationInput, OrderOperationItemInput, PaymentDetails};

/// The order has one line, over 299.90 NOK.
const PRICE: i64 = 29_990;

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let checkout = dintero.checkout();
    let order = order(&dintero, "chair", PRICE).await?;
    println!("  order {order}");
    // The order's id is the payment's reference, so that either leads to the other.
    let session = session(&dintero, &order, &[("chair", PRICE)], None).await?;
    let payment = pay(&dintero, sandbox.as_ref(), &session).await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let all = CaptureOptions::builder()
        .amount(PRICE)
        .capture_reference(format!("{order}-1"));
    settled(
        outcome::capture(&checkout, &*payment, all.items([part(PRICE)]))
            .send()
            .await,
    )
    .await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let back = RefundOptions::builder()
        .amount(9_990)
        .refund_reference(format!("{order}-2"));
    settled(
        outcome::refund(&checkout, &*payment, back.items([part(9_990)]))
            .send()
            .await,
    )
    .await?;
    // A callback may come twice, and so may this.
    keep_in_step(&dintero, &order, &payment).await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let shopping = dintero.shopping();
    let captures = shopping.list_order_captures(&order).send().await?;
    let refunds = shopping.list_order_refunds(&order).send().await?;
    println!(
        "  on record: {} capture and {} refund",
        captures.captures.len(),
        refunds.refunds.len()
    );
    Ok(())
}

/// So much of the only line.
fn part(amount: i64) -> OperationItemBuilder {
    OperationItem::builder()
        .id("chair")
        .line_id("1")
        .quantity(1)
        .amount(amount)
}

/// Reads the payment and records what is missing. Call it for every callback and webhook, and after every operation of your own.
async fn keep_in_step(dintero: &Dintero, order: &str, payment: &str) -> Result<()> {
    use TransactionEventKind as Kind;
    let shopping = dintero.shopping();
    let transaction = dintero.checkout().get_transaction(payment).send().await?;
    for event in transaction
        .events
        .iter()
        .flatten()
        .filter(|event| event.success == Some(true))
    {
        let (Some(kind), Some(id)) = (&event.event, event.id.as_deref()) else {
            continue;
        };
        let amount = event
            .amount
            .as_ref()
            .and_then(|amount| amount.as_i64())
            .ok_or("an event has no amount")?;
        // With more lines, those that the event names.
        let line = OrderOperationItemInput::builder().line_id(1).amount(amount);
        let details = PaymentDetails::builder().psp("dintero").payment_id(payment);
        let paid = OrderOperationInput::builder()
            .items([line])
            .payment_details(details)
            .success(true);
        // The event's id is the name of the record: one that is there is not made again.
        match kind {
            Kind::Authorize => drop(
                settled(
                    record::authorization(&shopping, order, id, paid)
                        .send()
                        .await,
                )
                .await?,
            ),
            Kind::Capture => {
                drop(settled(record::capture(&shopping, order, id, paid).send().await).await?)
            }
            Kind::Refund => {
                drop(settled(record::refund(&shopping, order, id, paid).send().await).await?)
            }
            Kind::Void => drop(
                settled(
                    record::cancellation(&shopping, order, id, paid)
                        .send()
                        .await,
                )
                .await?,
            ),
            _ => continue,
        }
        println!("  in step with {} of {}", kind.as_str(), nok(amount));
    }
    Ok(())
}
