//! What each state allows, as tables.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, SystemTime};

use dintero::checkout::types::{Session, Transaction, TransactionStatus};
use dintero::shopping::types::{DraftOrder, Order, OrderEvent};
use dintero::state::{
    Answer, Because, CardRules, CombinedState, DraftRules, OrderRules, SessionRules, SessionState,
    StatusRules, TransactionRules, combined_state,
};
use dintero::wallets::types::Card;
use dintero::{Amount, Currency, Unclear};
use serde_json::{Value, json};

use Answer::{No, Unknown, Yes};

fn kroner(minor: i64) -> Amount {
    Amount::new(minor, Currency::Nok)
}

fn transaction(status: &str, product: &str, events: Value) -> Transaction {
    serde_json::from_value(json!({
        "amount": 1000, "currency": "NOK", "status": status, "payment_product": product.split('.').next(),
        "payment_product_type": product, "events": events,
    }))
    .unwrap()
}

fn ok(event: &str, amount: i64) -> Value {
    json!({"event": event, "amount": amount, "success": true})
}

#[test]
fn each_status_of_a_transaction_has_its_moves() {
    let (captured, part) = (ok("CAPTURE", 1000), ok("CAPTURE", 400));
    let authorized = No(Because::NotAuthorized);
    let nothing = No(Because::NothingCaptured);
    let end = No(Because::Final);
    let all = No(Because::Captured);
    // Status, events, then: final, paid, capture 100, refund 100, void, cancel the session.
    #[rustfmt::skip]
    let table = [
        ("INITIATED", json!([]), [No(Because::NotFinal), authorized, authorized, nothing, No(Because::OnlyBegun), Yes]),
        ("ON_HOLD", json!([]), [No(Because::NotFinal), authorized, authorized, nothing, authorized, No(Because::Done)]),
        ("AUTHORIZED", json!([ok("AUTHORIZE", 1000)]), [No(Because::NotFinal), Yes, Yes, nothing, Yes, Yes]),
        ("PARTIALLY_CAPTURED", json!([part]), [No(Because::NotFinal), Yes, Yes, Yes, Yes, No(Because::Done)]),
        ("PARTIALLY_CAPTURED_REFUNDED", json!([part, ok("REFUND", 10)]), [No(Because::NotFinal), Yes, Yes, Yes, Unknown(Because::NoRule), No(Because::Done)]),
        ("CAPTURED", json!([captured]), [No(Because::NotFinal), Yes, all, Yes, all, No(Because::Done)]),
        ("PARTIALLY_REFUNDED", json!([captured, ok("REFUND", 10)]), [No(Because::NotFinal), Yes, all, Yes, all, No(Because::Done)]),
        ("REFUNDED", json!([captured, ok("REFUND", 1000)]), [Yes, end, end, end, end, end]),
        ("AUTHORIZATION_VOIDED", json!([ok("VOID", 1000)]), [Yes, end, end, end, end, end]),
        ("DECLINED", json!([]), [Yes, end, end, end, end, end]),
        ("FAILED", json!([]), [Yes, end, end, end, end, end]),
        ("UNKNOWN", json!([]), [No(Because::NotFinal), Unknown(Because::Undecided), Unknown(Because::Undecided), Unknown(Because::Undecided), Unknown(Because::Undecided), Unknown(Because::Undecided)]),
        ("NEW_STATUS", json!([]), [Unknown(Because::UnknownState); 6]),
    ];
    for known in TransactionStatus::KNOWN {
        assert!(table.iter().any(|(status, ..)| status == known), "{known}");
    }
    for (status, events, want) in table {
        let transaction = transaction(status, "payex.creditcard", events);
        let value = transaction.status.as_ref().unwrap();
        let answers = [
            value.is_final(),
            value.is_paid(),
            transaction.can_capture(kroner(100)),
            transaction.can_refund(kroner(100)),
            transaction.can_void(),
            transaction.can_cancel_session(),
        ];
        assert_eq!(answers, want, "{status}");
    }
}

