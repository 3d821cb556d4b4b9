//! What each state of a payment and of a session allows, as tables.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, SystemTime};

use dintero::checkout::types::{Session, Transaction, TransactionStatus};
use dintero::state::{Answer, Reason, SessionRules, SessionState, StatusRules, TransactionRules};
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
    let authorized = No(Reason::NotAuthorized);
    let nothing = No(Reason::NothingCaptured);
    let end = No(Reason::Final);
    let all = No(Reason::Captured);
    // Status, events, then: final, paid, capture 100, refund 100, void, cancel the session.
    #[rustfmt::skip]
    let table = [
        ("INITIATED", json!([]), [No(Reason::NotFinal), authorized, authorized, nothing, No(Reason::OnlyBegun), Yes]),
        ("ON_HOLD", json!([]), [No(Reason::NotFinal), authorized, authorized, nothing, authorized, No(Reason::Done)]),
        ("AUTHORIZED", json!([ok("AUTHORIZE", 1000)]), [No(Reason::NotFinal), Yes, Yes, nothing, Yes, Yes]),
        ("PARTIALLY_CAPTURED", json!([part]), [No(Reason::NotFinal), Yes, Yes, Yes, Yes, No(Reason::Done)]),
        ("PARTIALLY_CAPTURED_REFUNDED", json!([part, ok("REFUND", 10)]), [No(Reason::NotFinal), Yes, Yes, Yes, Unknown(Reason::NoRule), No(Reason::Done)]),
        ("CAPTURED", json!([captured]), [No(Reason::NotFinal), Yes, all, Yes, all, No(Reason::Done)]),
        ("PARTIALLY_REFUNDED", json!([captured, ok("REFUND", 10)]), [No(Reason::NotFinal), Yes, all, Yes, all, No(Reason::Done)]),
        ("REFUNDED", json!([captured, ok("REFUND", 1000)]), [Yes, end, end, end, end, end]),
        ("AUTHORIZATION_VOIDED", json!([ok("VOID", 1000)]), [Yes, end, end, end, end, end]),
        ("DECLINED", json!([]), [Yes, end, end, end, end, end]),
        ("FAILED", json!([]), [Yes, end, end, end, end, end]),
        ("UNKNOWN", json!([]), [No(Reason::NotFinal), Unknown(Reason::Undecided), Unknown(Reason::Undecided), Unknown(Reason::Undecided), Unknown(Reason::Undecided), Unknown(Reason::Undecided)]),
        ("NEW_STATUS", json!([]), [Unknown(Reason::UnknownState); 6]),
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
        No(Reason::TooMuch {
            left: kroner(minor),
        })
    };
    for (amount, capture, refund) in [
        (kroner(300), Yes, Yes),
        (kroner(301), Yes, left(300)),
        (kroner(600), Yes, left(300)),
        (kroner(601), left(600), left(300)),
        (kroner(0), No(Reason::NotPositive), No(Reason::NotPositive)),
        (kroner(-1), No(Reason::NotPositive), No(Reason::NotPositive)),
        (
            Amount::new(1, Currency::Sek),
            No(Reason::Currency),
            No(Reason::Currency),
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
            [Yes, Unknown(Reason::Pending)],
            [Yes, Yes],
            Unknown(Reason::Pending),
        ),
        (
            "INITIATE_REFUND",
            [Yes, Yes],
            [Yes, Unknown(Reason::Pending)],
            Unknown(Reason::Pending),
        ),
        (
            "INITIATE_VOID",
            [Unknown(Reason::Pending); 2],
            [Yes, Yes],
            Unknown(Reason::Pending),
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
        Unknown(Reason::Events(Unclear::NoEvents))
    );
    let silent = transaction("CAPTURED", "swish.swish", json!([ok("AUTHORIZE", 1000)]));
    assert_eq!(
        silent.can_refund(kroner(1)),
        Unknown(Reason::Events(Unclear::Status))
    );
    bare.status = None;
    assert_eq!(bare.can_refund(kroner(1)), Unknown(Reason::Missing));
    assert_eq!(bare.can_void(), Unknown(Reason::Missing));
    assert_eq!(bare.can_cancel_session(), Unknown(Reason::Missing));
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
        ("dintero_psp.creditcard", No(Reason::Product)),
        ("payex.swish", No(Reason::Product)),
        ("bambora.creditcard", No(Reason::Product)),
        ("new.product", Unknown(Reason::UnknownState)),
    ] {
        assert_eq!(
            transaction("PARTIALLY_CAPTURED", product, part.clone()).can_void(),
            want,
            "{product}"
        );
        let whole = if product.ends_with("swish") {
            Unknown(Reason::NoRule)
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
    assert_eq!(gone.can_void(), No(Reason::TooMuch { left: kroner(0) }));
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
