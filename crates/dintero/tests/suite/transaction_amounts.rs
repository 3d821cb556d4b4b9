//! The amounts of a transaction, from its events.

use dintero::checkout::types::Transaction;
use dintero::{AmountError, AmountsUnclear, TransactionAmounts};
use serde_json::{Value, json};

use crate::support::{ok, transaction as of_product};

fn transaction(status: &str, events: Value) -> Transaction {
    of_product(status, "payex.creditcard", events)
}

/// Captured, refunded, voided, capturable, refundable.
fn sums(transaction: &Transaction) -> Result<(i64, i64, i64, Option<i64>, i64), AmountsUnclear> {
    let amounts = TransactionAmounts::of(transaction)?;
    assert_eq!(Some(amounts.authorized().minor()), transaction.amount);
    assert_eq!(
        amounts.net(),
        amounts.captured().checked_sub(amounts.refunded()).unwrap()
    );
    Ok((
        amounts.captured().minor(),
        amounts.refunded().minor(),
        amounts.voided().minor(),
        amounts.capturable().map(|amount| amount.minor()),
        amounts.refundable().minor(),
    ))
}

fn failed(event: &str, amount: i64) -> Value {
    json!({"event": event, "amount": amount, "success": false, "error": {"message": "no"}})
}

fn corrected(event: &str, amount: i64, success: bool, capture: i64, refund: i64) -> Value {
    json!({"event": event, "amount": amount, "success": success, "correction": {"status": "any",
        "remaining_capture_amount": capture, "remaining_refund_amount": refund, "remaining_void_amount": capture}})
}

#[test]
fn successful_events_are_summed_and_failed_ones_are_not() {
    let authorize = ok("AUTHORIZE", 1000);
    for (status, events, want) in [
        (
            "INITIATED",
            json!([{"event": "INITIATE", "success": true}]),
            (0, 0, 0, Some(0), 0),
        ),
        ("AUTHORIZED", json!([authorize]), (0, 0, 0, Some(1000), 0)),
        (
            "AUTHORIZED",
            json!([authorize, failed("CAPTURE", 1000)]),
            (0, 0, 0, Some(1000), 0),
        ),
        (
            "PARTIALLY_CAPTURED",
            json!([authorize, ok("CAPTURE", 300)]),
            (300, 0, 0, Some(700), 300),
        ),
        (
            "CAPTURED",
            json!([
                authorize,
                ok("CAPTURE", 300),
                failed("CAPTURE", 700),
                ok("CAPTURE", 700)
            ]),
            (1000, 0, 0, Some(0), 1000),
        ),
        (
            "PARTIALLY_REFUNDED",
            json!([
                authorize,
                ok("CAPTURE", 1000),
                ok("REFUND", 100),
                failed("REFUND", 900),
                ok("REFUND", 50)
            ]),
            (1000, 150, 0, Some(0), 850),
        ),
        (
            "PARTIALLY_CAPTURED_REFUNDED",
            json!([authorize, ok("CAPTURE", 400), ok("REFUND", 100)]),
            (400, 100, 0, Some(600), 300),
        ),
        (
            "REFUNDED",
            json!([ok("CAPTURE", 1000), ok("REFUND", 1000)]),
            (1000, 1000, 0, Some(0), 0),
        ),
        // A void takes no amount: it releases what is left.
        (
            "AUTHORIZATION_VOIDED",
            json!([authorize, {"event": "VOID", "success": true}]),
            (0, 0, 1000, Some(0), 0),
        ),
        (
            "PARTIALLY_CAPTURED",
            json!([ok("CAPTURE", 400), {"event": "VOID", "success": true}]),
            (400, 0, 600, Some(0), 400),
        ),
        (
            "PARTIALLY_CAPTURED",
            json!([ok("CAPTURE", 400), ok("VOID", 1000)]),
            (400, 0, 600, Some(0), 400),
        ),
        (
            "PARTIALLY_CAPTURED",
            json!([ok("CAPTURE", 400), failed("VOID", 600)]),
            (400, 0, 0, Some(600), 400),
        ),
        // Decimal amounts, and settlement events.
        (
            "CAPTURED",
            json!([{"event": "CAPTURE", "amount": 1000.0, "success": true}, ok("SETTLEMENT", 1000), ok("LATER_EVENT", 1)]),
            (1000, 0, 0, Some(0), 1000),
        ),
        // The status does not tell what is left to capture.
        (
            "UNKNOWN",
            json!([ok("CAPTURE", 400)]),
            (400, 0, 0, None, 400),
        ),
        (
            "NEW_STATUS",
            json!([ok("CAPTURE", 400)]),
            (400, 0, 0, None, 400),
        ),
        // More given back than taken leaves nothing, and shows.
        (
            "REFUNDED",
            json!([ok("CAPTURE", 1000), ok("REFUND", 1100)]),
            (1000, 1100, 0, Some(0), 0),
        ),
    ] {
        assert_eq!(
            sums(&transaction(status, events.clone())),
            Ok(want),
            "{status} {events}"
        );
    }
}

