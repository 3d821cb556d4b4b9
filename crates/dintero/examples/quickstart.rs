//! A payment, an order and a gift card, through all three APIs.
//!
//! Runs against a sandbox inside the program, or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set,
//! against Dintero's test environment. A production account is refused unless `--production` is given.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::collections::BTreeMap;
use std::process::ExitCode;

use common::{Result, connect, exit, nok, pay};
use dintero::checkout::types::{
    CaptureOptions, OrderItemInput as SessionItem, ProfileSessionOptions, SessionOrderInput,
    SessionUrls, Transaction,
};
use dintero::shopping::types::{
    DraftOptions, DraftOrderInput, OrderInput, OrderItemInput, OrderOperationInput,
    OrderOperationItemInput, PaymentDetails, TaxLine,
};
use dintero::wallets::types::{CardInput, CardLookup, CardTokenGeneratorInput, TransactionInput};
use dintero::{Dintero, wallets};
use dintero_sandbox::Sandbox;

/// What the shop sells in this program, in minor units: 299.90 NOK.
const PRICE: i64 = 29_990;

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    // References must be new in every run against a real account.
    let run = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();

    println!("\nCheckout: a payment");
    let transaction = take_payment(&dintero, sandbox.as_ref(), &run).await?;
    println!("\nShopping: the order, and the record of its payment");
    keep_order(&dintero, &transaction).await?;
    println!("\nWallets: a gift card");
    give_card(&dintero, &run).await?;
    println!("\nDone.");
    Ok(())
}

/// Session from the account's default profile, payment, capture.
async fn take_payment(dintero: &Dintero, sandbox: Option<&Sandbox>, run: &str) -> Result<String> {
    let checkout = dintero.checkout();
    let item = SessionItem::builder()
        .id("chair")
        .line_id("1")
        .description("Chair")
        .quantity(1)
        .amount(PRICE)
        .vat(25);
    let session = checkout
        .create_session_from_profile()
        .body(
            ProfileSessionOptions::builder()
                .profile_id("default")
                .url(SessionUrls::builder().return_url("https://shop.example/thanks"))
                .order(
                    SessionOrderInput::builder()
                        .amount(PRICE)
                        .currency("NOK")
                        .merchant_reference(format!("order-{run}"))
                        .items([item]),
                ),
        )
        .send()
        .await?
        .into_inner();
    println!("  session over {}", nok(PRICE));
    let id = pay(dintero, sandbox, &session).await?;
    let transaction = checkout.get_transaction(&id).send().await?;
    println!("  transaction {id} is {}", status(&transaction));

    let captured = checkout
        .capture_transaction(&id)
        .body(
            CaptureOptions::builder()
                .amount(PRICE)
                .capture_reference(format!("capture-{run}")),
        )
        .send()
        .await?;
    if captured.is_pending() {
        println!(
            "  capture of {} taken, the outcome follows (event {:?})",
            nok(PRICE),
            captured.event_request_id()
        );
    } else {
        println!("  captured {}: {}", nok(PRICE), status(&captured));
    }
    Ok(id)
}

fn status(transaction: &Transaction) -> &str {
    transaction
        .status
        .as_ref()
        .map_or("of unknown status", |status| status.as_str())
}

/// Draft, order, authorization and capture recorded and listed.
async fn keep_order(dintero: &Dintero, payment: &str) -> Result<()> {
    let shopping = dintero.shopping();
    let line = OrderItemInput::builder()
        .line_id(1)
        .id("chair")
        .description("Chair")
        .quantity(1)
        .gross_amount(PRICE)
        .tax_lines([TaxLine::builder()
            .tax_code("25")
            .percentage(25)
            .amount(PRICE / 5)]);
    let draft = shopping
        .create_draft_order()
        .body(
            DraftOrderInput::builder()
                .order(OrderInput::builder().currency("NOK").items([line]))
                .options(DraftOptions::builder().generate_order_id("ALPHANUMERIC_9")),
        )
        .send()
        .await?
        .into_inner();
    let draft = draft.id.ok_or("the draft has no id")?;
    println!("  draft {draft}");
    let completed = shopping
        .complete_draft_order(&draft)
        .body(BTreeMap::new())
        .send()
        .await?;
    let order = completed
        .orders
        .first()
        .and_then(|order| order.order_id.clone())
        .ok_or("no order was made")?;
    println!("  order {order}");

    let paid = || {
        OrderOperationInput::builder()
            .items([OrderOperationItemInput::builder().line_id(1).amount(PRICE)])
            .payment_details(PaymentDetails::builder().psp("dintero").payment_id(payment))
            .success(true)
    };
    shopping
        .create_order_authorization(&order)
        .body(paid())
        .send()
        .await?;
    shopping
        .create_order_capture(&order)
        .body(paid())
        .send()
        .await?;
    let authorizations = shopping.list_order_authorizations(&order).send().await?;
    let captures = shopping.list_order_captures(&order).send().await?;
    let total = |amounts: &mut dyn Iterator<Item = Option<i64>>| nok(amounts.flatten().sum());
    println!(
        "  authorized {}",
        total(&mut authorizations.authorizations.iter().map(|one| one.amount))
    );
    println!(
        "  captured {}",
        total(&mut captures.captures.iter().map(|one| one.amount))
    );
    Ok(())
}

/// Gift card created, looked up by its code, an amount reserved and then captured.
async fn give_card(dintero: &Dintero, run: &str) -> Result<()> {
    let wallets = dintero.wallets();
    let card_id = format!("gift-{run}");
    let card = wallets
        .create_card()
        .body(
            CardInput::builder()
                .card_id(&*card_id)
                .amount(50_000)
                .currency(wallets::types::Currency::Nok)
                .card_token(CardTokenGeneratorInput::builder().expires_in(86_400)),
        )
        .send()
        .await?;
    let code = card
        .card_token
        .as_ref()
        .and_then(|code| code.token.as_ref())
        .and_then(|token| token.value.clone());
    let code = code.ok_or("the card has no code")?;
    println!("  card {card_id} with {}", nok(card.amount));
    let found = wallets
        .get_card_by_token()
        .body(CardLookup::builder().token(&*code))
        .send()
        .await?;
    println!(
        "  looked up by its code: {} available",
        nok(found.amount_available.unwrap_or_default())
    );

    // A repeat with the same ref_id has no further effect, so it is made once and kept.
    let reserved = wallets
        .create_transaction()
        .body(
            TransactionInput::builder()
                .card_id(&*card_id)
                .amount(20_000)
                .currency("NOK")
                .pending(true)
                .ref_id(format!("hold-{run}")),
        )
        .send()
        .await?;
    let reservation = reserved
        .id
        .as_ref()
        .and_then(|id| id.get())
        .ok_or("the reservation has no id")?;
    println!("  reserved {}", nok(reserved.amount));
    let drawn = wallets
        .capture_transaction(reservation)
        .body(wallets::types::CaptureOptions::builder().ref_id(format!("draw-{run}")))
        .send()
        .await?;
    println!("  drawn {}", nok(drawn.amount));
    let left = wallets.get_card(&*card_id).send().await?;
    println!("  left {}", nok(left.amount_available.unwrap_or_default()));
    Ok(())
}
