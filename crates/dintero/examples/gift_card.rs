//! Sells a gift card and accepts it as payment: reserved with the order, captured on shipping.
//!
//! Runs against a sandbox inside the program or, with DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set, against
//! Dintero's test environment.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;

use common::{Result, confirmed, connect, exit, fresh, nok};
use dintero::Dintero;
use dintero::state::{CardRules, Verdict};
use dintero::wallets::types::{
    CaptureOptions, CardInput, CardLookup, CardTokenGeneratorInput, TransactionInput,
    TransactionInputType, VoidOptions,
};

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, _sandbox) = connect().await?;
    let code = sell(&dintero, 50_000).await?;
    redeem(&dintero, &code, 34_990).await
}

/// Creates a card and adds a bonus. Returns the code that is printed on it.
async fn sell(dintero: &Dintero, amount: i64) -> Result<String> {
    let wallets = dintero.wallets();
    let (card_id, sale) = (fresh("gift"), fresh("sale"));
    let a_year = CardTokenGeneratorInput::builder()
        .expires_in(365 * 86_400)
        .expires_after_transaction(false);
    let card = CardInput::builder()
        .card_id(&*card_id)
        .amount(amount)
        .currency("NOK")
        .card_token(a_year);
    let card = wallets.create_card().body(card).send().await?.into_inner();
    println!("  sold {card_id} over {}", nok(card.amount));

    let bonus = TransactionInput::builder()
        .card_id(&*card_id)
        .type_(TransactionInputType::Fund)
        .amount(5_000)
        .currency("NOK")
        .ref_id(sale);
    let bonus = wallets.create_transaction().body(bonus);
    let bonus = confirmed(bonus.confirm().await).await?;
    println!("  a bonus of {}", nok(bonus.amount.unwrap_or_default()));
    let token = card.card_token.and_then(|code| code.token);
    Ok(token
        .and_then(|token| token.value)
        .ok_or("the card has no code")?)
}

/// Looks up the card by its code, reserves the price, captures what was shipped, and releases the rest.
async fn redeem(dintero: &Dintero, code: &str, price: i64) -> Result<()> {
    let wallets = dintero.wallets();
    let card = wallets
        .get_card_by_token()
        .body(CardLookup::builder().token(code))
        .send()
        .await?;
    let card_id = card.card_id.clone();
    println!(
        "  {} on the card",
        nok(card.amount_available.unwrap_or_default())
    );
    if let Verdict::No(reason) = card.can_draw(nok(price), dintero.handle().clock().wall()) {
        return Err(format!("{} cannot be drawn: {reason}", nok(price)).into());
    }

    // The same ref_id never reserves twice, so store it with the order.
    let order = fresh("order");
    let hold = TransactionInput::builder()
        .card_id(&*card_id)
        .amount(price)
        .currency("NOK")
        .pending(true)
        .ref_id(format!("{order}-hold"));
    let hold = wallets.create_transaction().body(hold);
    let hold = confirmed(hold.confirm().await).await?;
    let held = hold.id.ok_or("the reservation has no id")?;
    println!("  reserved {}", nok(hold.amount.unwrap_or_default()));

    let sent = CaptureOptions::builder()
        .amount(29_990)
        .ref_id(format!("{order}-draw"));
    // The card is named for the reading of its transactions.
    let draw = wallets.capture_transaction(held.clone()).body(sent);
    let drawn = confirmed(draw.confirm(&*card_id).await).await?;
    println!("  drawn {}", nok(drawn.amount.unwrap_or_default()));
    let rest = VoidOptions::builder().ref_id(format!("{order}-rest"));
    let release = wallets.void_transaction(held).body(rest);
    let rest = confirmed(release.confirm(&*card_id).await).await?;
    println!("  released {}", nok(rest.amount.unwrap_or_default()));

    let card = wallets.get_card(&*card_id).send().await?;
    println!("  left {}", nok(card.amount_available.unwrap_or_default()));
    Ok(())
}
