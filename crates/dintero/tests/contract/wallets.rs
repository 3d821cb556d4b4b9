//! The Wallets API.

use dintero::wallets::operations;
use dintero::wallets::types::{
    BatchCardInput, CaptureOptions, CardActivation, CardBatchInput, CardBatchOptions, CardInput,
    CardLookup, CardTokenGeneratorInput, CardType, CodeFormat, CodeFormatBuilder, Currency,
    PinGeneratorInput, PinRotationInput, TokenInput, TransactionInput, TransactionInputBuilder,
    TransactionInputType, TransactionType, VoidOptions,
};
use serde_json::json;

use super::Contract;

const CUSTOMER: &str = "customer-1";

fn digits(length: i64) -> CodeFormatBuilder {
    let none = CodeFormat::builder().characters(false).symbols(false);
    none.length(length).numbers(true).barcode(true).prefix("7")
}

fn transaction(ref_id: &str, amount: i64) -> TransactionInputBuilder {
    TransactionInput::builder()
        .ref_id(ref_id)
        .amount(amount)
        .currency(Currency::Nok)
        .originated_by("till 1")
        .metadata([("shelf", json!({"row": 3}))])
}

#[tokio::test]
async fn every_operation_of_wallets() {
    let contract = Contract::start().await;
    let (code, pin) = sell(&contract).await;
    look_up(&contract, &code, &pin).await;
    draw(&contract).await;
    codes(&contract).await;
    batch(&contract).await;
    contract.covers(&operations::ALL);
}

/// Creates a card for a customer; returns its code and its PIN.
async fn sell(contract: &Contract) -> (String, String) {
    let code = CardTokenGeneratorInput::builder().expires_in(86_400);
    let card = CardInput::builder()
        .card_id("card-1")
        .amount(50_000)
        .currency(Currency::Nok)
        .customer_id(CUSTOMER)
        .name("Birthday")
        .type_(CardType::GiftCard)
        .originated_by("till 1")
        .active_from("2025-12-24T12:00:00Z")
        .expires_at("2027-01-01T00:00:00Z")
        .metadata([("colour", "red"), ("dintero_transaction_id", "t")])
        .pin(PinGeneratorInput::builder().format(digits(4)))
        .card_token(code.expires_after_transaction(false).format(digits(16)));
    let sent = card.clone().build().unwrap();
    let wallets = contract.dintero.wallets();
    let card = contract.known(wallets.create_card().body(card).send().await);
    assert_eq!(
        (&card.card_id, card.amount, &card.currency, &card.name),
        (&sent.card_id, sent.amount, &sent.currency, &sent.name)
    );
    assert_eq!(
        (&card.metadata, &card.customer_id, &card.type_),
        (&sent.metadata, &sent.customer_id, &sent.type_)
    );
    assert_eq!(
        (&card.active_from, &card.expires_at, card.amount_available),
        (&sent.active_from, &sent.expires_at, Some(50_000))
    );
    assert!(card.created_at.unwrap().get().is_some());
    let token = card.card_token.unwrap();
    assert_eq!(token.format, sent.card_token.unwrap().format);
    let code = token.token.unwrap();
    assert!(code.barcode_128.is_some());
    let pin = card.pin.unwrap();
    assert_eq!(pin.format, sent.pin.unwrap().format);
    (code.value.unwrap(), pin.pin.unwrap().value.unwrap())
}

/// Reads the card by every operation.
async fn look_up(contract: &Contract, code: &str, pin: &str) {
    let wallets = contract.dintero.wallets();
    let card = contract.known(wallets.get_card("card-1").includes(["tokens"]).send().await);
    assert_eq!(card.tokens.as_ref().unwrap().len(), 1);
    let lookup = CardLookup::builder().token(code).pin(pin);
    let found = contract.known(wallets.get_card_by_token().body(lookup).send().await);
    assert_eq!(
        (found.id.as_ref(), found.amount),
        (card.id.as_ref(), 50_000)
    );
    let list = wallets.list_cards().limit(10).amount_available("50000");
    let list = contract.known(list.send().await).cards.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].id, card.id);

    let theirs = contract.known(wallets.list_customer_cards(CUSTOMER).limit(10).send().await);
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0].id, card.id);
    let theirs = contract.known(wallets.get_customer_card(CUSTOMER, "card-1").send().await);
    assert_eq!(
        (theirs.id, theirs.amount_available, theirs.currency),
        (card.id, Some(50_000), Some(Currency::Nok))
    );
}