#[test]
fn amounts_are_held_against_what_is_left() {
    let open = transaction(
        "PARTIALLY_CAPTURED",
        "vipps",
        json!([ok("CAPTURE", 400), ok("REFUND", 100)]),
    );
    let left = |minor| {
        No(Because::TooMuch {
            left: kroner(minor),
        })
    };
    for (amount, capture, refund) in [
        (kroner(300), Yes, Yes),
        (kroner(301), Yes, left(300)),
        (kroner(600), Yes, left(300)),
        (kroner(601), left(600), left(300)),
        (
            kroner(0),
            No(Because::NotPositive),
            No(Because::NotPositive),
        ),
        (
            kroner(-1),
            No(Because::NotPositive),
            No(Because::NotPositive),
        ),
        (
            Amount::new(1, Currency::Sek),
            No(Because::Currency),
            No(Because::Currency),
        ),
    ] {
        assert_eq!(open.can_capture(amount), capture, "{amount}");
        assert_eq!(open.can_refund(amount), refund, "{amount}");
    }
}

#[test]
fn what_is_pending_makes_the_rest_uncertain() {
    for (event, capture, refund, void) in [
        (
            "INITIATE_CAPTURE",
            [Yes, Unknown(Because::Pending)],
            [Yes, Yes],
            Unknown(Because::Pending),
        ),
        (
            "INITIATE_REFUND",
            [Yes, Yes],
            [Yes, Unknown(Because::Pending)],
            Unknown(Because::Pending),
        ),
        (
            "INITIATE_VOID",
            [Unknown(Because::Pending); 2],
            [Yes, Yes],
            Unknown(Because::Pending),
        ),
    ] {
        let open = transaction(
            "PARTIALLY_CAPTURED",
            "vipps",
            json!([ok("CAPTURE", 500), ok(event, 200)]),
        );
        let answers = |ask: &dyn Fn(Amount) -> Answer| [ask(kroner(300)), ask(kroner(301))];
        assert_eq!(
            answers(&|amount| open.can_capture(amount)),
            capture,
            "{event}"
        );
        assert_eq!(
            answers(&|amount| open.can_refund(amount)),
            refund,
            "{event}"
        );
        assert_eq!(open.can_void(), void, "{event}");
    }
    let mut bare = transaction("CAPTURED", "vipps", json!(null));
    assert_eq!(
        bare.can_refund(kroner(1)),
        Unknown(Because::Events(Unclear::NoEvents))
    );
    bare.status = None;
    assert_eq!(bare.can_refund(kroner(1)), Unknown(Because::Missing));
    assert_eq!(bare.can_void(), Unknown(Because::Missing));
    assert_eq!(bare.can_cancel_session(), Unknown(Because::Missing));
}

#[test]
fn the_rest_is_voided_by_some_products_only() {
    let part = json!([ok("CAPTURE", 400)]);
    for (product, want) in [
        ("payex.creditcard", Yes),
        ("payex.mobilepay", Yes),
        ("payex.vipps", Yes),
        ("payex.applepay", Yes),
        ("payex.clicktopay", Yes),
        ("payex.googlepay", Yes),
        ("vipps", Yes),
        ("klarna.klarna", Yes),
        ("klarna.billie", Yes),
        ("dintero_psp.creditcard", No(Because::Product)),
        ("payex.swish", No(Because::Product)),
        ("bambora.creditcard", No(Because::Product)),
        ("new.product", Unknown(Because::UnknownState)),
    ] {
        assert_eq!(
            transaction("PARTIALLY_CAPTURED", product, part.clone()).can_void(),
            want,
            "{product}"
        );
        let whole = if product.ends_with("swish") {
            Unknown(Because::NoRule)
        } else {
            Yes
        };
        assert_eq!(
            transaction("AUTHORIZED", product, json!([])).can_void(),
            whole,
            "{product}"
        );
    }
    let gone = transaction(
        "PARTIALLY_CAPTURED",
        "vipps",
        json!([ok("CAPTURE", 400), {"event": "VOID", "success": true}]),
    );
    assert_eq!(gone.can_void(), No(Because::TooMuch { left: kroner(0) }));
}

