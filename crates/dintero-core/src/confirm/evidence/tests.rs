mod unreadable;

use serde_json::{Value, json};

use super::{Evidence, Observation, Phase};
use crate::confirm::{Confirm, RetryAdvice, Source};
use crate::operation::tests::facts;
use crate::{Operation, RetryClass};

const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";

static READ: Operation = Operation::new(facts("get", RetryClass::Idempotent));

const EVENTS: Confirm = Confirm {
    read: &READ,
    with: &[],
    list: "/events",
    id: "/id",
    kind: &["/event", "/name"],
    effect: Some("CAPTURE"),
    begin: Some("INITIATE_CAPTURE"),
    reference: Some(("/event_reference", "/capture_reference")),
    same: &[("/amount", Source::Body("/amount"))],
    result: Some([
        "/success",
        "/error",
        "/correction",
        "/request_id",
        "/correlation_request_id",
    ]),
    done: None,
    undecided: Some(("/status", "UNKNOWN")),
    unique: false,
    invisible: false,
    is_effect: false,
    known: &[(
        "/event",
        &["AUTHORIZE", "CAPTURE", "REFUND", "VOID", "INITIATE_CAPTURE"],
    )],
};

static CAPTURE: Confirm = EVENTS;

static VOID: Confirm = Confirm {
    effect: Some("VOID"),
    begin: Some("INITIATE_VOID"),
    reference: None,
    same: &[],
    done: Some(("/status", "AUTHORIZATION_VOIDED")),
    unique: true,
    ..EVENTS
};

static AUTHORIZATION: Confirm = Confirm {
    effect: Some("AUTHORIZE"),
    begin: None,
    reference: None,
    invisible: true,
    ..EVENTS
};

static CARD: Confirm = Confirm {
    list: "",
    kind: &[],
    effect: None,
    begin: None,
    reference: Some(("/ref_id", "/ref_id")),
    same: &[
        ("/amount", Source::Body("/amount")),
        ("/type", Source::Body("/type")),
        ("/parent_id", Source::Path("id")),
    ],
    result: None,
    undecided: None,
    is_effect: true,
    known: &[("/type", &["drawdown", "fund", "voided"])],
    ..EVENTS
};

/// A request for 40, whose reference the caller gave.
fn evidence(facts: &'static Confirm) -> Evidence {
    let same = facts.same.iter().map(|(member, _)| match *member {
        "/amount" => (*member, json!(40)),
        "/type" => (*member, json!("drawdown")),
        _ => (*member, json!(ID)),
    });
    Evidence {
        facts,
        reference: facts.reference.map(|_| "mine".to_owned()),
        is_repeatable: facts.reference.is_some() || facts.unique,
        same: same.collect(),
        object: Vec::new(),
        announced: None,
        sent: 0,
        seen: Default::default(),
    }
}

fn name(observation: &Observation) -> &'static str {
    match observation {
        Observation::Applied(_) => "applied",
        Observation::Pending => "pending",
        Observation::Declined(_) => "declined",
        Observation::Conflict => "conflict",
        Observation::Inconclusive(_) => "inconclusive",
        Observation::Absent => "absent",
    }
}

fn state(status: &str, events: &Value) -> Value {
    json!({"status": status, "events": events})
}

/// What is shown before and after sending.
fn shown(facts: &'static Confirm, status: &str, events: &Value) -> [&'static str; 2] {
    let evidence = evidence(facts);
    let body = state(status, events);
    [Phase::Before, Phase::After].map(|phase| name(&evidence.observe(&body, phase)))
}

