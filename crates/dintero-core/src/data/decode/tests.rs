use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{read, read_watched};

crate::object! {
    pub struct Payment {
        id "id": required value (::std::string::String) plain [];
        amount "amount": required value (i64) plain [];
        note "note": optional value (::std::string::String) personal [];
        metadata "metadata": optional map (crate::data::private::Value) plain [];
        events "events": optional list (Event) plain [];
        shipping "shipping": nullable boxed (Shipping) plain [];
        codes "codes": optional one_or_many (Item) plain [];
        method "method": optional value (Method) plain [];
        place "place": optional list (Place) plain [];
        owners "owners": optional map (Item) plain [];
    }
}
crate::object! {
    pub struct Page {
        owners "owners": required list (Owner) plain [];
    }
}
crate::object! {
    pub struct Owner {
        name "name": optional value (::std::string::String) plain [];
        age "age": optional value (i64) plain [];
        children "children": optional list (Owner) plain [];
    }
}
crate::object! {
    pub struct Event {
        kind "event": required value (Kind) plain [];
        amount "amount": optional value (i64) plain [];
        items "items": optional list (Item) plain [];
    }
}
crate::object! {
    pub struct Item {
        line_id "line_id": required value (::std::string::String) plain [];
        amount "amount": optional value (i64) plain [];
        quantity "quantity": optional value (crate::Number) plain [];
    }
}
crate::object! {
    pub struct Shipping {
        title "title": required value (::std::string::String) plain [];
        amount "amount": required value (i64) plain [];
        address "address": optional boxed (Shipping) plain [];
    }
}
crate::object! {
    pub struct Card {
        kind "type": required value (::std::string::String) plain [];
        digits "digits": required value (::std::string::String) plain [];
        expiry "expiry": optional map (::std::string::String) plain [];
    }
}
crate::open_enum! { pub enum Kind { Capture = "CAPTURE", } }
crate::union! { pub enum Method by tag "type" { Card(Card) = ["card"] [] [], } }
crate::union! { pub enum Place by fields { Card(Card) = [] ["digits"] [], Shipping(Shipping) = [] ["title"] [], } }

/// Reads a payment and returns it as JSON with what was set aside: path, place, expected, found.
fn payment(body: &str) -> (String, Vec<[String; 4]>) {
    let (payment, set_aside) = read::<Payment>(body.as_bytes()).expect(body);
    let listed = set_aside
        .iter()
        .map(|one| [one.path(), one.place(), one.expected(), one.found()].map(str::to_owned));
    (serde_json::to_string(&payment).unwrap(), listed.collect())
}

