//! No verdict rests on a member that could not be read: whatever is set aside or missing, it is the verdict on the whole, or `Unknown`.

use std::fmt::Debug;

use dintero::checkout::types::{Session, Transaction};
use dintero::shopping::types::Order;
use dintero::state::{
    CardRules, OrderRules, SessionRules, SessionState, TransactionRules, Verdict,
};
use dintero::wallets::types::Card;
use dintero::{TransactionAmounts, check_amounts};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{at, nok, ok};

/// The bodies with one member changed or, with `None`, removed: the pointer and the text.
fn changed(body: &Value, replacements: &[Option<Value>]) -> Vec<(String, String)> {
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| (key.clone(), value))
                .collect(),
            Value::Array(list) => list
                .iter()
                .enumerate()
                .map(|(index, value)| (index.to_string(), value))
                .collect(),
            _ => return,
        };
        for (key, child) in children {
            let at = format!("{at}/{key}");
            pointers(child, &at, found);
            if value.is_object() {
                found.push(at);
            }
        }
    }
    let mut all = Vec::new();
    pointers(body, "", &mut all);
    let mut bodies = Vec::new();
    for pointer in all {
        for replacement in replacements {
            let mut body = body.clone();
            match replacement {
                Some(value) => *body.pointer_mut(&pointer).unwrap() = value.clone(),
                None => {
                    let (parent, key) = pointer.rsplit_once('/').unwrap();
                    body.pointer_mut(parent)
                        .unwrap()
                        .as_object_mut()
                        .unwrap()
                        .remove(key);
                }
            }
            bodies.push((pointer.clone(), body.to_string()));
        }
    }
    bodies
}

fn garbled() -> Vec<Option<Value>> {
    [json!([true]), json!({"x": [1]}), json!(1.5)]
        .map(Some)
        .to_vec()
}

/// Compares what is said of each changed body with what is said of the whole one. Returns how many could be read.
fn compare<T: DeserializeOwned, V: PartialEq + Debug>(
    body: &Value,
    replacements: &[Option<Value>],
    excepted: &[&str],
    say: impl Fn(&T) -> Vec<V>,
    is_unknown: impl Fn(&V) -> bool,
) -> usize {
    let read = |text: &str| {
        dintero_core::data::read::<T>(text.as_bytes())
            .ok()
            .map(|(value, _)| say(&value))
    };
    let whole = read(&body.to_string()).unwrap();
    let mut count = 0;
    for (pointer, text) in changed(body, replacements) {
        let name = pointer.rsplit('/').next().unwrap();
        let Some(said) = read(&text).filter(|_| !excepted.contains(&name)) else {
            continue;
        };
        count += 1;
        for (now, whole) in said.iter().zip(&whole) {
            assert!(
                now == whole || is_unknown(now),
                "{pointer}: {now:?} instead of {whole:?}\n{text}"
            );
        }
    }
    count
}

fn transactions() -> Vec<Value> {
    let event = |event: &str, amount: i64, id: &str| json!({"id": id, "event": event, "amount": amount, "success": true, "event_reference": "r", "items": []});
    let failed = json!({"event": "CAPTURE", "amount": 300, "success": false});
    let begun =
        json!({"event": "INITIATE_REFUND", "amount": 50, "success": true, "request_id": "a-1"});
    let ended =
        json!({"event": "REFUND", "amount": 50, "success": true, "correlation_request_id": "a1"});
    let corrected = json!({"event": "CAPTURE", "amount": 400, "success": false,
        "correction": {"remaining_capture_amount": 600, "remaining_refund_amount": 400}});
    [
        ("AUTHORIZED", json!([event("AUTHORIZE", 1000, "1")])),
        ("AUTHORIZED", json!([event("AUTHORIZE", 1000, "1"), json!({"event": "INITIATE_VOID", "request_id": "v"})])),
        ("PARTIALLY_CAPTURED", json!([event("AUTHORIZE", 1000, "1"), event("CAPTURE", 400, "2"), failed])),
        ("PARTIALLY_CAPTURED", json!([event("CAPTURE", 400, "2"), event("VOID", 100, "3"), ok("REFUND", 100)])),
        ("PARTIALLY_CAPTURED_REFUNDED", json!([event("CAPTURE", 400, "2"), ok("REFUND", 100), begun])),
        ("PARTIALLY_REFUNDED", json!([event("CAPTURE", 1000, "2"), begun, ended])),
        ("CAPTURED", json!([event("CAPTURE", 1000, "2")])),
        ("PARTIALLY_CAPTURED", json!([corrected])),
        ("REFUNDED", json!([ok("CAPTURE", 1000), ok("REFUND", 1000)])),
    ]
    .into_iter()
    .map(|(status, events)| {
        json!({
            "id": "T12345678.a", "amount": 1000, "currency": "NOK", "payment_product": "vipps", "payment_product_type": "vipps",
            "status": status, "events": events, "metadata": {"kravia:invoice_channel": "merchant"}, "items": [],
        })
    })
    .collect()
}

