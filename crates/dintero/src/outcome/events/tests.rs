use dintero_checkout::types::{Transaction, TransactionEventKind};
use serde_json::{Value, json};

use super::{Observation, RequestEvents};
use crate::outcome::{Declined, RetryAdvice};

const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";

fn transaction(status: &str, events: Value) -> Transaction {
    serde_json::from_value(json!({
        "amount": 100, "currency": "NOK", "payment_product": "vipps", "payment_product_type": "vipps",
        "status": status, "events": events,
    }))
    .expect("a transaction")
}

/// A capture of 0.40.
fn capture(earlier: usize) -> RequestEvents {
    RequestEvents {
        kind: TransactionEventKind::Capture,
        initiate: TransactionEventKind::InitiateCapture,
        reference: Some(("mine".to_owned(), 40)),
        request_id: None,
        earlier,
    }
}

fn void() -> RequestEvents {
    RequestEvents {
        kind: TransactionEventKind::Void,
        initiate: TransactionEventKind::InitiateVoid,
        reference: None,
        request_id: Some(ID.to_owned()),
        earlier: 0,
    }
}

fn name(observation: Observation<()>) -> &'static str {
    match observation {
        Observation::Applied(()) => "applied",
        Observation::Pending => "pending",
        Observation::Declined(_) => "declined",
        Observation::Conflict => "conflict",
        Observation::Inconclusive => "inconclusive",
        Observation::Absent => "absent",
    }
}

fn state(of: &RequestEvents, status: &str, events: Value) -> &'static str {
    name(of.in_state(&transaction(status, events)))
}

#[test]
fn only_events_with_the_reference_count() {
    let mine =
        json!({"event": "CAPTURE", "success": true, "amount": 40.0, "event_reference": "mine"});
    let bigger =
        json!({"event": "CAPTURE", "success": true, "amount": 41, "event_reference": "mine"});
    let other =
        json!({"event": "CAPTURE", "success": true, "amount": 10, "event_reference": "other"});
    let refund =
        json!({"event": "REFUND", "success": true, "amount": 10, "event_reference": "mine"});
    let begun = json!({"event": "INITIATE_CAPTURE", "success": true, "event_reference": "mine", "request_id": ID});
    let mut bigger_begun = begun.clone();
    bigger_begun["amount"] = json!(41);
    let end = json!({"event": "CAPTURE", "success": true, "amount": 40, "correlation_request_id": ID.replace('-', "")});
    let declined = json!({"event": "CAPTURE", "success": false, "event_reference": "mine", "correlation_request_id": ID});
    let uncorrelated = json!({"event": "CAPTURE", "success": false, "event_reference": "mine"});
    let unfinished = json!({"event": "CAPTURE", "event_reference": "mine"});
    let cases = [
        (0, json!([]), "absent"),
        (0, json!([other, refund]), "absent"),
        (0, json!([other, mine]), "applied"),
        (0, json!([bigger]), "conflict"),
        (0, json!([mine, mine]), "inconclusive"),
        (0, json!([begun]), "pending"),
        (0, json!([begun, other]), "pending"),
        (0, json!([bigger_begun]), "conflict"),
        (0, json!([begun, end]), "applied"),
        (0, json!([unfinished]), "inconclusive"),
        (0, json!([begun, declined]), "declined"),
        (1, json!([begun, declined]), "absent"),
        (0, json!([begun, uncorrelated]), "declined"),
        (1, json!([mine]), "absent"),
    ];
    for (earlier, events, expected) in cases {
        let shown = events.to_string();
        assert_eq!(
            state(&capture(earlier), "AUTHORIZED", events),
            expected,
            "{earlier} {shown}"
        );
    }
    let mut events = capture(0);
    events.forget_earlier(&transaction("AUTHORIZED", json!([mine])));
    assert_eq!(events.earlier, 1);
}

