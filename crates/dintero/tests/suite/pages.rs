//! Every list of the three APIs as a stream over its pages.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use dintero::checkout::operations as checkout;
use dintero::shopping::operations as shopping;
use dintero::wallets::operations as wallets;
use dintero::{CursorSource, Dintero, Error, Operation, PageCursor, Pages};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::client_of;

/// Names and values of a query.
type Query = Vec<(String, String)>;

/// A list of `total` items, in pages as the operation table says.
#[derive(Clone)]
struct List {
    operation: &'static Operation,
    total: usize,
    /// The most items that the server puts into a page, whatever is asked for.
    ceiling: usize,
    /// Every page is the first one.
    stuck: bool,
    /// The request of this number is rejected.
    rejected: Option<usize>,
    seen: Arc<Mutex<Vec<Query>>>,
}

impl Respond for List {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: Query = request.url.query_pairs().into_owned().collect();
        let value = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let number = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(query.clone());
            seen.len()
        };
        if self.rejected == Some(number) {
            return ResponseTemplate::new(400);
        }
        let paging = self.operation.paging().unwrap();
        // All parts of a cursor name the item before the next page.
        let after: BTreeSet<_> = paging
            .cursor
            .iter()
            .map(|cursor| value(cursor.parameter))
            .collect();
        assert_eq!(after.len(), 1, "{query:?}");
        let start = match after.first().copied().flatten() {
            Some(after) if !self.stuck => {
                after.strip_prefix("n-").unwrap().parse::<usize>().unwrap() + 1
            }
            _ => 0,
        };
        let limit = value("limit").map_or(10, |limit| limit.parse().unwrap());
        let end = (start + limit.min(self.ceiling)).min(self.total);
        let items = (start..end).map(item);
        let mut body = Value::Null;
        put(&mut body, paging.items, items.collect());
        for cursor in paging.cursor {
            let in_use = cursor.alternative.filter(|alternative| {
                alternative
                    .parameters
                    .iter()
                    .any(|name| value(name).is_some())
            });
            if let CursorSource::Body(pointer) =
                in_use.map_or(cursor.source, |alternative| alternative.source)
                && end < self.total
            {
                put(&mut body, pointer, json!(format!("n-{}", end - 1)));
            }
        }
        ResponseTemplate::new(200).set_body_json(body)
    }
}

/// An item of any list.
fn item(number: usize) -> Value {
    json!({
        "id": format!("n-{number}"), "number": number,
        "account_id": "T12345678", "amount": 1, "card_id": "c", "created_at": "2026-01-01T00:00:00Z", "currency": "NOK",
        "destinations": [], "filetypes": [], "ledger_entry_id": "e", "name": "n",
        "order": {"amount": 1, "currency": "NOK", "merchant_reference": "r"}, "payment_product": "vipps",
        "payment_product_type": "vipps", "payout_destination_config_id": "d", "payout_destination_id": "d",
        "providers": [], "type": "t", "url": {"return_url": "https://shop.example"},
    })
}

/// Sets a value at a JSON pointer and creates the objects on the way.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for key in pointer.split('/').skip(1) {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = place
            .as_object_mut()
            .unwrap()
            .entry(key)
            .or_insert(Value::Null);
    }
    *place = value;
}

impl List {
    fn new(operation: &'static Operation, total: usize) -> Self {
        Self {
            operation,
            total,
            ceiling: usize::MAX,
            stuck: false,
            rejected: None,
            seen: Arc::default(),
        }
    }

    async fn serve(&self) -> (MockServer, Dintero) {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(self.clone())
            .mount(&server)
            .await;
        let (dintero, _) = client_of(&server);
        (server, dintero)
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn numbers<I: Serialize>(items: Vec<I>) -> Vec<u64> {
    items
        .into_iter()
        .map(|item| {
            serde_json::to_value(item).unwrap()["number"]
                .as_u64()
                .unwrap()
        })
        .collect()
}

async fn all<P: DeserializeOwned, I: Serialize>(
    mut pages: Pages<P, I>,
) -> (Vec<u64>, Option<Error>) {
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => found.extend(numbers(page.into_items())),
            Err(error) => {
                assert!(pages.next().await.is_none(), "an error ends the list");
                return (found, Some(error));
            }
        }
    }
    assert!(pages.next().await.is_none(), "the stream stays ended");
    (found, None)
}