#[test]
fn the_example_of_the_documentation_adds_up() {
    let transaction: Transaction =
        serde_json::from_str(include_str!("data/captured-transaction.json")).unwrap();
    assert_eq!(sums(&transaction), Ok((68300, 0, 0, Some(0), 68300)));
}

#[test]
fn a_corrected_event_counts_by_its_remaining_amounts() {
    for (status, events, want) in [
        // The capture failed, or so it seemed.
        (
            "CAPTURED",
            json!([corrected("CAPTURE", 1000, false, 0, 1000)]),
            (1000, 0, 0, Some(0), 1000),
        ),
        // It succeeded, or so it seemed.
        (
            "AUTHORIZED",
            json!([corrected("CAPTURE", 1000, true, 1000, 0)]),
            (0, 0, 0, Some(1000), 0),
        ),
        // A part: amounts after the event.
        (
            "PARTIALLY_CAPTURED",
            json!([
                ok("CAPTURE", 100),
                corrected("CAPTURE", 300, false, 600, 400)
            ]),
            (400, 0, 0, Some(600), 400),
        ),
        (
            "PARTIALLY_REFUNDED",
            json!([ok("CAPTURE", 1000), corrected("REFUND", 200, false, 0, 800)]),
            (1000, 200, 0, Some(0), 800),
        ),
        // More happened since: the amounts may be those after the event, or those of now.
        (
            "PARTIALLY_REFUNDED",
            json!([
                corrected("CAPTURE", 1000, false, 0, 1000),
                ok("REFUND", 300)
            ]),
            (1000, 300, 0, Some(0), 700),
        ),
        (
            "PARTIALLY_REFUNDED",
            json!([corrected("CAPTURE", 1000, false, 0, 700), ok("REFUND", 300)]),
            (1000, 300, 0, Some(0), 700),
        ),
        // Less left to capture than the events explain was released without one.
        (
            "PARTIALLY_CAPTURED",
            json!([corrected("CAPTURE", 300, true, 0, 300)]),
            (300, 0, 700, Some(0), 300),
        ),
        // Released after all, or not.
        (
            "AUTHORIZATION_VOIDED",
            json!([corrected("VOID", 1000, false, 0, 0)]),
            (0, 0, 1000, Some(0), 0),
        ),
        (
            "AUTHORIZED",
            json!([corrected("VOID", 1000, true, 1000, 0)]),
            (0, 0, 0, Some(1000), 0),
        ),
        // A correction on an event that moves nothing only has the remaining amounts.
        (
            "PARTIALLY_CAPTURED",
            json!([
                ok("CAPTURE", 300),
                corrected("SETTLEMENT", 300, true, 0, 300)
            ]),
            (300, 0, 700, Some(0), 300),
        ),
        // Two at once.
        (
            "PARTIALLY_CAPTURED",
            json!([
                corrected("CAPTURE", 300, false, 700, 300),
                corrected("CAPTURE", 700, true, 700, 300)
            ]),
            (300, 0, 0, Some(700), 300),
        ),
    ] {
        assert_eq!(
            sums(&transaction(status, events.clone())),
            Ok(want),
            "{events}"
        );
    }
}