fn verdicts(transaction: &Transaction) -> Vec<Verdict> {
    let amounts = [1, 100, 350, 600, 1000];
    let captures = amounts.map(|amount| transaction.can_capture(nok(amount)));
    let refunds = amounts.map(|amount| transaction.can_refund(nok(amount)));
    let rest = [transaction.can_void(), transaction.can_cancel_session()];
    [&captures[..], &refunds, &rest].concat()
}

fn sums(transaction: &Transaction) -> Vec<Option<[i64; 5]>> {
    let sums = TransactionAmounts::of(transaction).ok().map(|amounts| {
        [
            amounts.captured(),
            amounts.refunded(),
            amounts.voided(),
            amounts.refundable(),
            amounts.authorized(),
        ]
        .map(|amount| amount.minor())
    });
    vec![sums]
}

#[test]
fn no_verdict_on_a_transaction_rests_on_what_was_set_aside() {
    let mut count = 0;
    for body in transactions() {
        count += compare(&body, &garbled(), &[], verdicts, |verdict| {
            verdict.is_unknown()
        });
        count += compare(&body, &garbled(), &[], sums, Option::is_none);
    }
    assert!(count > 500, "{count}");
}

/// Without its correction an event reads as if it had never had one, and a void without an amount voids all the rest.
#[test]
fn no_verdict_on_a_transaction_rests_on_a_missing_member() {
    for body in transactions() {
        let absent = [None, Some(Value::Null)];
        let mut excepted = vec!["correction"];
        if body["events"]
            .as_array()
            .unwrap()
            .iter()
            .any(|event| event["event"] == "VOID")
        {
            excepted.push("amount");
        }
        compare(&body, &absent, &excepted, verdicts, |verdict| {
            verdict.is_unknown()
        });
        compare(&body, &absent, &excepted, sums, Option::is_none);
    }
}

#[test]
fn no_state_of_a_session_order_or_card_rests_on_what_was_set_aside() {
    for extra in [
        json!({"cancelled_at": "2026-01-01T02:00:00Z"}),
        json!({"transaction_id": "T12345678.b"}),
        json!({"events": [{"name": "CANCELLED"}]}),
        json!({}),
    ] {
        let mut body = json!({
            "id": "T12345678.s", "expires_at": "2026-01-01T12:00:00Z", "url": {"return_url": "https://shop.example"},
            "order": {"amount": 100, "currency": "NOK", "merchant_reference": "1"},
        });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let say = |session: &Session| vec![session.state(at(3)), session.state(at(20))];
        compare(&body, &garbled(), &[], say, |state| {
            *state == SessionState::Unknown
        });
    }
    for success in [true, false] {
        let body = json!({"id": "o", "status": "open", "captures": [{"id": "1", "items": [], "success": success, "amount": 1}]});
        let say = |order: &Order| vec![order.can_cancel(), order.can_close(), order.can_open()];
        compare(&body, &garbled(), &[], say, |verdict: &Verdict| {
            verdict.is_unknown()
        });
    }
    for times in [
        ["2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z"],
        ["2026-01-01T05:00:00Z", "2026-02-01T00:00:00Z"],
    ] {
        let body = json!({
            "card_id": "c", "status": "unused", "currency": "NOK", "amount": 100, "amount_available": 100, "amount_balance": 100,
            "active_from": times[0], "expires_at": times[1],
        });
        let say = |card: &Card| {
            vec![
                card.can_draw(nok(50), at(3)),
                card.can_fund(at(3)),
                card.can_activate(),
            ]
        };
        compare(&body, &garbled(), &[], say, |verdict: &Verdict| {
            verdict.is_unknown()
        });
    }
}

#[test]
fn an_order_with_a_part_that_was_set_aside_does_not_add_up() {
    let body = json!({
        "id": "T12345678.s", "url": {"return_url": "https://shop.example"},
        "order": {
            "amount": 300, "currency": "NOK", "merchant_reference": "1",
            "items": [{"id": "a", "line_id": "1", "quantity": 1, "amount": 250, "splits": [{"payout_destination_id": "d", "amount": 200}]}],
            "shipping_option": {"id": "s", "line_id": "s", "title": "t", "operator": "o", "amount": 50},
        },
    });
    for pointer in [
        "/order/items",
        "/order/items/0/splits",
        "/order/items/0/amount",
        "/order/shipping_option",
    ] {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = json!({"x": []});
        let (session, set_aside) =
            dintero_core::data::read::<Session>(body.to_string().as_bytes()).unwrap();
        assert_eq!(set_aside.len(), 1, "{pointer}");
        let mismatch = check_amounts(session.order.as_deref().unwrap()).unwrap_err();
        assert_eq!(
            mismatch.iter().next().unwrap().difference(),
            None,
            "{pointer}: {mismatch}"
        );
    }
}
