//! After every fault, a record of an order or a transaction of a gift card exists once or not at all, as the outcome states.

use std::collections::BTreeMap;

use crate::support::client_of;
use crate::support::shop::{FAULTS, PRICE, client, executions, sequences};
use dintero::Dintero;
use dintero::outcome::{Confirmation, NotApplied, Outcome};
use dintero::shopping::types::{
    DraftOptions, DraftOrderInput, OrderInput, OrderItemInput, OrderOperationInput,
    OrderOperationItemInput, TaxLine,
};
use dintero::wallets::types::{
    CaptureOptions, CardInput, Transaction, TransactionInput, VoidOptions,
};
use dintero_sandbox::{Fault, Sandbox};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// An order of one line.
async fn order(dintero: &Dintero) -> String {
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
    let draft = DraftOrderInput::builder()
        .order(OrderInput::builder().currency("NOK").items([line]))
        .options(DraftOptions::builder().generate_order_id("ALPHANUMERIC_9"));
    let draft = dintero
        .shopping()
        .create_draft_order()
        .body(draft)
        .send()
        .await
        .unwrap();
    let draft = draft.into_inner().id.unwrap();
    let done = dintero
        .shopping()
        .complete_draft_order(&draft)
        .body(BTreeMap::new())
        .send()
        .await
        .unwrap();
    done.orders.first().unwrap().order_id.clone().unwrap()
}

fn part(reference: &str, amount: i64) -> OrderOperationInput {
    let line = OrderOperationItemInput::builder().line_id(1).amount(amount);
    OrderOperationInput::builder()
        .items([line])
        .metadata([("reference", reference)])
        .build()
        .unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Authorization,
    Capture,
    Refund,
    Cancellation,
}

impl Kind {
    fn operation(self) -> &'static str {
        match self {
            Self::Authorization => "aid_orders_id_authorization_post",
            Self::Capture => "aid_orders_id_capture_post",
            Self::Refund => "aid_orders_id_refunds_post",
            Self::Cancellation => "aid_orders_id_cancellation_post",
        }
    }

    /// Whether it was recorded; the outcome must be conclusive.
    async fn record(self, dintero: &Dintero, order: &str, amount: i64, repeats: u32) -> bool {
        macro_rules! send {
            ($name:ident) => {
                match dintero
                    .shopping()
                    .$name(order)
                    .body(part("event-1", amount))
                    .confirm()
                    .repeat_if_not_applied(repeats)
                    .await
                {
                    Outcome::Applied(record) => {
                        assert_eq!(record.amount, Some(amount));
                        true
                    }
                    Outcome::NotApplied(_) => false,
                    other => panic!("{other:?}"),
                }
            };
        }
        match self {
            Self::Authorization => send!(create_order_authorization),
            Self::Capture => send!(create_order_capture),
            Self::Refund => send!(create_order_refund),
            Self::Cancellation => send!(create_order_cancellation),
        }
    }

    /// The records that must exist before.
    fn before(self) -> &'static [Self] {
        match self {
            Self::Authorization => &[],
            Self::Capture | Self::Cancellation => &[Self::Authorization],
            Self::Refund => &[Self::Authorization, Self::Capture],
        }
    }
}

