//! The rules about orders and gift cards, as tables.

use dintero::shopping::types::{DraftOrder, Order, OrderEvent};
use dintero::state::{
    CardRules, CombinedState, DraftRules, OrderRules, Reason, Verdict, combined_state,
};
use dintero::wallets::types::Card;
use dintero::{Amount, Currency};
use serde_json::{Value, json};

use crate::support::{at, nok};
use Verdict::{No, Unknown, Yes};

#[test]
fn each_status_of_an_order_has_its_verdicts() {
    let (rule, done) = (Unknown(Reason::Undocumented), No(Reason::AlreadyDone));
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
            No(Reason::Captured),
            Yes,
            done,
        ),
        ("open", json!(null), Unknown(Reason::MissingData), Yes, done),
        ("closed", json!([]), rule, done, Yes),
        ("cancelled", json!([]), done, rule, rule),
        (
            "lost",
            json!([]),
            Unknown(Reason::UnknownState),
            Unknown(Reason::UnknownState),
            Unknown(Reason::UnknownState),
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
    assert_eq!(bare.can_close(), Unknown(Reason::UnknownState));
    for (status, want) in [
        ("open", Yes),
        ("completed", No(Reason::Final)),
        ("deleted", No(Reason::Final)),
        ("lost", Unknown(Reason::UnknownState)),
    ] {
        let draft: DraftOrder = serde_json::from_value(json!({"status": status})).unwrap();
        assert_eq!(draft.can_change(), want, "{status}");
    }
}

#[test]
fn the_events_of_an_order_have_a_combined_state() {
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
        // An event of an unknown kind hides no failure.
        (
            json!(["thaw", event("a", "success", None)]),
            CombinedState::Unknown,
        ),
        (
            json!(["thaw", event("a", "error", None)]),
            CombinedState::Failure,
        ),
    ] {
        let read: Vec<OrderEvent> = serde_json::from_value(events.clone()).unwrap();
        assert_eq!(combined_state(&read), want, "{events}");
    }
}

#[test]
fn a_gift_card_is_drawn_while_it_is_valid_and_up_to_what_is_available() {
    let card = |status: Value, fields: Value| -> Card {
        let mut card = json!({"card_id": "1", "amount": 1000, "currency": "NOK", "status": status, "amount_available": 300,
            "amount_balance": 500, "active_from": "2026-01-01T08:00:00Z", "expires_at": "2026-01-01T18:00:00Z"});
        for (name, value) in fields.as_object().unwrap() {
            card[name] = value.clone();
        }
        serde_json::from_value(card).unwrap()
    };
    let unused = json!("unused");
    let (undocumented, other) = (Unknown(Reason::Undocumented), Unknown(Reason::UnknownState));
    // Card, hour, then: draw 300, fund, activate.
    for (card, hour, want) in [
        (
            card(unused.clone(), json!({})),
            12,
            [Yes, Yes, No(Reason::AlreadyDone)],
        ),
        (
            card(unused.clone(), json!({})),
            7,
            [No(Reason::NotYetValid), Yes, No(Reason::AlreadyDone)],
        ),
        (
            card(unused.clone(), json!({})),
            19,
            [
                No(Reason::Expired),
                No(Reason::Expired),
                No(Reason::AlreadyDone),
            ],
        ),
        (
            card(unused.clone(), json!({"amount_available": 299})),
            12,
            [
                No(Reason::ExceedsRemaining {
                    remaining: nok(299),
                }),
                Yes,
                No(Reason::AlreadyDone),
            ],
        ),
        (
            card(unused.clone(), json!({"amount_available": null})),
            12,
            [Unknown(Reason::MissingData), Yes, No(Reason::AlreadyDone)],
        ),
        (
            card(
                unused.clone(),
                json!({"active_from": null, "expires_at": null}),
            ),
            99,
            [Yes, Yes, No(Reason::AlreadyDone)],
        ),
        (
            card(unused.clone(), json!({"expires_at": "never"})),
            12,
            [
                Unknown(Reason::MissingData),
                Unknown(Reason::MissingData),
                No(Reason::AlreadyDone),
            ],
        ),
        (
            card(json!("inactive"), json!({})),
            12,
            [No(Reason::NotActivated), undocumented, Yes],
        ),
        (
            card(json!("created"), json!({})),
            12,
            [No(Reason::NotActivated), undocumented, Yes],
        ),
        (card(json!("used"), json!({})), 12, [other, other, other]),
        (card(json!(null), json!({})), 12, [other, other, other]),
    ] {
        let verdicts = [
            card.can_draw(nok(300), at(hour)),
            card.can_fund(at(hour)),
            card.can_activate(),
        ];
        assert_eq!(verdicts, want, "{card:?} {hour}");
    }
    let card = card(unused, json!({}));
    assert_eq!(card.can_draw(nok(0), at(12)), No(Reason::NotPositive));
    assert_eq!(
        card.can_draw(Amount::new(1, Currency::Sek), at(12)),
        No(Reason::Currency)
    );
}