fn at(hour: u64) -> SystemTime {
    // 2026-01-01T00:00:00Z
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + hour * 3600)
}

#[test]
fn a_session_stands_where_its_fields_say() {
    let end = "2026-01-01T10:00:00Z";
    for (fields, want) in [
        (json!({"expires_at": end}), SessionState::Open),
        (
            json!({"expires_at": "2026-01-01T09:59:59Z"}),
            SessionState::Expired,
        ),
        (json!({"expires_at": "soon"}), SessionState::Unknown),
        (json!({}), SessionState::Unknown),
        (
            json!({"expires_at": "2020-01-01T00:00:00Z", "transaction_id": "T1"}),
            SessionState::HasTransaction,
        ),
        (
            json!({"expires_at": end, "transaction_id": "T1", "cancelled_at": end}),
            SessionState::Cancelled,
        ),
        (
            json!({"expires_at": end, "events": [{"name": "INITIATED"}, {"name": "CANCELLED"}]}),
            SessionState::Cancelled,
        ),
        (
            json!({"expires_at": end, "events": [{"name": "PAY_FAILED"}]}),
            SessionState::Open,
        ),
    ] {
        let mut session = fields.clone();
        session["order"] = json!({"amount": 1, "currency": "NOK", "merchant_reference": "1"});
        session["url"] = json!({"return_url": "https://shop.example.com"});
        let session: Session = serde_json::from_value(session).unwrap();
        assert_eq!(session.state(at(10)), want, "{fields}");
    }
}

#[test]
fn each_status_of_an_order_has_its_moves() {
    let (rule, done) = (Unknown(Because::NoRule), No(Because::Done));
    for (status, captures, cancel, close, open) in [
        ("open", json!([]), Yes, Yes, done),
        (
            "open",
            json!([{"items": [], "success": false}]),
            Yes,
            Yes,
            done,
        ),
        (
            "open",
            json!([{"items": []}]),
            No(Because::Captured),
            Yes,
            done,
        ),
        ("open", json!(null), Unknown(Because::Missing), Yes, done),
        ("closed", json!([]), rule, done, Yes),
        ("cancelled", json!([]), done, rule, rule),
        (
            "lost",
            json!([]),
            Unknown(Because::UnknownState),
            Unknown(Because::UnknownState),
            Unknown(Because::UnknownState),
        ),
    ] {
        let order: Order =
            serde_json::from_value(json!({"status": status, "captures": captures})).unwrap();
        assert_eq!(
            [order.can_cancel(), order.can_close(), order.can_open()],
            [cancel, close, open],
            "{status}"
        );
    }
    let bare: Order = serde_json::from_value(json!({})).unwrap();
    assert_eq!(bare.can_close(), Unknown(Because::UnknownState));
    for (status, want) in [
        ("open", Yes),
        ("completed", No(Because::Final)),
        ("deleted", No(Because::Final)),
        ("lost", Unknown(Because::UnknownState)),
    ] {
        let draft: DraftOrder = serde_json::from_value(json!({"status": status})).unwrap();
        assert_eq!(draft.can_change(), want, "{status}");
    }
}