async fn check<P: DeserializeOwned, I: Serialize>(
    operation: &'static Operation,
    pages: impl Fn(&Dintero, i64) -> Pages<P, I>,
) {
    let by_items = operation
        .paging()
        .unwrap()
        .cursor
        .iter()
        .any(|cursor| matches!(cursor.source, CursorSource::LastItem(_)));

    // In order, complete and without duplicates; one request per page, each with the limit. Where the last item is the cursor,
    // only an empty page proves the end: the server may send fewer items than asked for.
    let last = usize::from(by_items);
    for (total, ceiling, requests) in [
        (7, 9, 3 + last),
        (6, 9, 2 + last),
        (2, 9, 1 + last),
        (0, 9, 1),
        (5, 2, 3 + last),
        (4, 1, 4 + last),
    ] {
        let list = List {
            ceiling,
            ..List::new(operation, total)
        };
        let (_server, dintero) = list.serve().await;
        let (found, error) = all(pages(&dintero, 3)).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(found, (0..total as u64).collect::<Vec<_>>());
        assert_eq!(
            list.requests(),
            requests,
            "{total} things, {ceiling} in a page"
        );
        let seen = list.seen.lock().unwrap();
        assert!(
            seen.iter()
                .all(|query| query.contains(&("limit".to_owned(), "3".to_owned()))),
            "{seen:?}"
        );
    }

    // Nothing is fetched before it is polled, nor after the stream is dropped; a serialized cursor continues.
    let list = List::new(operation, 7);
    let (_server, dintero) = list.serve().await;
    let mut first = pages(&dintero, 3);
    assert_eq!(list.requests(), 0);
    let page = first.next().await.unwrap().unwrap();
    let written = serde_json::to_string(page.cursor().unwrap()).unwrap();
    assert_eq!(numbers(page.into_items()), [0, 1, 2]);
    drop(first);
    assert_eq!(list.requests(), 1);
    let cursor: PageCursor = serde_json::from_str(&written).unwrap();
    let (found, error) = all(pages(&dintero, 3).resume(cursor)).await;
    assert_eq!(
        (found, error.is_none(), list.requests()),
        (vec![3, 4, 5, 6], true, 3 + last)
    );

    // Item by item: a page is fetched with its first item, and comes again unless all its items were taken.
    for (taken, again) in [(4, 3), (6, 6)] {
        let list = List::new(operation, 7);
        let (_server, dintero) = list.serve().await;
        let mut items = pages(&dintero, 3).items();
        for number in 0..taken {
            let item = items.next().await.unwrap().unwrap();
            assert_eq!(numbers(vec![item]), [number]);
            assert_eq!(list.requests() as u64, number / 3 + 1);
        }
        let cursor = items.cursor().unwrap().clone();
        let (rest, _) = all(pages(&dintero, 3).resume(cursor)).await;
        assert_eq!(rest, (again..7).collect::<Vec<_>>());
    }

    // A cursor that does not move is an error, and no page comes twice.
    let stuck = List {
        stuck: true,
        ..List::new(operation, 7)
    };
    let (_server, dintero) = stuck.serve().await;
    let (found, error) = all(pages(&dintero, 3)).await;
    let error = error.unwrap();
    assert!(
        error.is_decode() && error.to_string().contains("would never end"),
        "{error}"
    );
    assert_eq!((found, stuck.requests()), (vec![0, 1, 2], 2));

    // After an error the cursor is still valid.
    let list = List {
        rejected: Some(2),
        ..List::new(operation, 7)
    };
    let (_server, dintero) = list.serve().await;
    let mut broken = pages(&dintero, 3);
    assert_eq!(
        numbers(broken.next().await.unwrap().unwrap().into_items()),
        [0, 1, 2]
    );
    assert!(broken.next().await.unwrap().is_err());
    assert!(broken.next().await.is_none());
    let (found, _) = all(pages(&dintero, 3).resume(broken.cursor().unwrap().clone())).await;
    assert_eq!((found, list.requests()), (vec![3, 4, 5, 6], 4 + last));
}

