//! Numbers, characters, depth and text that is not JSON.

use super::*;

#[test]
fn numbers_in_unknown_fields_are_written_as_they_came() {
    let numbers = r#"[18446744073709551617,-340282366920938463463374607431768211455,1e400,0.1000000000000000055511151231257827,2.50,-0,1E3,7,-1.5]"#;
    let body = format!(
        r#"{{"id":"a","amount":1,"note":{numbers},"later":{{"score":1e400,"all":{numbers}}}}}"#
    );
    let (written, _) = payment(&body);
    assert_eq!(written.matches(numbers).count(), 2, "{written}");
    let (payment, _) = read::<Payment>(body.as_bytes()).unwrap();
    let (_, later) = payment.unknown_fields().next().unwrap();
    assert_eq!(later["score"], json!("1e400"), "no `Value` can hold it");
    assert_eq!(later["all"][7], json!(7));
    assert_eq!(serde_json::to_value(&payment).unwrap()["later"], *later);
}

#[test]
fn half_of_a_surrogate_pair_is_the_replacement_character() {
    let body = r#"{"id":"\ud83dx\\ud83d\ud83d\ude00","amount":1,"note":"\udc4d","events":[{"event":"\ud800"}],"k\udfff":{"\ud83d\ud83d":"\ud83d"},"metadata":{"\ud83d\u0041":1}}"#;
    let (written, set_aside) = payment(body);
    assert_eq!(set_aside.len(), 0, "{set_aside:?}");
    let expected = json!({
        "id": "\u{fffd}x\\ud83d\u{1f600}", "amount": 1, "note": "\u{fffd}", "events": [{"event": "\u{fffd}"}],
        "k\u{fffd}": {"\u{fffd}\u{fffd}": "\u{fffd}"}, "metadata": {"\u{fffd}A": 1},
    });
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
    let (only_unknown, _) = payment(r#"{"id":"a","amount":1,"later":"\ud83d"}"#);
    assert_eq!(
        serde_json::from_str::<Value>(&only_unknown).unwrap()["later"],
        "\u{fffd}"
    );
}

#[test]
fn the_last_of_several_fields_of_the_same_name_counts() {
    for (members, note, listed) in [
        (r#""note":"a","note":"b""#, Some("b"), 0),
        (r#""note":"a","note":7"#, None, 1),
        (r#""note":7,"note":"b""#, Some("b"), 1),
    ] {
        let body = format!(r#"{{"id":"a","amount":1,{members}}}"#);
        let (payment, set_aside) = read::<Payment>(body.as_bytes()).unwrap();
        assert_eq!(
            (payment.note.as_deref(), set_aside.len()),
            (note, listed),
            "{body}"
        );
        assert_eq!(
            payment.unknown_fields().count(),
            usize::from(note.is_none())
        );
    }
}

#[test]
fn a_byte_order_mark_is_skipped_and_utf_16_is_an_error() {
    let (written, _) = payment("\u{feff}{\"id\":\"a\",\"amount\":1}");
    assert_eq!(written, r#"{"id":"a","amount":1}"#);
    for big in [true, false] {
        let units = "\u{feff}{\"id\":\"a\",\"amount\":1}".encode_utf16();
        let bytes: Vec<u8> = units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        let error = read::<Payment>(&bytes).unwrap_err();
        assert_eq!((&*error.field, &*error.text), ("", "the body is not JSON"));
    }
}

#[test]
fn nesting_of_any_depth_is_kept() {
    let deep = |open: &str, close: &str| [open.repeat(20_000), close.repeat(20_000)].concat();
    let lists = deep("[", "]");
    let objects = format!("{}7{}", r#"{"address":"#.repeat(20_000), "}".repeat(20_000));
    for (name, value) in [
        ("later", &lists),
        ("note", &lists),
        ("metadata", &lists),
        ("shipping", &objects),
        ("metadata", &objects),
    ] {
        let body = format!(r#"{{"id":"a","amount":1,"{name}":{value}}}"#);
        let (written, set_aside) = payment(&body);
        assert_eq!(written, body);
        assert_eq!(
            set_aside.len(),
            usize::from(name != "later"),
            "{set_aside:?}"
        );
    }
    let shipping = format!(
        "{}null{}",
        r#"{"title":"a","amount":1,"address":"#.repeat(2_000),
        "}".repeat(2_000)
    );
    let (written, set_aside) =
        payment(&format!(r#"{{"id":"a","amount":1,"shipping":{shipping}}}"#));
    assert_eq!(written.matches("title").count(), 2_000);
    assert_eq!(set_aside.len(), 1);
}

#[test]
fn a_whole_number_written_as_a_decimal_is_an_integer() {
    let read_map = |body: &[u8]| read::<BTreeMap<String, Vec<i64>>>(body);
    let (amounts, set_aside) = read_map(br#"{"amounts": [29990.0, 1, -2e3]}"#).unwrap();
    assert_eq!(amounts["amounts"], [29_990, 1, -2_000]);
    assert_eq!(set_aside, []);
    let (written, set_aside) = payment(
        r#"{"id":"a","amount":1.0e4,"later":2.0,"events":[{"event":"CAPTURE","amount":3.0,"items":[]}]}"#,
    );
    assert_eq!(
        written,
        r#"{"id":"a","amount":10000,"events":[{"event":"CAPTURE","amount":3,"items":[]}],"later":2.0}"#
    );
    assert_eq!(set_aside.len(), 0);
}

#[test]
fn what_is_no_integer_stays_an_error_that_says_where() {
    for body in [
        "{\n\"amount\": 2.5}",
        "{\n\"amount\": 1e300}",
        "{\n\"amount\": \"1.0\"}",
    ] {
        let error = read::<BTreeMap<String, i64>>(body.as_bytes()).unwrap_err();
        assert_eq!(
            (&*error.field, &*error.text),
            ("*", "expected i64"),
            "{body}"
        );
    }
}

#[test]
fn what_is_not_json_in_utf_8_is_an_error() {
    for body in [
        &b"{\n\"name\": \"\xff\"}"[..],
        b"{\"id\":\"a\",\"amount\":1}x",
        b"{\"id\":7,\"amount\":1,}",
    ] {
        let error = read::<Payment>(body).unwrap_err();
        assert_eq!(error.text, "the body is not JSON");
    }
    let error = read::<Payment>(b"{\"note\":7,\"id\":\"a\"").unwrap_err();
    assert_eq!(error.text, "the body ends too early");
}

#[test]
fn a_body_full_of_misfits_is_read_in_one_pass() {
    let event = r#"{"event":"CAPTURE","amount":"1","items":[{"line_id":7}]}"#;
    let count = 10_000;
    let events = vec![event; count].join(",");
    let body = format!(r#"{{"id":"a","amount":1,"events":[{events}]}}"#);
    let (payment, set_aside) = read::<Payment>(body.as_bytes()).unwrap();
    assert_eq!(payment.events.as_ref().unwrap().len(), count);
    assert_eq!(set_aside.len(), 1_000);
    assert_eq!(set_aside[999].path, "events[499].items");
    assert_eq!(serde_json::to_string(&payment).unwrap().len(), body.len());
}
