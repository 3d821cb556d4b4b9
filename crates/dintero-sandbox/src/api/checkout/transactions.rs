//! Reading transactions: one, or a page with Dintero's filters.

use serde_json::{Value, json};

use crate::call::{ApiResponse, Call};
use crate::check::parse_time;
use crate::errors::ApiResult;
use crate::query::{Query, TimeRange};
use crate::state::Account;
use crate::state::checkout::Transaction;

const INCLUDES: [&str; 7] = [
    "card.payment_token",
    "card.recurrence_token",
    "session",
    "session.events.latest",
    "events.request_headers",
    "events.success.true",
    "initiating_system_request_headers",
];

/// Filters that compare text: the query parameter and where the transaction has the value. Repeated parameters mean "one of".
const TEXT_FILTERS: [(&str, &str); 15] = [
    ("id", "/id"),
    ("payment_product", "/payment_product"),
    ("payment_product_type", "/payment_product_type"),
    ("card_brand", "/card/brand"),
    ("merchant_reference", "/merchant_reference"),
    ("merchant_reference_2", "/merchant_reference_2"),
    ("session_id", "/session_id"),
    ("store_id", "/store/id"),
    ("currency", "/currency"),
    ("payment_operation", "/payment_operation"),
    ("customer_id", "/customer/customer_id"),
    ("payout_destination_id", "/payout_destination_id"),
    ("token_id", "/card/payment_token_id"),
    ("terminal_id", "/store/terminal_id"),
    ("channel", "/channel"),
];

/// `GET /transactions/{id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &INCLUDES)?;
    let transaction = account
        .checkout
        .transactions
        .get(call.param("id"), "transaction")?;
    let mut body = transaction.body(&includes);
    let latest = includes.contains(&"session.events.latest");
    if latest || includes.contains(&"session") {
        let mut session = account
            .checkout
            .sessions
            .get(&transaction.session_id, "session")?
            .body(&includes);
        if latest && let Some(events) = session["events"].as_array_mut() {
            events.drain(..events.len().saturating_sub(1));
        }
        body["session"] = session;
    }
    ApiResponse::ok(body)
}

/// `GET /transactions`: newest first, a bare array; the next page starts after the last id.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &["events.success.true"])?;
    let filter = Filter::new(&call.query)?;
    let limit = call.query.limit()?;
    let after = call.query.first("starting_after");
    let (page, _) = account
        .checkout
        .transactions
        .page(after, limit, |t| filter.wants(t))?;
    ApiResponse::ok(page.iter().map(|t| t.body(&includes)).collect())
}

struct Filter<'a> {
    status: Vec<&'a str>,
    text: Vec<(&'static str, Vec<&'a str>)>,
    amount: (Option<i64>, Option<i64>, Option<i64>),
    created: TimeRange,
    captured: TimeRange,
    refunded: TimeRange,
    search: Option<&'a str>,
}

impl<'a> Filter<'a> {
    fn new(query: &'a Query) -> ApiResult<Self> {
        let text = TEXT_FILTERS
            .iter()
            .map(|(name, pointer)| (*pointer, query.all(name)))
            .chain([(
                "/metadata/payout_correlation_id",
                query.separated("payout_correlation_id"),
            )]);
        Ok(Self {
            status: query.all("status"),
            text: text.filter(|(_, values)| !values.is_empty()).collect(),
            amount: (
                query.int("amount")?,
                query.int("amount.gte")?,
                query.int("amount.lte")?,
            ),
            created: query.times("created_at")?,
            captured: query.times("captured_at")?,
            refunded: query.times("refunded_at")?,
            search: query.first("search"),
        })
    }

    fn wants(&self, transaction: &Transaction) -> bool {
        let doc = |pointer: &str| find(transaction, pointer).and_then(Value::as_str);
        let amount = find(transaction, "/amount")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        let (exact, gte, lte) = self.amount;
        (self.status.is_empty() || self.status.contains(&transaction.ledger.status()))
            && self
                .text
                .iter()
                .all(|(at, values)| doc(at).is_some_and(|v| values.contains(&v)))
            && exact.is_none_or(|n| amount == n)
            && gte.is_none_or(|n| amount >= n)
            && lte.is_none_or(|n| amount <= n)
            && self.created.contains(transaction.created_at)
            && had(transaction, "CAPTURE", self.captured)
            && had(transaction, "REFUND", self.refunded)
            && self.search.is_none_or(|text| matches(transaction, text))
    }
}

fn find<'a>(transaction: &'a Transaction, pointer: &str) -> Option<&'a Value> {
    let mut keys = pointer.split('/').skip(1);
    let first = transaction.doc.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

/// Whether a successful event of this name lies in the range.
fn had(transaction: &Transaction, name: &str, range: TimeRange) -> bool {
    let in_range = |e: &Value| {
        e["created_at"]
            .as_str()
            .and_then(|t| parse_time(t, false))
            .is_some_and(|t| range.contains(t))
    };
    range.is_open()
        || transaction
            .events
            .iter()
            .any(|e| e["event"] == name && e["success"] == true && in_range(e))
}

/// What `search` matches, according to the reference: ids, references, phone, e-mail and full name.
fn matches(transaction: &Transaction, text: &str) -> bool {
    const PLACES: [&str; 10] = [
        "/id",
        "/session_id",
        "/card/payment_token_id",
        "/merchant_reference",
        "/merchant_reference_2",
        "/customer/phone_number",
        "/customer/email",
        "/shipping_address/phone_number",
        "/billing_address/phone_number",
        "/billing_address/email",
    ];
    let place = |pointer: &str| find(transaction, pointer).is_some_and(|v| v == text);
    let name = |address: &str| {
        let part = |key| {
            find(transaction, address)
                .and_then(|a| a.get(key))
                .and_then(Value::as_str)
                .unwrap_or("")
        };
        format!("{} {}", part("first_name"), part("last_name")) == text
    };
    PLACES.iter().any(|p| place(p))
        || ["/shipping_address", "/billing_address"]
            .iter()
            .any(|a| name(a))
}

/// The fields of a session that its transaction takes over.
pub(crate) fn from_session(session: &Value) -> serde_json::Map<String, Value> {
    let order = &session["order"];
    let mut doc = serde_json::Map::new();
    let mut take = |name: &str, value: &Value| {
        if !value.is_null() {
            doc.insert(name.to_owned(), value.clone());
        }
    };
    for name in [
        "amount",
        "currency",
        "merchant_reference",
        "merchant_reference_2",
        "payout_destination_id",
        "shipping_address",
        "billing_address",
        "shipping_option",
        "store",
        "gift_cards",
    ] {
        take(name, &order[name]);
    }
    for name in [
        "customer",
        "checkboxes",
        "metadata",
        "initiating_system_request_headers",
    ] {
        take(name, &session[name]);
    }
    take("session_id", &session["id"]);
    take("channel", &session["configuration"]["channel"]);
    take(
        "url",
        &json!({"redirect_url": session["url"]["return_url"], "callback_url": session["url"]["callback_url"]}),
    );
    if let Some(url) = doc.get_mut("url").and_then(Value::as_object_mut) {
        url.retain(|_, v| !v.is_null());
    }
    let mut items = order["items"].as_array().cloned().unwrap_or_default();
    if let Some(option) = order["shipping_option"].as_object() {
        items.push(json!({
            "id": option["id"], "line_id": option["line_id"], "amount": option["amount"],
            "description": option["title"], "quantity": 1, "type": "shipping",
        }));
    }
    doc.insert("items".into(), Value::Array(items));
    doc
}
