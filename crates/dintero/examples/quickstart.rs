//! A payment, an order and a gift card, through all three APIs. What moves money is sent with a confirmed outcome.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment. A production account requires `--production`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, confirmed, connect, exit, fresh, nok, order, pay, session};
use dintero::Dintero;
use dintero::checkout::types::CaptureOptions;
use dintero::shopping::types::{OrderOperationInput, OrderOperationItemInput, PaymentDetails};
use dintero::wallets::types::{
    CaptureOptions as CardCapture, CardInput, CardLookup, CardTokenGeneratorInput, TransactionInput,
};
use dintero_sandbox::Sandbox;

/// The price of the only item, in minor units: 299.90 NOK.
const PRICE: i64 = 29_990;

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    println!("\nCheckout: a payment");
    let payment = take_payment(&dintero, sandbox.as_ref()).await?;
    println!("\nShopping: the order, and the records of its payment");
    record_payment(&dintero, &payment).await?;
    println!("\nWallets: a gift card");
    use_gift_card(&dintero).await?;
    println!("\nDone.");
    Ok(())
}

/// Creates a session, has it paid, and captures the payment. Returns the id of the transaction.
async fn take_payment(dintero: &Dintero, sandbox: Option<&Sandbox>) -> Result<String> {
    let session = session(dintero, &fresh("order"), &[("chair", PRICE)], None).await?;
    println!("  session over {}", nok(PRICE));
    let payment = pay(dintero, sandbox, &session).await?;
    println!("  transaction {payment} is paid");

    let options = CaptureOptions::builder()
        .amount(PRICE)
        .capture_reference(fresh("capture"));
    let checkout = dintero.checkout();
    let capture = checkout.capture_transaction(&payment).body(options);
    let captured = capture.confirm().repeat_if_not_applied(2).await;
    let transaction = confirmed(captured).await?;
    let status = transaction.status.as_ref().map(|status| status.as_str());
    let status = status.unwrap_or("of unknown status");
    println!("  captured {}: {status}", nok(PRICE));
    Ok(payment)
}

/// Creates an order, and records the authorization and the capture of its payment.
async fn record_payment(dintero: &Dintero, payment: &str) -> Result<()> {
    let shopping = dintero.shopping();
    let order = order(dintero, "chair", PRICE).await?;
    println!("  order {order}");
    let paid = |reference| {
        OrderOperationInput::builder()
            .items([OrderOperationItemInput::builder().line_id(1).amount(PRICE)])
            .payment_details(PaymentDetails::builder().psp("dintero").payment_id(payment))
            .metadata([("reference", reference)])
            .success(true)
    };
    let authorization = shopping.create_order_authorization(&order);
    let authorization = authorization.body(paid("authorization-1"));
    let authorization = confirmed(authorization.confirm().await).await?;
    println!(
        "  authorized {}",
        nok(authorization.amount.unwrap_or_default())
    );
    let capture = shopping.create_order_capture(&order);
    let capture = capture.body(paid("capture-1"));
    let capture = confirmed(capture.confirm().await).await?;
    println!("  captured {}", nok(capture.amount.unwrap_or_default()));
    Ok(())
}

/// Creates a gift card, looks it up by its code, reserves an amount and captures it.
async fn use_gift_card(dintero: &Dintero) -> Result<()> {
    let wallets = dintero.wallets();
    let card_id = fresh("gift");
    let card = CardInput::builder()
        .card_id(&*card_id)
        .amount(50_000)
        .currency("NOK")
        .card_token(CardTokenGeneratorInput::builder().expires_in(86_400));
    let card = wallets.create_card().body(card).send().await?.into_inner();
    println!("  card {card_id} with {}", nok(card.amount));
    let token = card.card_token.and_then(|code| code.token);
    let code = token.and_then(|token| token.value);
    let lookup = CardLookup::builder().token(code.ok_or("the card has no code")?);
    let found = wallets.get_card_by_token().body(lookup).send().await?;
    let available = nok(found.amount_available.unwrap_or_default());
    println!("  looked up by its code: {available} available");

    let hold = TransactionInput::builder()
        .card_id(&*card_id)
        .amount(20_000)
        .currency("NOK")
        .pending(true)
        .ref_id(fresh("hold"));
    let hold = wallets.create_transaction().body(hold);
    let hold = confirmed(hold.confirm().await).await?;
    println!("  reserved {}", nok(hold.amount.unwrap_or_default()));
    let pending = hold.id.ok_or("the reservation has no id")?;
    let draw = CardCapture::builder().ref_id(fresh("draw"));
    let draw = wallets.capture_transaction(pending).body(draw);
    let drawn = confirmed(draw.confirm(&*card_id).await).await?;
    println!("  drawn {}", nok(drawn.amount.unwrap_or_default()));
    let left = wallets.get_card(&*card_id).send().await?;
    println!("  left {}", nok(left.amount_available.unwrap_or_default()));
    Ok(())
}