#[test]
fn a_correction_an_unknown_status_and_missing_events_are_inconclusive() {
    let corrected = json!([{
        "event": "CAPTURE", "success": false, "event_reference": "mine",
        "correction": {"status": "x", "remaining_capture_amount": 0, "remaining_refund_amount": 0, "remaining_void_amount": 0},
    }]);
    for (status, events) in [
        ("AUTHORIZED", corrected),
        ("UNKNOWN", json!([])),
        ("AUTHORIZED", json!(null)),
    ] {
        let shown = events.to_string();
        assert_eq!(
            state(&capture(0), status, events),
            "inconclusive",
            "{status} {shown}"
        );
    }
}

#[test]
fn a_200_with_a_failed_event_is_declined_with_the_advice_of_the_scheme() {
    let later = RetryAdvice::Later(Some("2026-01-02T00:00:00Z".to_owned()));
    for (code, advice) in [
        ("DO_NOT_RETRY", RetryAdvice::Never),
        ("RETRY_IMMEDIATELY", RetryAdvice::Now),
        ("RETRY_AFTER_DELAY", later),
    ] {
        let error = json!({"message": "m", "retry_policy": {"retry_codes": [code], "retry_after": "2026-01-02T00:00:00Z"}});
        let failed = json!([{"event": "CAPTURE", "success": false, "error": error}]);
        let failed = transaction("AUTHORIZED", failed);
        let Observation::Declined(declined) = capture(0).in_response(&failed) else {
            panic!("declined");
        };
        assert_eq!(Declined::retry(&declined), advice);
        assert!(declined.error().is_some_and(|error| error.message == "m"));
    }
    let other = json!([{"event": "CAPTURE", "success": false, "event_reference": "other"}]);
    for events in [json!([]), json!(null), other] {
        let shown = events.to_string();
        let response = transaction("CAPTURED", events);
        assert_eq!(
            name(capture(0).in_response(&response)),
            "applied",
            "{shown}"
        );
    }
}

#[test]
fn a_void_is_recognized_by_its_kind_and_a_failed_one_by_its_202() {
    let ok = json!({"event": "VOID", "success": true, "amount": 100});
    let old = json!({"event": "VOID", "success": false});
    let mine = json!({"event": "VOID", "success": false, "correlation_request_id": ID});
    let begun = json!({"event": "INITIATE_VOID", "success": true, "request_id": ID});
    for (status, events, expected) in [
        ("AUTHORIZATION_VOIDED", json!([]), "applied"),
        ("PARTIALLY_CAPTURED", json!([ok]), "applied"),
        ("AUTHORIZED", json!([old]), "absent"),
        ("AUTHORIZED", json!([begun]), "pending"),
        ("AUTHORIZED", json!([begun, mine]), "declined"),
    ] {
        let shown = events.to_string();
        assert_eq!(state(&void(), status, events), expected, "{shown}");
    }
}

#[test]
fn an_event_counts_by_its_name_where_it_has_no_kind() {
    for (events, expected) in [
        (
            json!([{"name": "CAPTURE", "success": true, "amount": 40, "event_reference": "mine"}]),
            "applied",
        ),
        (
            json!([{"name": "CAPTURE", "event_reference": "mine"}]),
            "inconclusive",
        ),
        (
            json!([{"event": "REFUND", "name": "CAPTURE", "success": true, "event_reference": "mine"}]),
            "absent",
        ),
        (
            json!([{"name": "INITIATE_CAPTURE", "amount": 40, "event_reference": "mine"}]),
            "pending",
        ),
        (
            json!([{"name": "NEW", "success": true, "event_reference": "mine"}]),
            "absent",
        ),
        // An invoice that is captured without a call has no reference of the merchant.
        (
            json!([{"name": "INITIATE_CAPTURE", "amount": 40}]),
            "absent",
        ),
    ] {
        assert_eq!(
            state(&capture(0), "AUTHORIZED", events.clone()),
            expected,
            "{events}"
        );
    }
}