#[test]
fn events_of_an_order_have_one_state_together() {
    let event = |service: &str, state: &str, hour: Option<u32>| {
        json!({"service": service, "service_status": "s", "state": state,
            "created_at": hour.map(|hour| format!("2026-01-01T{hour:02}:00:00Z"))})
    };
    for (events, want) in [
        (json!([]), CombinedState::Pending),
        (json!([{"request": {}, "id": "1"}]), CombinedState::Pending),
        (json!([event("a", "success", None)]), CombinedState::Success),
        (
            json!([
                event("a", "pending", Some(1)),
                event("a", "success", Some(2))
            ]),
            CombinedState::Success,
        ),
        (
            json!([
                event("a", "pending", Some(3)),
                event("a", "success", Some(2))
            ]),
            CombinedState::Pending,
        ),
        (
            json!([
                event("a", "success", Some(1)),
                event("b", "pending", Some(0))
            ]),
            CombinedState::Pending,
        ),
        (
            json!([event("a", "error", Some(1)), event("a", "success", Some(2))]),
            CombinedState::Failure,
        ),
        (
            json!([
                event("a", "failure", Some(1)),
                event("b", "pending", Some(2))
            ]),
            CombinedState::Failure,
        ),
        (
            json!([event("a", "success", None), event("a", "pending", Some(2))]),
            CombinedState::Unknown,
        ),
        (
            json!([
                event("a", "success", Some(2)),
                event("a", "pending", Some(2))
            ]),
            CombinedState::Unknown,
        ),
        (
            json!([event("a", "melting", Some(2))]),
            CombinedState::Unknown,
        ),
    ] {
        let read: Vec<OrderEvent> = serde_json::from_value(events.clone()).unwrap();
        assert_eq!(combined_state(&read), want, "{events}");
    }
}

#[test]
fn a_gift_card_is_drawn_from_in_its_time_and_up_to_what_is_available() {
    let card = |status: Value, fields: Value| -> Card {
        let mut card = json!({"card_id": "1", "amount": 1000, "currency": "NOK", "status": status, "amount_available": 300,
            "amount_balance": 500, "active_from": "2026-01-01T08:00:00Z", "expires_at": "2026-01-01T18:00:00Z"});
        for (name, value) in fields.as_object().unwrap() {
            card[name] = value.clone();
        }
        serde_json::from_value(card).unwrap()
    };
    let unused = json!("unused");
    let (silent, other) = (Unknown(Because::NoRule), Unknown(Because::UnknownState));
    // Card, hour, then: draw 300, fund, activate.
    for (card, hour, want) in [
        (
            card(unused.clone(), json!({})),
            12,
            [Yes, Yes, No(Because::Done)],
        ),
        (
            card(unused.clone(), json!({})),
            7,
            [No(Because::TooEarly), Yes, No(Because::Done)],
        ),
        (
            card(unused.clone(), json!({})),
            19,
            [
                No(Because::Expired),
                No(Because::Expired),
                No(Because::Done),
            ],
        ),
        (
            card(unused.clone(), json!({"amount_available": 299})),
            12,
            [
                No(Because::TooMuch { left: kroner(299) }),
                Yes,
                No(Because::Done),
            ],
        ),
        (
            card(unused.clone(), json!({"amount_available": null})),
            12,
            [Unknown(Because::Missing), Yes, No(Because::Done)],
        ),
        (
            card(
                unused.clone(),
                json!({"active_from": null, "expires_at": null}),
            ),
            99,
            [Yes, Yes, No(Because::Done)],
        ),
        (
            card(unused.clone(), json!({"expires_at": "never"})),
            12,
            [
                Unknown(Because::Missing),
                Unknown(Because::Missing),
                No(Because::Done),
            ],
        ),
        (
            card(json!("inactive"), json!({})),
            12,
            [No(Because::NotActivated), silent, Yes],
        ),
        (
            card(json!("created"), json!({})),
            12,
            [No(Because::NotActivated), silent, Yes],
        ),
        (card(json!("used"), json!({})), 12, [other, other, other]),
        (card(json!(null), json!({})), 12, [other, other, other]),
    ] {
        let answers = [
            card.can_draw(kroner(300), at(hour)),
            card.can_fund(at(hour)),
            card.can_activate(),
        ];
        assert_eq!(answers, want, "{card:?} {hour}");
    }
    let card = card(unused, json!({}));
    assert_eq!(card.can_draw(kroner(0), at(12)), No(Because::NotPositive));
    assert_eq!(
        card.can_draw(Amount::new(1, Currency::Sek), at(12)),
        No(Because::Currency)
    );
}
