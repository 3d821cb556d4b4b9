//! Where a list goes on: read from a page as the operation table says, kept, and sent again.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::DecodeFault;
use crate::path::{push_query, query_value, remove_query};
use crate::{CursorSource, Operation, Paging};

/// A place between two pages of a list, to go on from: [`Pages::resume`](super::Pages::resume).
///
/// It can be written down (serde) and is valid as long as the API knows the item it points at. It holds neither the filters nor
/// the limit of the list: give the same ones again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursor {
    list: String,
    values: BTreeMap<String, String>,
}

impl PageCursor {
    /// The list it belongs to: API and method, such as `checkout.list_transactions`.
    pub fn list(&self) -> &str {
        &self.list
    }

    pub(super) fn fits(&self, operation: &Operation) -> bool {
        let wanted = operation.paging().map_or(&[][..], |paging| paging.cursor);
        self.list == name(operation)
            && self.values.len() == wanted.len()
            && wanted
                .iter()
                .all(|cursor| self.values.contains_key(cursor.parameter))
    }

    /// Sends it: its values take the place of those that are there.
    pub(super) fn put(&self, query: &mut String) {
        for (parameter, value) in &self.values {
            remove_query(query, parameter);
            push_query(query, parameter, value);
        }
    }
}

impl fmt::Debug for PageCursor {
    /// Shows no value: it is part of a query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageCursor")
            .field("list", &self.list)
            .finish_non_exhaustive()
    }
}

fn name(operation: &Operation) -> String {
    format!("{}.{}", operation.api(), operation.name())
}

/// What leads to the page after `body`, none where the list ends.
///
/// A page of which fewer items came than asked for is the last one where the items themselves are the cursor. Where the cursor
/// is in the body, only its absence ends the list, since a filter may leave a page short.
pub(super) fn next(
    operation: &Operation,
    query: &str,
    body: &Value,
    current: Option<&PageCursor>,
) -> Result<Option<PageCursor>, DecodeFault> {
    let Some(Paging { items, cursor }) = operation.paging() else {
        return Ok(None);
    };
    let items = body.pointer(items).and_then(Value::as_array);
    let count = items.map_or(0, Vec::len);
    let limit = query_value(query, "limit").and_then(|limit| limit.parse().ok());
    let short = limit.is_some_and(|limit: usize| count < limit);
    let mut values = BTreeMap::new();
    let mut missing = None;
    for cursor in *cursor {
        let instead = cursor.instead.filter(|instead| {
            instead
                .given
                .iter()
                .any(|name| query_value(query, name).is_some())
        });
        let (found, pointer) = match instead.map_or(cursor.source, |instead| instead.source) {
            CursorSource::LastItem(_) if short => return Ok(None),
            CursorSource::LastItem(pointer) => {
                let last = items.and_then(|items| items.last());
                (last.and_then(|last| last.pointer(pointer)), pointer)
            }
            CursorSource::Body(pointer) => (body.pointer(pointer), pointer),
        };
        match found.and_then(text) {
            Some(value) => {
                values.insert(cursor.parameter.to_owned(), value);
            }
            None => missing = Some(pointer),
        }
    }
    let by_items = cursor
        .iter()
        .any(|cursor| matches!(cursor.source, CursorSource::LastItem(_)));
    match missing {
        Some(_) if values.is_empty() && !(by_items && count > 0) => return Ok(None),
        Some(pointer) => {
            return Err(DecodeFault::field(
                pointer,
                "the list cannot go on without it",
            ));
        }
        None => {}
    }
    let next = PageCursor {
        list: name(operation),
        values,
    };
    match current {
        Some(current) if *current == next && count == 0 => Ok(None),
        Some(current) if *current == next => {
            let pointer = cursor.first().map_or("", |cursor| match cursor.source {
                CursorSource::LastItem(pointer) | CursorSource::Body(pointer) => pointer,
            });
            let reason = "it is the cursor of the page before, so the list would never end";
            Err(DecodeFault::field(pointer, reason))
        }
        _ => Ok(Some(next)),
    }
}

/// The value of a cursor as a query has it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};

    use super::{PageCursor, next};
    use crate::{
        Auth, Cursor, CursorSource, Evidence, Instead, Operation, OperationFacts, Paging,
        RetryClass, Server,
    };

    const fn list(name: &'static str, paging: Paging) -> Operation {
        Operation::new(OperationFacts {
            api: "checkout",
            id: name,
            name,
            method: Method::GET,
            path: "/things",
            server: Server::Checkout,
            base: "/v1",
            account: None,
            scopes: &[],
            retry_class: RetryClass::Idempotent,
            read_back: None,
            paging: Some(paging),
            auth: Auth::Bearer,
            statuses: &[200],
            evidence: Evidence::Seen,
            deprecated: false,
        })
    }

    const fn cursor(parameter: &'static str, source: CursorSource) -> Cursor {
        Cursor {
            parameter,
            source,
            instead: None,
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
                    instead: Some(Instead {
                        given: &["created_at.gte"],
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
    fn the_last_item_leads_on_until_a_page_is_short_or_empty() {
        let page = json!([{"id": "a"}, {"id": "b"}]);
        let after_b = Some(vec![pair("starting_after", "b")]);
        assert_eq!(values(&BY_ID, "", &page), after_b);
        assert_eq!(values(&BY_ID, "status=X&limit=2", &page), after_b);
        assert_eq!(values(&BY_ID, "limit=3", &page), None);
        assert_eq!(values(&BY_ID, "", &json!([])), None);
    }

    #[test]
    fn two_values_lead_on_together_and_a_filter_decides_which() {
        let page = json!({"items": [], "key": {"id": "k", "settled_at": "s", "created_at": "c"}});
        let with = |date| Some(vec![pair("after_date", date), pair("after_id", "k")]);
        assert_eq!(values(&BY_KEY, "limit=9", &page), with("s"));
        assert_eq!(values(&BY_KEY, "created_at.gte=2026", &page), with("c"));
        for end in [json!({"items": [1]}), json!({"items": [1], "key": null})] {
            assert_eq!(values(&BY_KEY, "", &end), None);
        }
    }

    #[test]
    fn a_list_whose_cursor_is_broken_is_not_over() {
        let half = json!({"items": [1], "key": {"id": "k"}});
        let nameless = json!([{"id": "a"}, {}]);
        for (operation, page, path) in [
            (&BY_KEY, half, "/key/settled_at"),
            (&BY_ID, nameless, "/id"),
        ] {
            let fault = next(operation, "", &page, None).expect_err("no end");
            assert_eq!(fault.path(), Some(path));
        }
    }

    #[test]
    fn a_cursor_that_stays_is_a_fault_unless_nothing_came() {
        let page = |items: Value| json!({"items": items, "key": {"id": "k", "settled_at": 5}});
        let first = next(&BY_KEY, "", &page(json!([1])), None).expect("cursor");
        assert!(next(&BY_KEY, "", &page(json!([2])), first.as_ref()).is_err());
        assert_eq!(
            next(&BY_KEY, "", &page(json!([])), first.as_ref()),
            Ok(None)
        );
    }

    #[test]
    fn a_cursor_is_written_and_read_and_shows_no_value() {
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
        read.put(&mut query);
        assert_eq!(query, "limit=5&starting_after=T12345678.abc");
    }
}
