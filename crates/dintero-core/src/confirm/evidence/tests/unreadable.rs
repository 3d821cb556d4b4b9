//! What differs, is missing or cannot be read proves nothing.

use super::*;

#[test]
fn a_card_transaction_that_differs_in_a_way_that_proves_nothing_is_inconclusive() {
    let own =
        json!({"id": "1", "ref_id": "mine", "amount": 40, "type": "drawdown", "parent_id": ID});
    for (changes, response, before) in [
        (json!({}), "applied", "applied"),
        (
            json!({"parent_id": ID.to_uppercase()}),
            "applied",
            "applied",
        ),
        (json!({"type": "new"}), "inconclusive", "inconclusive"),
        (json!({"type": null}), "inconclusive", "inconclusive"),
        (json!({"amount": "40"}), "inconclusive", "inconclusive"),
        (json!({"ref_id": "Mine"}), "inconclusive", "inconclusive"),
        (
            json!({"parent_id": "no uuid"}),
            "inconclusive",
            "inconclusive",
        ),
        // A negative amount is another one, which a record from before can prove, and a response to this request cannot.
        (json!({"amount": -40}), "inconclusive", "conflict"),
        (json!({"type": "fund"}), "inconclusive", "conflict"),
        (
            json!({"parent_id": ID.replace('1', "2")}),
            "inconclusive",
            "conflict",
        ),
    ] {
        let mut found = own.clone();
        found
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let evidence = evidence(&CARD);
        let [of_response, after] = [
            (found.clone(), Phase::Response),
            (json!([found]), Phase::After),
        ]
        .map(|(body, phase)| name(&evidence.observe(&body, phase)));
        assert_eq!((of_response, after), (response, response), "{changes}");
        let shown = evidence.observe(&json!([found]), Phase::Before);
        assert_eq!(name(&shown), before, "{changes}");
    }
}

/// Whatever is removed or garbled, what is shown is what the whole shows, or nothing.
#[test]
fn no_observation_rests_on_a_member_that_is_missing_or_unreadable() {
    let event = |kind: &str, reference: &str, amount: i64, success: bool, id: &str| json!({"id": id, "event": kind, "amount": amount, "success": success, "event_reference": reference, "error": {"message": "m"}});
    let begun = json!({"id": "8", "event": "INITIATE_CAPTURE", "amount": 40, "success": true, "event_reference": "mine", "request_id": ID});
    let ended = json!({"id": "9", "event": "CAPTURE", "amount": 40, "success": true, "correlation_request_id": ID});
    let mut refused = ended.clone();
    refused["success"] = json!(false);
    let other = event("CAPTURE", "other", 40, true, "2");
    let mut count = 0;
    for events in [
        json!([event("CAPTURE", "mine", 40, true, "1")]),
        json!([other, event("CAPTURE", "mine", 40, true, "1")]),
        json!([event("CAPTURE", "mine", 50, true, "1"), other]),
        json!([event("CAPTURE", "mine", 40, false, "1")]),
        json!([
            event("CAPTURE", "mine", 40, false, "1"),
            event("CAPTURE", "mine", 40, true, "3")
        ]),
        json!([begun]),
        json!([begun, ended]),
        json!([begun, refused]),
        json!([other, event("REFUND", "mine", 40, true, "4")]),
    ] {
        let garbled = [
            json!(null),
            json!([true]),
            json!({"x": 1}),
            json!("?"),
            json!(1.5),
            json!(-7),
        ];
        let count_of_events = events.as_array().unwrap().len();
        let cases =
            (0..2 * count_of_events).flat_map(|case| garbled.iter().map(move |it| (case, it)));
        for (case, replacement) in cases {
            let phase = [Phase::Before, Phase::After][case % 2];
            let index = case / 2;
            let evidence = evidence(&CAPTURE);
            let whole = name(&evidence.observe(&state("AUTHORIZED", &events), phase));
            for member in events[index].as_object().unwrap().keys() {
                // A readable value that is another one reads as another event.
                let reads_otherwise = match member.as_str() {
                    "event_reference" | "request_id" | "correlation_request_id" => {
                        replacement.is_string()
                    }
                    "amount" => replacement.is_number() && *replacement != 1.5,
                    _ => false,
                };
                let mut changed = events.clone();
                changed[index][member] = replacement.clone();
                let now = name(&evidence.observe(&state("AUTHORIZED", &changed), phase));
                count += usize::from(!reads_otherwise);
                // What another amount or a failure shows does not keep the request from being sent.
                let sends = [whole, now] == ["conflict", "absent"]
                    || [whole, now] == ["declined", "absent"];
                let reads_otherwise = reads_otherwise || phase == Phase::Before && sends;
                assert!(
                    reads_otherwise || now == whole || now == "inconclusive",
                    "{phase:?} {member} {replacement}: {now} instead of {whole}\n{changed}"
                );
            }
        }
    }
    assert!(count > 500, "{count}");
}
