//! The rules about transactions and sessions, as tables.

use dintero::checkout::types::{Session, Transaction, TransactionStatus};
use dintero::state::{Reason, SessionRules, SessionState, StatusRules, TransactionRules, Verdict};
use dintero::{Amount, AmountsUnclear, Currency};
use serde_json::json;

use crate::support::{at, nok, ok, transaction};
use Verdict::{No, Unknown, Yes};

#[test]
fn each_status_of_a_transaction_has_its_verdicts() {
    let (captured, part) = (ok("CAPTURE", 1000), ok("CAPTURE", 400));
    let authorized = No(Reason::NotAuthorized);
    let nothing = No(Reason::NothingCaptured);
    let end = No(Reason::Final);
    let all = No(Reason::Captured);
    // Status, events, then: final, paid, capture 100, refund 100, void, cancel the session.
    #[rustfmt::skip]
    let table = [
        ("INITIATED", json!([]), [No(Reason::NotFinal), authorized, authorized, nothing, No(Reason::OnlyInitiated), Yes]),
        ("ON_HOLD", json!([]), [No(Reason::NotFinal), authorized, authorized, nothing, authorized, No(Reason::AlreadyDone)]),
        ("AUTHORIZED", json!([ok("AUTHORIZE", 1000)]), [No(Reason::NotFinal), Yes, Yes, nothing, Yes, Yes]),
        ("PARTIALLY_CAPTURED", json!([part]), [No(Reason::NotFinal), Yes, Yes, Yes, Yes, No(Reason::AlreadyDone)]),
        ("PARTIALLY_CAPTURED_REFUNDED", json!([part, ok("REFUND", 10)]), [No(Reason::NotFinal), Yes, Yes, Yes, Unknown(Reason::Undocumented), No(Reason::AlreadyDone)]),
        ("CAPTURED", json!([captured]), [No(Reason::NotFinal), Yes, all, Yes, all, No(Reason::AlreadyDone)]),
        ("PARTIALLY_REFUNDED", json!([captured, ok("REFUND", 10)]), [No(Reason::NotFinal), Yes, all, Yes, all, No(Reason::AlreadyDone)]),
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
        let verdicts = [
            value.is_final(),
            value.is_paid(),
            transaction.can_capture(nok(100)),
            transaction.can_refund(nok(100)),
            transaction.can_void(),
            transaction.can_cancel_session(),
        ];
        assert_eq!(verdicts, want, "{status}");
    }
}

