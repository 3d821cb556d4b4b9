mod texts;

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
        .map(|one| [&one.path, &one.place, &one.expected, one.found].map(str::to_owned));
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
            Some("amount"),
            "expected i64",
        ),
        ("[]", None, "expected an object (Payment)"),
        (
            r#"[{"id":"a","amount":1}]"#,
            None,
            "expected an object (Payment)",
        ),
    ] {
        let error = read::<Payment>(body.as_bytes()).unwrap_err();
        assert_eq!(
            (&*error.field, &*error.text),
            (path.unwrap_or_default(), reason),
            "{body}"
        );
    }
    let body = br#"[{"id":"a","amount":1},{"amount":1}]"#;
    let list = read::<Vec<Payment>>(body).unwrap_err();
    assert_eq!((&*list.field, &*list.text), ("[1]", "missing field `id`"));
}

#[test]
fn an_element_that_is_no_object_is_kept_if_nothing_else_can_be_set_aside() {
    let listed = |set_aside: Vec<crate::SetAside>| {
        let places = set_aside.into_iter();
        places
            .map(|one| format!("{}: {}", one.path, one.found))
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