#[test]
fn what_does_not_fit_is_set_aside_at_the_nearest_optional_field_around_it() {
    // The members beside `id` and `amount`, and for each that is set aside: path, place, expected, found.
    let cases: &[(&str, &[[&str; 4]])] = &[
        (r#""note":"","metadata":{}"#, &[]),
        (r#""note":7"#, &[["note", "note", "a string", "a number"]]),
        (
            r#""metadata":[]"#,
            &[["metadata", "metadata", "a map", "a list"]],
        ),
        (
            r#""events":{}"#,
            &[["events", "events", "a sequence", "an object"]],
        ),
        (
            r#""events":[{"event":"CAPTURE","amount":2.5,"items":[]}]"#,
            &[["events[0].amount", "events[0].amount", "i64", "a number"]],
        ),
        (
            r#""events":[{"event":"CAPTURE"},{"event":"NEW","amount":9223372036854775808}]"#,
            &[["events[1].amount", "events[1].amount", "i64", "a number"]],
        ),
        (
            r#""events":[{"event":"CAPTURE"},null]"#,
            &[["events", "events[1]", "an object (Event)", "null"]],
        ),
        (
            r#""events":[{"event":"CAPTURE","items":[{"line_id":"1"},{"amount":1,"quantity":1e400}]}]"#,
            &[[
                "events[0].items",
                "events[0].items[1].line_id",
                "the field `line_id`",
                "nothing",
            ]],
        ),
        (
            r#""events":[{"event":"CAPTURE","items":[{"line_id":[1],"amount":"1"}]},{"event":"X","items":7}]"#,
            &[
                [
                    "events[0].items",
                    "events[0].items[0].line_id",
                    "a string",
                    "a list",
                ],
                [
                    "events[1].items",
                    "events[1].items",
                    "a sequence",
                    "a number",
                ],
            ],
        ),
        (r#""shipping":null"#, &[]),
        (
            r#""shipping":{"title":"a","amount":1,"address":{"title":"b"}}"#,
            &[[
                "shipping.address",
                "shipping.address.amount",
                "the field `amount`",
                "nothing",
            ]],
        ),
        (
            r#""shipping":{"title":false,"amount":1,"address":{"title":"b"}}"#,
            &[["shipping", "shipping.title", "a string", "a boolean"]],
        ),
        (r#""codes":{"line_id":"1"}"#, &[]),
        (
            r#""codes":[{"line_id":"1","amount":[]}]"#,
            &[["codes[0].amount", "codes[0].amount", "i64", "a list"]],
        ),
        (
            r#""method":{"type":"card","digits":"1","expiry":[]}"#,
            &[["method.expiry", "method.expiry", "a map", "a list"]],
        ),
        (
            r#""method":{"type":"card","digits":1,"expiry":{}}"#,
            &[["method", "method.digits", "a string", "a number"]],
        ),
        (r#""method":{"type":"new","digits":1}"#, &[]),
        // It may be one of two variants, and is the one that it fits, or else the first, but never another one or none.
        (
            r#""place":[{"digits":"1","title":"b","amount":2,"address":7}]"#,
            &[[
                "place[0].address",
                "place[0].address",
                "an object (Shipping)",
                "a number",
            ]],
        ),
        (
            r#""place":[{"digits":"1","title":"b","amount":2,"type":"x"},{"kind":1},{"title":"a"}]"#,
            &[],
        ),
        (r#""method":{"type":["card"]}"#, &[]),
        // The key of a map may be the name of a person.
        (
            r#""owners":{"Ola":{"line_id":"1","amount":"2"},"Kari":{"line_id":"2"}}"#,
            &[["owners.*.amount", "owners.*.amount", "i64", "a string"]],
        ),
    ];
    for (members, set_aside) in cases {
        let body = format!("{{\"id\":\"a\",\"amount\":1,{members}}}");
        let (written, listed) = payment(&body);
        assert_eq!(listed, *set_aside, "{body}");
        if !members.contains("e400") {
            let [written, body] =
                [&written, &body].map(|json| serde_json::from_str::<Value>(json).unwrap());
            assert_eq!(written, body);
        } else {
            assert!(written.contains("\"quantity\":1e400"), "{written}");
        }
        assert_eq!(payment(&written), (written.clone(), listed), "{written}");
    }
}

#[test]
fn a_required_field_of_the_body_itself_is_an_error_that_names_it() {
    for (body, path, reason) in [
        (r#"{"amount":1,"note":7}"#, None, "missing field `id`"),
        (
            r#"{"note":7,"id":"a","amount":"1"}"#,
            Some("amount"),
            "expected i64",
        ),
        (
            r#"{"id":"a","amount":null}"#,
            None,
            "missing field `amount`",
        ),
        ("[]", None, "expected an object (Payment)"),
        (
            r#"[{"id":"a","amount":1}]"#,
            None,
            "expected an object (Payment)",
        ),
    ] {
        let error = read::<Payment>(body.as_bytes()).unwrap_err();
        assert_eq!((error.path(), error.reason()), (path, reason), "{body}");
    }
    let body = br#"[{"id":"a","amount":1},{"amount":1}]"#;
    let list = read::<Vec<Payment>>(body).unwrap_err();
    assert_eq!(
        (list.path(), list.reason()),
        (Some("[1]"), "missing field `id`")
    );
}

#[test]
fn an_element_that_is_no_object_is_kept_if_nothing_else_can_be_set_aside() {
    let listed = |set_aside: Vec<crate::SetAside>| {
        let places = set_aside.into_iter();
        places
            .map(|one| format!("{}: {}", one.path(), one.found()))
            .collect::<Vec<_>>()
    };
    for (element, found) in [
        ("null", "null"),
        ("7", "a number"),
        ("\"x\"", "a string"),
        ("[1]", "a list"),
    ] {
        for body in [
            format!(r#"[{element},{{"name":"a","age":1}},{element}]"#),
            format!(r#"[{{"name":"a","age":"b"}},{{"children":[null]}},{element}]"#),
        ] {
            let (list, set_aside) = read::<Vec<Owner>>(body.as_bytes()).expect(&body);
            assert_eq!(list.len(), 3);
            assert_eq!(serde_json::to_string(&list).unwrap().len(), body.len());
            assert_eq!(list[2].name, None);
            assert_eq!(
                listed(set_aside).last(),
                Some(&format!("[2]: {found}")),
                "{body}"
            );
            let page = format!(r#"{{"owners":{body}}}"#);
            let (page, _) = read::<Page>(page.as_bytes()).expect(&page);
            assert_eq!(page.owners, list);
        }
    }
    let (list, set_aside) = read::<Vec<Owner>>(br#"[null,{"children":[null]}]"#).unwrap();
    assert_eq!(listed(set_aside), ["[0]: null", "[1].children: null"]);
    assert_eq!(list[1].unknown_fields().count(), 1);
    assert!(read::<Owner>(b"null").is_err());
    let (list, set_aside) =
        read::<Vec<Owner>>(format!("[{}1]", "null,".repeat(5_000)).as_bytes()).unwrap();
    assert_eq!((list.len(), set_aside.len()), (5_001, 1_000));
}

#[test]
fn what_the_types_do_not_know_is_found_in_unions_and_maps_as_well() {
    use crate::DriftKind::{Field, Value};
    let body = r#"{"id":"a","amount":1,"method":{"type":"later","holder":"Ola"},
        "place":[{"x_kind":"Ola"},{"digits":"1","type":"card","x_new":1},"Ola"],
        "owners":{"Ola":{"line_id":"1","x_new":2}}}"#;
    let (payment, findings) = read_watched::<Payment>(body.as_bytes(), &mut |_| true);
    assert!(payment.unwrap().1.is_empty());
    let found: Vec<_> = findings
        .iter()
        .map(|one| (one.kind, one.path.as_str(), one.value.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            (Value, "method.type", Some("later")),
            (Value, "place[0]", None),
            (Field, "place[1].x_new", None),
            (Value, "place[2]", None),
            (Field, "owners.*.x_new", None),
        ]
    );
}

#[test]
fn a_field_that_was_set_aside_is_an_unknown_field_under_its_own_name() {
    let body = r#"{"id":"a","amount":1,"note":["x"],"later":{"b":1,"a":2}}"#;
    let (payment, _) = read::<Payment>(body.as_bytes()).unwrap();
    let fields: Vec<_> = payment.unknown_fields().collect();
    assert_eq!(
        fields,
        [("later", &json!({"a": 2, "b": 1})), ("note", &json!(["x"]))]
    );
    assert_eq!(payment.note, None);
}

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
        assert_eq!(
            (error.path(), error.reason()),
            (None, "the body is not JSON")
        );
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
            (error.path(), error.reason()),
            (Some("*"), "expected i64"),
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
        assert_eq!(error.reason(), "the body is not JSON");
    }
    let error = read::<Payment>(b"{\"note\":7,\"id\":\"a\"").unwrap_err();
    assert_eq!(error.reason(), "the body ends too early");
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
    assert_eq!(set_aside[999].path(), "events[499].items");
    assert_eq!(serde_json::to_string(&payment).unwrap().len(), body.len());
}