#[test]
fn amounts_are_limited_by_what_is_left() {
    let open = transaction(
        "PARTIALLY_CAPTURED",
        "vipps",
        json!([ok("CAPTURE", 400), ok("REFUND", 100)]),
    );
    let left = |minor| {
        No(Reason::ExceedsRemaining {
            remaining: nok(minor),
        })
    };
    for (amount, capture, refund) in [
        (nok(300), Yes, Yes),
        (nok(301), Yes, left(300)),
        (nok(600), Yes, left(300)),
        (nok(601), left(600), left(300)),
        (nok(0), No(Reason::NotPositive), No(Reason::NotPositive)),
        (nok(-1), No(Reason::NotPositive), No(Reason::NotPositive)),
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
fn an_event_in_progress_makes_the_rest_unknown() {
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
        let verdicts = |rule: &dyn Fn(Amount) -> Verdict| [rule(nok(300)), rule(nok(301))];
        assert_eq!(
            verdicts(&|amount| open.can_capture(amount)),
            capture,
            "{event}"
        );
        assert_eq!(
            verdicts(&|amount| open.can_refund(amount)),
            refund,
            "{event}"
        );
        assert_eq!(open.can_void(), void, "{event}");
        // Cancelling the session voids the transaction.
        let reserved = transaction("AUTHORIZED", "vipps", json!([ok(event, 200)]));
        assert_eq!(reserved.can_cancel_session(), void, "{event}");
    }
    let mut bare = transaction("CAPTURED", "vipps", json!(null));
    assert_eq!(
        bare.can_refund(nok(1)),
        Unknown(Reason::Amounts(AmountsUnclear::NoEvents))
    );
    let silent = transaction("CAPTURED", "swish.swish", json!([ok("AUTHORIZE", 1000)]));
    assert_eq!(
        silent.can_refund(nok(1)),
        Unknown(Reason::Amounts(AmountsUnclear::Status))
    );
    bare.status = None;
    assert_eq!(bare.can_refund(nok(1)), Unknown(Reason::MissingData));
    assert_eq!(bare.can_void(), Unknown(Reason::MissingData));
    assert_eq!(bare.can_cancel_session(), Unknown(Reason::MissingData));
}

#[test]
fn nothing_is_allowed_without_amount_currency_or_product() {
    let complete = || transaction("AUTHORIZED", "vipps", json!([ok("AUTHORIZE", 1000)]));
    let missing = Unknown(Reason::MissingData);
    assert_eq!(complete().can_capture(nok(1)), Verdict::Yes);
    assert_eq!(complete().can_void(), Verdict::Yes);
    let mut bare = complete();
    bare.amount = None;
    let unclear = AmountsUnclear::NoAuthorizedAmount;
    assert_eq!(bare.can_capture(nok(1)), Unknown(Reason::Amounts(unclear)));
    let mut bare = complete();
    bare.currency = None;
    assert_eq!(bare.can_capture(nok(1)), missing);
    let mut bare = complete();
    bare.payment_product_type = None;
    assert_eq!(bare.can_capture(nok(1)), missing);
    assert_eq!(bare.can_void(), missing);
    assert_eq!(bare.can_cancel_session(), missing);
}

#[test]
fn only_some_products_can_void_the_rest() {
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
        ("dintero_psp.creditcard", No(Reason::PaymentProduct)),
        ("payex.swish", No(Reason::PaymentProduct)),
        ("bambora.creditcard", No(Reason::PaymentProduct)),
        ("new.product", Unknown(Reason::UnknownState)),
    ] {
        assert_eq!(
            transaction("PARTIALLY_CAPTURED", product, part.clone()).can_void(),
            want,
            "{product}"
        );
        let whole = match product {
            "payex.swish" => Unknown(Reason::Undocumented),
            "new.product" => Unknown(Reason::UnknownState),
            _ => Yes,
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
    assert_eq!(
        gone.can_void(),
        No(Reason::ExceedsRemaining { remaining: nok(0) })
    );
}

#[test]
fn a_product_allows_no_more_than_is_known_of_it() {
    let (captured, part) = (json!([ok("CAPTURE", 1000)]), json!([ok("CAPTURE", 400)]));
    let begun = json!([ok("AUTHORIZE", 1000), ok("INITIATE_CAPTURE", 1000)]);
    let (none, open, end) = (
        Unknown(Reason::Undocumented),
        Unknown(Reason::UnknownState),
        No(Reason::Final),
    );
    let (refund, nothing) = (No(Reason::PaymentProduct), No(Reason::NothingCaptured));
    let (only_begun, done) = (No(Reason::OnlyInitiated), No(Reason::AlreadyDone));
    let (unpaid, all) = (No(Reason::NotAuthorized), No(Reason::Captured));
    let undecided = Unknown(Reason::Undecided);
    // Status, channel, events, then: capture 100, refund 100, void, cancel the session.
    #[rustfmt::skip]
    let kravia = [
        ("INITIATED", None, json!([]), [unpaid, nothing, only_begun, Yes]),
        ("ON_HOLD", None, json!([]), [unpaid, nothing, unpaid, done]),
        ("AUTHORIZED", None, json!([]), [none, nothing, none, none]),
        ("AUTHORIZED", None, begun.clone(), [none, nothing, none, none]),
        ("AUTHORIZED", Some("kravia"), begun.clone(), [none, nothing, none, none]),
        ("AUTHORIZED", Some("new"), json!([]), [none, nothing, none, none]),
        ("AUTHORIZED", Some("merchant"), json!([]), [Yes, nothing, none, none]),
        ("AUTHORIZED", Some("merchant"), begun, [none, nothing, none, none]),
        ("AUTHORIZED", Some("merchant"), json!([{"name": "INITIATE_CAPTURE"}]), [none, nothing, none, none]),
        ("PARTIALLY_CAPTURED", Some("merchant"), part.clone(), [none, refund, none, done]),
        ("PARTIALLY_CAPTURED_REFUNDED", None, part.clone(), [none, refund, none, done]),
        ("CAPTURED", None, captured.clone(), [all, refund, none, done]),
        ("CAPTURED", None, json!([{"name": "CAPTURE", "metadata": {}}]), [all, refund, none, done]),
        ("PARTIALLY_REFUNDED", None, captured.clone(), [all, refund, none, done]),
        ("REFUNDED", None, captured.clone(), [end; 4]),
        ("AUTHORIZATION_VOIDED", None, json!([]), [end; 4]),
        ("UNKNOWN", None, json!([]), [undecided, refund, undecided, undecided]),
        ("NEW_STATUS", None, json!([]), [open, refund, open, open]),
    ];
    for product in [
        "kravia.invoice_b2b",
        "kravia.invoice_b2b_grouped",
        "kravia.invoice_b2c",
        "kravia.new",
    ] {
        for (status, channel, events, want) in &kravia {
            let mut invoice = transaction(status, product, events.clone());
            let metadata = channel.map(|channel| json!({"kravia:invoice_channel": channel}));
            invoice.metadata = serde_json::from_value(json!(metadata)).unwrap();
            assert_eq!(
                verdicts(&invoice),
                *want,
                "{product} {status} {channel:?} {events}"
            );
        }
    }
    #[rustfmt::skip]
    let others = [
        ("two.invoice_b2b", "AUTHORIZED", json!([]), [Yes, nothing, Yes, Yes]),
        ("two.invoice_b2b", "CAPTURED", captured.clone(), [all, Yes, all, done]),
        ("new.product", "INITIATED", json!([]), [unpaid, nothing, only_begun, open]),
        ("new.product", "AUTHORIZED", json!([]), [open, nothing, open, open]),
        ("new.product", "PARTIALLY_CAPTURED", part, [open, open, open, done]),
        ("new.product", "CAPTURED", captured, [all, open, all, done]),
        ("new.product", "REFUNDED", json!([]), [end; 4]),
    ];
    for (product, status, events, want) in others {
        let payment = transaction(status, product, events);
        assert_eq!(verdicts(&payment), want, "{product} {status}");
    }
}

/// Capture 100, refund 100, void, cancel the session.
fn verdicts(transaction: &Transaction) -> [Verdict; 4] {
    [
        transaction.can_capture(nok(100)),
        transaction.can_refund(nok(100)),
        transaction.can_void(),
        transaction.can_cancel_session(),
    ]
}

#[test]
fn a_session_has_the_state_of_its_fields() {
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
fn a_captured_transaction_without_a_product_may_be_an_invoice_that_can_be_voided() {
    let mut captured = transaction("CAPTURED", "vipps", json!([ok("CAPTURE", 1000)]));
    assert!(matches!(captured.can_void(), Verdict::No(_)));
    captured.payment_product_type = None;
    assert!(matches!(captured.can_void(), Verdict::No(_)));
    captured.payment_product = None;
    assert!(captured.can_void().is_unknown());
    captured.payment_product = Some("new".into());
    assert!(captured.can_void().is_unknown());
}