#[test]
fn incomplete_or_inconsistent_events_are_an_error() {
    for (events, want) in [
        (Value::Null, AmountsUnclear::NoEvents),
        (
            json!([ok("AUTHORIZE", 1), {"event": "CAPTURE", "success": true}]),
            AmountsUnclear::NoAmount(1),
        ),
        (
            json!([{"event": "CAPTURE", "success": true, "amount": 10.5}]),
            AmountsUnclear::NoAmount(0),
        ),
        (json!([ok("REFUND", -1)]), AmountsUnclear::NoAmount(0)),
        (
            json!([{"event": "CAPTURE", "amount": 10}]),
            AmountsUnclear::NoSuccess(0),
        ),
        (
            json!([ok("CAPTURE", i64::MAX), ok("CAPTURE", 1)]),
            AmountsUnclear::Amount(AmountError::Overflow),
        ),
        // Only a part of it was captured, by no event.
        (
            json!([corrected("CAPTURE", 1000, true, 500, 500)]),
            AmountsUnclear::Correction,
        ),
        // Captured without an event for it.
        (
            json!([corrected("INITIATE_CAPTURE", 1000, true, 0, 1000)]),
            AmountsUnclear::Correction,
        ),
        (
            json!([corrected("LATER_EVENT", 1000, true, 0, 1000)]),
            AmountsUnclear::Correction,
        ),
        // The status knows of money that no event moved: neither nothing captured nor all to be refunded.
        (json!([]), AmountsUnclear::Status),
        (
            json!([ok("AUTHORIZE", 1000), failed("CAPTURE", 1000)]),
            AmountsUnclear::Status,
        ),
        // Neither counts, or both do: the remaining amounts are the same.
        (
            json!([
                corrected("CAPTURE", 300, true, 700, 0),
                corrected("REFUND", 300, true, 700, 0)
            ]),
            AmountsUnclear::Correction,
        ),
    ] {
        assert_eq!(
            sums(&transaction("CAPTURED", events.clone())),
            Err(want),
            "{events}"
        );
    }
    for status in [
        "PARTIALLY_REFUNDED",
        "PARTIALLY_CAPTURED_REFUNDED",
        "REFUNDED",
    ] {
        let silent = transaction(status, json!([ok("CAPTURE", 1000), failed("REFUND", 1000)]));
        assert_eq!(sums(&silent), Err(AmountsUnclear::Status), "{status}");
    }
    let mut unknown = transaction("AUTHORIZED", json!([]));
    unknown.currency = Some("JPY".to_owned());
    assert_eq!(
        sums(&unknown),
        Err(AmountsUnclear::Amount(AmountError::UnknownCurrency))
    );
}

#[test]
fn an_initiated_event_is_pending_until_an_event_completes_it() {
    let id = "a3dcc231-25bc-4363-b9da-e29ed25a4eb1";
    let initiate =
        |event: &str| json!({"event": event, "amount": 400, "success": true, "request_id": id});
    let done = |event: &str, success: bool| json!({"event": event, "amount": 400, "success": success, "correlation_request_id": id.replace('-', "")});
    for (events, capture, refund, void) in [
        (json!([initiate("INITIATE_CAPTURE")]), 400, 0, false),
        (
            json!([initiate("INITIATE_CAPTURE"), done("CAPTURE", true)]),
            0,
            0,
            false,
        ),
        (
            json!([initiate("INITIATE_CAPTURE"), done("CAPTURE", false)]),
            0,
            0,
            false,
        ),
        (
            json!([initiate("INITIATE_REFUND"), ok("REFUND", 400)]),
            0,
            400,
            false,
        ),
        (json!([initiate("INITIATE_VOID")]), 0, 0, true),
        (json!([failed("INITIATE_CAPTURE", 400)]), 0, 0, false),
        (
            json!([ok("INITIATE_CAPTURE", 1), ok("INITIATE_CAPTURE", 2)]),
            3,
            0,
            false,
        ),
    ] {
        let amounts = TransactionAmounts::of(&transaction("UNKNOWN", events.clone())).unwrap();
        let pending = (
            amounts.pending_capture().minor(),
            amounts.pending_refund().minor(),
            amounts.is_void_pending(),
        );
        assert_eq!(pending, (capture, refund, void), "{events}");
        assert_eq!(amounts.is_pending(), pending != (0, 0, false));
    }
}

/// A search through all events for each of them would take hours.
#[test]
fn the_amounts_of_very_many_events_are_known() {
    let pair = |index: i64| {
        let id = format!("00000000-0000-4000-8000-{index:012}");
        [
            json!({"event": "INITIATE_CAPTURE", "success": true, "amount": 1, "request_id": id}),
            json!({"event": "CAPTURE", "success": true, "amount": 1, "correlation_request_id": id.replace('-', "")}),
        ]
    };
    let events: Vec<Value> = (0..200_000).flat_map(pair).collect();
    let mut transaction = transaction("PARTIALLY_CAPTURED", json!(events));
    transaction.amount = Some(200_001);
    let amounts = TransactionAmounts::of(&transaction).unwrap();
    assert_eq!(amounts.captured().minor(), 200_000);
    assert!(amounts.pending_capture().is_zero());
}
