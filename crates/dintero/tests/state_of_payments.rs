//! What each state of a payment and of a session allows, as tables.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, SystemTime};

use dintero::checkout::types::{Session, Transaction, TransactionStatus};
use dintero::state::{Answer, Because, SessionRules, SessionState, StatusRules, TransactionRules};
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
        // To cancel the session is to void.
        let reserved = transaction("AUTHORIZED", "vipps", json!([ok(event, 200)]));
        assert_eq!(reserved.can_cancel_session(), void, "{event}");
    }
    let mut bare = transaction("CAPTURED", "vipps", json!(null));
    assert_eq!(
        bare.can_refund(kroner(1)),
        Unknown(Because::Events(Unclear::NoEvents))
    );
    let silent = transaction("CAPTURED", "swish.swish", json!([ok("AUTHORIZE", 1000)]));
    assert_eq!(
        silent.can_refund(kroner(1)),
        Unknown(Because::Events(Unclear::Status))
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