/// One test for each list: its row in the table, and its call.
macro_rules! lists {
    ($($api:ident $operation:ident: $method:ident($($argument:literal),*);)*) => {
        const LISTS: &[&str] = &[$(concat!(stringify!($api), ".", stringify!($method))),*];

        $(
            #[tokio::test]
            async fn $method() {
                check(&$api::$operation, |dintero, limit| dintero.$api().$method($($argument),*).limit(limit).pages()).await;
            }
        )*
    };
}

lists! {
    checkout LIST_API_KEYS: list_api_keys();
    checkout LIST_CARD_TOKENS: list_card_tokens();
    checkout LIST_PAYOUT_DESTINATION_TRANSFERS: list_payout_destination_transfers("seller");
    checkout LIST_REPORTS: list_reports();
    checkout LIST_SESSION_PROFILES: list_session_profiles();
    checkout LIST_SESSIONS: list_sessions();
    checkout LIST_SETTLEMENT_REPORT_CONFIGURATIONS: list_settlement_report_configurations();
    checkout LIST_SETTLEMENTS: list_settlements();
    checkout LIST_TRANSACTIONS: list_transactions();
    shopping LIST_CUSTOMER_ORDERS: list_customer_orders("customer");
    shopping LIST_DRAFT_ORDERS: list_draft_orders();
    shopping LIST_ORDERS: list_orders();
    shopping LIST_STORE_ORDERS: list_store_orders("store");
    wallets LIST_CARDS: list_cards();
    wallets LIST_CUSTOMER_CARDS: list_customer_cards("customer");
}

#[test]
fn every_list_of_the_table_is_tested() {
    let tables = checkout::ALL
        .iter()
        .chain(&shopping::ALL)
        .chain(&wallets::ALL);
    let paged = tables.filter(|operation| operation.paging().is_some());
    let names: BTreeSet<String> = paged
        .map(|operation| format!("{}.{}", operation.api(), operation.name()))
        .collect();
    assert_eq!(names, LISTS.iter().map(|name| (*name).to_owned()).collect());
}

#[tokio::test]
async fn settlements_filtered_by_their_own_date_continue_by_that_date() {
    let list = List::new(&checkout::LIST_SETTLEMENTS, 5);
    let (_server, dintero) = list.serve().await;
    let client = dintero.checkout();
    let pages = client
        .list_settlements()
        .item_created_at_gte("2026-01-01")
        .limit(2)
        .pages();
    let (found, error) = all(pages).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn without_a_limit_a_list_ends_with_an_empty_page() {
    let list = List::new(&checkout::LIST_TRANSACTIONS, 12);
    let (_server, dintero) = list.serve().await;
    let (found, _) = all(dintero.checkout().list_transactions().pages()).await;
    assert_eq!((found.len(), list.requests()), (12, 3));
}

#[tokio::test]
async fn a_list_begins_after_a_given_item() {
    let list = List::new(&checkout::LIST_TRANSACTIONS, 5);
    let (_server, dintero) = list.serve().await;
    let client = dintero.checkout();
    let (found, _) = all(client
        .list_transactions()
        .starting_after("n-1")
        .limit(2)
        .pages())
    .await;
    assert_eq!((found, list.requests()), (vec![2, 3, 4], 3));
}

#[tokio::test]
async fn invalid_arguments_are_an_error_at_the_first_page_and_never_sent() {
    let list = List::new(&checkout::LIST_TRANSACTIONS, 5);
    let (_server, dintero) = list.serve().await;
    let client = dintero.checkout();
    let (_, error) = all(client.list_transactions().limit(1000).pages()).await;
    assert!(error.is_some_and(|error| error.is_invalid_request()));
    let page = client
        .list_transactions()
        .limit(2)
        .pages()
        .next()
        .await
        .unwrap()
        .unwrap();
    let elsewhere = client
        .list_sessions()
        .pages()
        .resume(page.cursor().unwrap().clone());
    let error = all(elsewhere).await.1.unwrap();
    assert!(
        error.is_invalid_request() && error.to_string().contains("another list"),
        "{error}"
    );
    assert_eq!(list.requests(), 1);
}
