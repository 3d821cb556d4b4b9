use serde_json::{Value, json};

use super::{PageCursor, next};
use crate::operation::tests::facts;
use crate::{AlternativeSource, Cursor, CursorSource, Operation, Paging, RetryClass};

const fn list(name: &'static str, paging: Paging) -> Operation {
    let mut facts = facts(name, RetryClass::Idempotent);
    facts.paging = Some(paging);
    Operation::new(facts)
}

const fn cursor(parameter: &'static str, source: CursorSource) -> Cursor {
    Cursor {
        parameter,
        source,
        alternative: None,
    }
}

static BY_ID: Operation = list(
    "by_id",
    Paging {
        items: "",
        cursor: &[cursor("starting_after", CursorSource::LastItem("/id"))],
    },
);
static BY_KEY: Operation = list(
    "by_key",
    Paging {
        items: "/items",
        cursor: &[
            cursor("after_id", CursorSource::Body("/key/id")),
            Cursor {
                parameter: "after_date",
                source: CursorSource::Body("/key/settled_at"),
                alternative: Some(AlternativeSource {
                    parameters: &["created_at.gte"],
                    source: CursorSource::Body("/key/created_at"),
                }),
            },
        ],
    },
);

fn values(operation: &Operation, query: &str, body: &Value) -> Option<Vec<(String, String)>> {
    let cursor = next(operation, query, body, None).expect("a cursor or an end");
    cursor.map(|cursor| cursor.values.into_iter().collect())
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn the_last_item_is_the_cursor_until_a_page_is_empty() {
    let page = json!([{"id": "a"}, {"id": "b"}]);
    let after_b = Some(vec![pair("starting_after", "b")]);
    assert_eq!(values(&BY_ID, "", &page), after_b);
    assert_eq!(values(&BY_ID, "status=X&limit=2", &page), after_b);
    assert_eq!(values(&BY_ID, "limit=3", &page), after_b);
    assert_eq!(values(&BY_ID, "limit=3", &json!([])), None);
    assert_eq!(values(&BY_ID, "", &json!([])), None);
}

#[test]
fn a_cursor_of_two_values_depends_on_the_filters() {
    let page = json!({"items": [], "key": {"id": "k", "settled_at": "s", "created_at": "c"}});
    let with = |date| Some(vec![pair("after_date", date), pair("after_id", "k")]);
    assert_eq!(values(&BY_KEY, "limit=9", &page), with("s"));
    assert_eq!(values(&BY_KEY, "created_at.gte=2026", &page), with("c"));
    for end in [json!({"items": [1]}), json!({"items": [1], "key": null})] {
        assert_eq!(values(&BY_KEY, "", &end), None);
    }
}

#[test]
fn an_incomplete_cursor_is_an_error_and_not_the_end() {
    let half = json!({"items": [1], "key": {"id": "k"}});
    let nameless = json!([{"id": "a"}, {}]);
    for (operation, page, path) in [
        (&BY_KEY, half, "/key/settled_at"),
        (&BY_ID, nameless, "/id"),
    ] {
        let error = next(operation, "", &page, None).expect_err("no end");
        assert_eq!(error.field, path);
    }
}

#[test]
fn a_cursor_that_repeats_is_an_error_unless_the_page_is_empty() {
    let page = |items: Value| json!({"items": items, "key": {"id": "k", "settled_at": 5}});
    let first = next(&BY_KEY, "", &page(json!([1])), None).expect("cursor");
    assert!(next(&BY_KEY, "", &page(json!([2])), first.as_ref()).is_err());
    assert_eq!(
        next(&BY_KEY, "", &page(json!([])), first.as_ref()),
        Ok(None)
    );
}

#[test]
fn a_cursor_is_serialized_and_shows_no_value() {
    let page = json!([{"id": "T12345678.abc"}]);
    let cursor = next(&BY_ID, "", &page, None)
        .expect("cursor")
        .expect("more");
    let written = serde_json::to_string(&cursor).expect("written");
    let read: PageCursor = serde_json::from_str(&written).expect("read");
    assert_eq!(read, cursor);
    assert!(read.fits(&BY_ID) && !read.fits(&BY_KEY));
    assert_eq!(read.list(), "checkout.by_id");
    assert!(!format!("{read:?}").contains("abc"));
    let mut query = "limit=5&starting_after=x%2Fy".to_owned();
    read.apply(&mut query);
    assert_eq!(query, "limit=5&starting_after=T12345678.abc");
}