#[tokio::test]
async fn after_every_fault_an_order_has_a_record_once_or_not_at_all() {
    let sandbox = Sandbox::start().await.unwrap();
    for kind in [
        Kind::Authorization,
        Kind::Capture,
        Kind::Refund,
        Kind::Cancellation,
    ] {
        for fault in FAULTS {
            let dintero = client(&sandbox);
            let order = order(&dintero).await;
            for before in kind.before() {
                assert!(before.record(&dintero, &order, PRICE, 0).await);
            }
            sandbox.clear_requests();
            sandbox.fail_next(kind.operation(), fault);
            let recorded = kind.record(&dintero, &order, 5_000, 0).await;
            let expected = matches!(fault, Fault::CloseAfterWork | Fault::Status(429));
            assert_eq!(recorded, expected, "{kind:?} {fault:?}");
            assert_eq!(
                executions(&sandbox, kind.operation()),
                usize::from(expected),
                "{kind:?} {fault:?}"
            );
            // Whatever happened, the same call again and again makes one record of it.
            for _ in 0..3 {
                assert!(
                    kind.record(&dintero, &order, 5_000, 1).await,
                    "{kind:?} {fault:?}"
                );
            }
            assert_eq!(
                executions(&sandbox, kind.operation()),
                1,
                "{kind:?} {fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_reference_belongs_to_one_record() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let order = order(&dintero).await;
    let shopping = dintero.shopping();
    let record = |reference, amount| {
        let call = shopping.create_order_authorization(&order);
        call.body(part(reference, amount)).confirm()
    };
    assert!(record("event-1", 5_000).await.is_applied());
    assert!(matches!(
        record("event-1", 6_000).await,
        Outcome::NotApplied(NotApplied::ReferenceTaken)
    ));
    let nameless = record("", 1).await;
    assert!(
        matches!(nameless, Outcome::NotApplied(NotApplied::Rejected(error)) if error.is_invalid_request())
    );
    assert_eq!(executions(&sandbox, Kind::Authorization.operation()), 1);
}

#[tokio::test]
async fn records_without_their_metadata_are_inconclusive() {
    // A record of the same amount may be that of an earlier call; one of another amount is not.
    for (old_amount, sent) in [(100, 0), (90, 1)] {
        let server = MockServer::start().await;
        let list = |records: serde_json::Value| {
            ResponseTemplate::new(200).set_body_json(json!({"captures": records}))
        };
        let old = json!({"id": "1", "amount": old_amount});
        let new = json!({"id": "2", "amount": 100});
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(500))
            .expect(sent)
            .mount(&server)
            .await;
        let first = Mock::given(method("GET"))
            .respond_with(list(json!([old])))
            .up_to_n_times(1);
        first.mount(&server).await;
        Mock::given(method("GET"))
            .respond_with(list(json!([new, old])))
            .mount(&server)
            .await;
        let (dintero, _) = client_of(&server);
        let shopping = dintero.shopping();
        let call = shopping.create_order_capture("order-1");
        let attempt = call.body(part("event-1", 100)).confirm();
        let outcome = attempt.repeat_if_not_applied(3).await;
        assert!(
            matches!(&outcome, Outcome::Unknown(unknown) if unknown.was_sent() == (sent == 1)),
            "{outcome:?}"
        );
    }
}

/// A gift card with 500.00 NOK.
async fn card(dintero: &Dintero) -> String {
    let id = uuid::Uuid::new_v4().to_string();
    let card = CardInput::builder()
        .card_id(&*id)
        .amount(50_000)
        .currency("NOK");
    dintero
        .wallets()
        .create_card()
        .body(card)
        .send()
        .await
        .unwrap();
    id
}

fn draw(card: &str, amount: i64, pending: bool) -> TransactionInput {
    let draw = TransactionInput::builder()
        .card_id(card)
        .amount(amount)
        .currency("NOK")
        .ref_id("order-1");
    draw.pending(pending).build().unwrap()
}

fn transaction(
    wallets: &dintero::wallets::Client,
    input: TransactionInput,
) -> Confirmation<Transaction> {
    wallets.create_transaction().body(input).confirm()
}

async fn available(dintero: &Dintero, card: &str) -> i64 {
    dintero
        .wallets()
        .get_card(card)
        .send()
        .await
        .unwrap()
        .amount_available
        .unwrap()
}

#[tokio::test]
async fn after_every_fault_a_gift_card_is_drawn_once_or_not_at_all() {
    const OPERATION: &str = "aid_cards_transactions_post";
    let sandbox = Sandbox::start().await.unwrap();
    for faults in sequences() {
        // A refusal ends it; what is behind it would not be met.
        let refused = |fault: &Fault| matches!(fault, Fault::Status(400 | 409));
        if faults.len() == 2 && refused(&faults[0]) {
            continue;
        }
        let dintero = client(&sandbox);
        let card = card(&dintero).await;
        sandbox.clear_requests();
        for fault in &faults {
            sandbox.fail_next(OPERATION, *fault);
        }
        let outcome = transaction(&dintero.wallets(), draw(&card, 20_000, false)).await;
        let case = format!("{faults:?}: {outcome:?}");
        let done = !faults.last().is_some_and(refused) || faults.contains(&Fault::CloseAfterWork);
        assert_eq!(outcome.is_applied(), done, "{case}");
        assert!(done || matches!(outcome, Outcome::NotApplied(_)), "{case}");
        let left = if done { 30_000 } else { 50_000 };
        assert_eq!(available(&dintero, &card).await, left, "{case}");
        // Whatever happened, the same call again draws it once.
        let again = transaction(&dintero.wallets(), draw(&card, 20_000, false)).await;
        assert!(again.is_applied(), "{case}, then {again:?}");
        assert_eq!(available(&dintero, &card).await, 30_000, "{case}");
    }
}

#[tokio::test]
async fn a_reserved_amount_is_captured_or_released_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let faults = [
        Fault::CloseAfterWork,
        Fault::CloseBeforeWork,
        Fault::Status(500),
        Fault::Status(429),
    ];
    for fault in faults {
        let dintero = client(&sandbox);
        let wallets = dintero.wallets();
        for capture in [true, false] {
            let card = card(&dintero).await;
            let held = transaction(&wallets, draw(&card, 20_000, true))
                .await
                .applied()
                .unwrap();
            let held = held.id.unwrap();
            sandbox.clear_requests();
            let (operation, left) = if capture {
                ("aid_cards_cardid_transactions_capture_post", 30_000)
            } else {
                ("aid_cards_cardid_transactions_void_post", 50_000)
            };
            sandbox.fail_next(operation, fault);
            for _ in 0..2 {
                let outcome = if capture {
                    let options = CaptureOptions::builder().ref_id("capture-1").amount(20_000);
                    let call = wallets.capture_transaction(held.clone()).body(options);
                    call.confirm(&*card).await
                } else {
                    let options = VoidOptions::builder().ref_id("void-1");
                    let call = wallets.void_transaction(held.clone()).body(options);
                    call.confirm(&*card).await
                };
                assert!(outcome.is_applied(), "{fault:?}: {outcome:?}");
            }
            assert_eq!(available(&dintero, &card).await, left, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_ref_id_belongs_to_one_transaction() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let card = card(&dintero).await;
    let wallets = dintero.wallets();
    assert!(
        transaction(&wallets, draw(&card, 20_000, false))
            .await
            .is_applied()
    );
    for (amount, pending) in [(10_000, false), (20_000, true)] {
        let outcome = transaction(&wallets, draw(&card, amount, pending)).await;
        assert!(
            matches!(outcome, Outcome::NotApplied(NotApplied::ReferenceTaken)),
            "{outcome:?}"
        );
    }
    assert_eq!(available(&dintero, &card).await, 30_000);
    let call = wallets.void_transaction("no uuid");
    let bad = call
        .body(VoidOptions::builder().ref_id("r"))
        .confirm(card)
        .await;
    assert!(
        matches!(bad, Outcome::NotApplied(NotApplied::Rejected(error)) if error.is_invalid_request())
    );
}

#[tokio::test]
async fn without_a_card_id_a_lost_response_is_unknown_and_the_same_call_again_resolves_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let generator = dintero::wallets::types::CardTokenGeneratorInput::builder().expires_in(86_400);
    let card = CardInput::builder()
        .card_id("gift")
        .amount(50_000)
        .currency("NOK")
        .card_token(generator);
    let card = dintero
        .wallets()
        .create_card()
        .body(card)
        .send()
        .await
        .unwrap()
        .into_inner();
    let code = card.card_token.unwrap().token.unwrap().value.unwrap();
    let draw = TransactionInput::builder()
        .token(code)
        .amount(20_000)
        .currency("NOK")
        .ref_id("order-1")
        .build()
        .unwrap();
    let error = Fault::Status(500);
    for fault in [Fault::CloseAfterWork, error, error] {
        sandbox.fail_next("aid_cards_transactions_post", fault);
    }
    let outcome = transaction(&dintero.wallets(), draw.clone()).await;
    // No card can be read.
    assert!(matches!(outcome, Outcome::Unknown(unknown) if unknown.error().is_some()));
    assert!(transaction(&dintero.wallets(), draw).await.is_applied());
    assert_eq!(available(&dintero, "gift").await, 30_000);
}