/// Funds and draws on the card.
async fn draw(contract: &Contract) {
    let wallets = contract.dintero.wallets();
    let fund = transaction("fund-1", 10_000).type_(TransactionInputType::Fund);
    let fund = wallets.create_transaction().body(fund.card_id("card-1"));
    let fund = contract.known(fund.send().await);
    assert_eq!(
        (fund.type_, fund.amount, fund.currency, fund.ref_id),
        (
            Some(TransactionType::Fund),
            Some(10_000),
            Some(Currency::Nok),
            Some("fund-1".to_owned())
        )
    );
    assert_eq!(fund.metadata.unwrap()["shelf"], json!({"row": 3}));

    let hold = transaction("hold-1", 30_000)
        .card_id("card-1")
        .pending(true);
    let hold = contract.known(wallets.create_transaction().body(hold).send().await);
    assert_eq!(hold.type_, Some(TransactionType::PendingCapture));
    let held = hold.id.unwrap();
    let options = CaptureOptions::builder().ref_id("sent-1").amount(20_000);
    let capture = wallets.capture_transaction(held.clone()).body(options);
    let capture = contract.known(capture.send().await);
    assert_eq!(
        (capture.type_, capture.amount, capture.parent_id.as_ref()),
        (Some(TransactionType::Drawdown), Some(20_000), Some(&held))
    );
    let options = VoidOptions::builder()
        .ref_id("rest-1")
        .metadata([("why", "sold out")]);
    let void = contract.known(
        wallets
            .void_transaction(held.clone())
            .body(options)
            .send()
            .await,
    );
    assert_eq!(
        (void.type_, void.amount, void.parent_id),
        (Some(TransactionType::Voided), Some(10_000), Some(held))
    );

    let all = contract.known(wallets.list_card_transactions("card-1").send().await);
    for transaction in [fund.id, capture.id, void.id] {
        assert!(all.iter().any(|one| one.id == transaction), "{all:?}");
    }
    let card = contract.known(wallets.get_card("card-1").send().await);
    assert_eq!(
        (
            card.amount_available,
            card.amount_pending,
            card.amount_drawdown
        ),
        (Some(40_000), Some(0), Some(20_000))
    );
}

/// Pays with a new PIN and a code for one payment.
async fn codes(contract: &Contract) {
    let wallets = contract.dintero.wallets();
    let pin = PinRotationInput::builder().pin(PinGeneratorInput::builder().format(digits(6)));
    let pin = contract
        .known(wallets.rotate_card_pin("card-1").body(pin).send().await)
        .pin;
    let pin = pin.pin.unwrap().value.unwrap();
    // The length excludes the prefix.
    assert!(pin.len() == 7 && pin.starts_with('7'));
    let token = TokenInput::builder()
        .ref_id("code-1")
        .expires_in(60)
        .expires_after_transaction(true)
        .format(digits(20))
        .metadata([("for", "till 1")]);
    let token = contract.known(wallets.create_card_token("card-1").body(token).send().await);
    assert_eq!(
        (
            &*token.ref_id,
            token.expires_in,
            token.expires_after_transaction
        ),
        ("code-1", 60, Some(true))
    );
    let code = token.token.unwrap().value.unwrap();
    let paid = transaction("paid-1", 1).token(code).pin(pin);
    let paid = contract.known(wallets.create_transaction().body(paid).send().await);
    assert_eq!(
        (paid.type_, paid.amount),
        (Some(TransactionType::Drawdown), Some(1))
    );
}

/// A batch of cards without money, one of which is activated.
async fn batch(contract: &Contract) {
    let wallets = contract.dintero.wallets();
    let cards = ["batch-1", "batch-2"].map(|id| {
        BatchCardInput::builder()
            .card_id(id)
            .type_(CardType::CreditNote)
    });
    let options = CardBatchOptions::builder()
        .pin(PinGeneratorInput::builder().format(digits(4)))
        .card_token(CardTokenGeneratorInput::builder().format(digits(16)));
    let batch = CardBatchInput::builder().cards(cards).options(options);
    let batch = contract.known(wallets.create_cards().body(batch).send().await);
    let cards = batch.cards.unwrap();
    assert_eq!(cards.len(), 2);
    assert_eq!((&*cards[0].card_id, cards[0].amount), ("batch-1", 0));
    assert!(cards[1].pin.is_some() && cards[1].card_token.is_some());

    let activation = CardActivation::builder()
        .amount(10_000)
        .currency(Currency::Nok)
        .customer_id(CUSTOMER)
        .name("Sorry")
        .expires_at("2026-07-01T00:00:00Z");
    let card = contract.known(
        wallets
            .activate_card("batch-1")
            .body(activation)
            .send()
            .await,
    );
    assert_eq!(
        (&*card.card_id, card.amount_available, card.name.as_deref()),
        ("batch-1", Some(10_000), Some("Sorry"))
    );
    assert_eq!(card.customer_id.as_deref(), Some(CUSTOMER));
}