#[test]
fn only_events_with_the_reference_count() {
    let mine =
        json!({"event": "CAPTURE", "success": true, "amount": 40.0, "event_reference": "mine"});
    let of = |changes: Value| {
        let mut event = mine.clone();
        event
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        event
    };
    let other = of(json!({"event_reference": "other"}));
    let refund = of(json!({"event": "REFUND"}));
    let begun = of(json!({"event": "INITIATE_CAPTURE", "request_id": ID}));
    let end = json!({"event": "CAPTURE", "success": true, "amount": 40, "correlation_request_id": ID.replace('-', "")});
    let failed = of(json!({"success": false}));
    let nameless = of(json!({"event_reference": null}));
    for (events, expected) in [
        (json!([]), ["absent"; 2]),
        (json!([other, refund]), ["absent"; 2]),
        (json!([other, mine]), ["applied"; 2]),
        (json!([mine, other]), ["applied"; 2]),
        (
            json!([of(json!({"amount": 41}))]),
            ["conflict", "inconclusive"],
        ),
        (json!([of(json!({"amount": null}))]), ["inconclusive"; 2]),
        (json!([of(json!({"amount": "40"}))]), ["inconclusive"; 2]),
        // A second one is reported.
        (json!([mine, mine]), ["inconclusive"; 2]),
        (json!([mine, begun]), ["inconclusive"; 2]),
        (json!([begun]), ["pending"; 2]),
        (json!([begun, other]), ["pending"; 2]),
        (
            json!([of(
                json!({"event": "INITIATE_CAPTURE", "amount": 41, "request_id": ID})
            )]),
            ["conflict", "inconclusive"],
        ),
        // Without an id it could be waited for in vain.
        (
            json!([of(json!({"event": "INITIATE_CAPTURE"}))]),
            ["inconclusive"; 2],
        ),
        (json!([begun, end]), ["applied"; 2]),
        (json!([end, begun]), ["applied"; 2]),
        (json!([of(json!({"success": null}))]), ["inconclusive"; 2]),
        (json!([failed]), ["declined"; 2]),
        (
            json!([
                begun,
                of(json!({"success": false, "correlation_request_id": ID}))
            ]),
            ["declined"; 2],
        ),
        // It may be of an earlier request.
        (json!([begun, failed]), ["inconclusive"; 2]),
        // Own success wins over a failure without a name, wherever it stands.
        (
            json!([mine, of(json!({"event_reference": null, "success": false}))]),
            ["applied"; 2],
        ),
        (
            json!([of(json!({"event_reference": null, "success": false})), mine]),
            ["applied"; 2],
        ),
        // Without a name, what is new may be its own.
        (json!([nameless]), ["inconclusive"; 2]),
        (
            json!([of(json!({"event_reference": null, "amount": 41}))]),
            ["absent", "inconclusive"],
        ),
        (
            json!([of(json!({"event_reference": null, "success": false}))]),
            ["absent", "inconclusive"],
        ),
        (
            json!([of(json!({"event_reference": "MINE "}))]),
            ["inconclusive"; 2],
        ),
        (
            json!([of(json!({"event_reference": ["mine"]}))]),
            ["inconclusive"; 2],
        ),
        (json!([of(json!({"event": null}))]), ["inconclusive"; 2]),
        (
            json!([of(json!({"event": null, "name": "CAPTURE"}))]),
            ["applied"; 2],
        ),
        (json!([of(json!({"event": "NEW"}))]), ["inconclusive"; 2]),
        (
            json!([of(json!({"event": "REFUND", "name": "CAPTURE"}))]),
            ["absent"; 2],
        ),
        // Published examples have kinds that are not documented.
        (
            json!([{"event": "INITIATE", "success": true}]),
            ["absent", "inconclusive"],
        ),
        (
            json!([of(json!({"correction": {"status": "x"}}))]),
            ["inconclusive"; 2],
        ),
        (json!([mine, "text"]), ["applied"; 2]),
        (json!(["text"]), ["inconclusive"; 2]),
    ] {
        assert_eq!(shown(&CAPTURE, "AUTHORIZED", &events), expected, "{events}");
    }
}

#[test]
fn an_undecided_or_unreadable_state_is_inconclusive() {
    let evidence = evidence(&CAPTURE);
    for body in [
        state("UNKNOWN", &json!([])),
        state("AUTHORIZED", &json!(null)),
        json!({"events": []}),
        json!({"status": ["AUTHORIZED"], "events": []}),
        json!([]),
        json!(null),
    ] {
        for phase in [Phase::Before, Phase::After, Phase::Response] {
            let shown = evidence.observe(&body, phase);
            assert_eq!(name(&shown), "inconclusive", "{body} {phase:?}");
        }
    }
}

