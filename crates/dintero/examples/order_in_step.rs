//! Keeps a Shopping order in step with its payment: every event of the transaction is recorded on the order once.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, confirmed, connect, exit, nok, order, pay, session};
use dintero::Dintero;
use dintero::checkout::types::{
    CaptureOptions, OperationItem, OperationItemBuilder, RefundOptions, TransactionEventKind,
};
use dintero::shopping::types::{OrderOperationInput, OrderOperationItemInput, PaymentDetails};

/// The price of the only line: 299.90 NOK.
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
    // The id of the order is the reference of the payment, so that each leads to the other.
    let session = session(&dintero, &order, &[("chair", PRICE)], None).await?;
    let payment = pay(&dintero, sandbox.as_ref(), &session).await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let all = CaptureOptions::builder()
        .amount(PRICE)
        .capture_reference(format!("{order}-1"));
    let capture = checkout.capture_transaction(&payment);
    confirmed(capture.body(all.items([part(PRICE)])).confirm().await).await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let refund = RefundOptions::builder()
        .amount(9_990)
        .refund_reference(format!("{order}-2"));
    let returned = refund.items([part(9_990)]);
    let refund = checkout.refund_transaction(&payment).body(returned);
    confirmed(refund.confirm().await).await?;
    // A callback may be retried, and so may this.
    keep_in_step(&dintero, &order, &payment).await?;
    keep_in_step(&dintero, &order, &payment).await?;

    let shopping = dintero.shopping();
    let captures = shopping.list_order_captures(&order).send().await?;
    let refunds = shopping.list_order_refunds(&order).send().await?;
    println!(
        "  recorded: {} capture and {} refund",
        captures.captures.len(),
        refunds.refunds.len()
    );
    Ok(())
}

/// An amount of the only line.
fn part(amount: i64) -> OperationItemBuilder {
    OperationItem::builder()
        .id("chair")
        .line_id("1")
        .quantity(1)
        .amount(amount)
}

/// Reads the payment and records what is missing. Call it for every callback and webhook, and after each of your own requests.
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
        // An order with more lines has the lines of the event here.
        let line = OrderOperationItemInput::builder().line_id(1).amount(amount);
        let details = PaymentDetails::builder().psp("dintero").payment_id(payment);
        let paid = OrderOperationInput::builder()
            .items([line])
            .payment_details(details)
            .metadata([("reference", id)])
            .success(true);
        // The id of the event is the reference: an existing record is not created again.
        match kind {
            Kind::Authorize => {
                let record = shopping.create_order_authorization(order).body(paid);
                drop(confirmed(record.confirm().await).await?)
            }
            Kind::Capture => {
                let record = shopping.create_order_capture(order).body(paid);
                drop(confirmed(record.confirm().await).await?)
            }
            Kind::Refund => {
                let record = shopping.create_order_refund(order).body(paid);
                drop(confirmed(record.confirm().await).await?)
            }
            Kind::Void => {
                let record = shopping.create_order_cancellation(order).body(paid);
                drop(confirmed(record.confirm().await).await?)
            }
            _ => continue,
        }
        println!("  in step with {} of {}", kind.as_str(), nok(amount));
    }
    Ok(())
}