#[test]
fn what_was_seen_before_is_of_others_in_any_order() {
    let mut evidence = evidence(&CAPTURE);
    let failed =
        json!({"event": "CAPTURE", "success": false, "event_reference": "mine", "amount": 40});
    let nameless = json!({"id": "2", "event": "CAPTURE", "success": true, "amount": 40});
    evidence.remember(&state("AUTHORIZED", &json!([failed, nameless])));
    let after =
        |events: Value| name(&evidence.observe(&state("AUTHORIZED", &events), Phase::After));
    assert_eq!(after(json!([nameless, failed])), "absent");
    assert_eq!(after(json!([failed, nameless, failed])), "declined");
    assert_eq!(
        after(
            json!([{"id": "3", "event": "CAPTURE", "success": true, "amount": 40}, nameless, failed])
        ),
        "inconclusive"
    );
}

#[test]
fn a_decline_has_the_advice_of_the_scheme() {
    let later = RetryAdvice::Later(Some("2026-01-02T00:00:00Z".to_owned()));
    for (code, advice) in [
        ("DO_NOT_RETRY", RetryAdvice::Never),
        ("RETRY_IMMEDIATELY", RetryAdvice::Now),
        ("RETRY_AFTER_DELAY", later),
        ("OTHER", RetryAdvice::None),
    ] {
        let error = json!({"message": "Ola Nordmann", "retry_policy": {"retry_codes": [code], "retry_after": "2026-01-02T00:00:00Z"}});
        let failed = json!([{"event": "CAPTURE", "success": false, "event_reference": "mine", "error": error}]);
        let shown = evidence(&CAPTURE).observe(&state("AUTHORIZED", &failed), Phase::Response);
        let Observation::Declined(declined) = shown else {
            panic!("{shown:?}");
        };
        assert_eq!(declined.retry(), advice);
        assert_eq!(declined.error()["message"], "Ola Nordmann");
        assert!(!format!("{declined:?} {declined}").contains("Ola"));
    }
}

#[test]
fn a_void_needs_no_reference() {
    let ok = json!({"event": "VOID", "success": true, "amount": 100});
    let old = json!({"event": "VOID", "success": false});
    let mine = json!({"event": "VOID", "success": false, "correlation_request_id": ID});
    let begun = json!({"event": "INITIATE_VOID", "success": true, "request_id": ID});
    for (status, events, expected) in [
        ("AUTHORIZATION_VOIDED", json!(null), ["applied"; 2]),
        ("PARTIALLY_CAPTURED", json!([ok]), ["applied"; 2]),
        ("PARTIALLY_CAPTURED", json!([ok, ok, begun]), ["applied"; 2]),
        ("AUTHORIZED", json!([old]), ["absent", "inconclusive"]),
        ("AUTHORIZED", json!([begun]), ["pending"; 2]),
        ("AUTHORIZED", json!([begun, mine]), ["declined"; 2]),
        (
            "AUTHORIZED",
            json!([{"event": "VOID"}]),
            ["inconclusive"; 2],
        ),
        (
            "AUTHORIZED",
            json!([{"success": true}]),
            ["inconclusive"; 2],
        ),
    ] {
        assert_eq!(shown(&VOID, status, &events), expected, "{events}");
    }
    let in_response = |events: Value| {
        let body = state("AUTHORIZED", &events);
        name(&evidence(&VOID).observe(&body, Phase::Response))
    };
    assert_eq!(in_response(json!([old])), "declined");
    assert_eq!(in_response(json!([])), "absent");
}

#[test]
fn a_change_of_the_authorization_is_proven_by_its_response_alone() {
    let first = json!({"id": "1", "event": "AUTHORIZE", "success": true, "amount": 40});
    let second = json!({"id": "2", "event": "AUTHORIZE", "success": true, "amount": 40});
    let mut evidence = evidence(&AUTHORIZATION);
    let before = state("AUTHORIZED", &json!([first]));
    assert_eq!(name(&evidence.observe(&before, Phase::Before)), "absent");
    evidence.remember(&before);
    let after = state("AUTHORIZED", &json!([second, first]));
    assert_eq!(name(&evidence.observe(&after, Phase::Response)), "applied");
    assert_eq!(
        name(&evidence.observe(&after, Phase::After)),
        "inconclusive"
    );
}
