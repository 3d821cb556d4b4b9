//! Reading transactions: one, or a page with Dintero's filters.

use serde_json::{Value, json};

use crate::api::page;
use crate::call::{ApiResponse, Call};
use crate::check::parse_time;
use crate::errors::ApiResult;
use crate::query::{Query, TimeRange};
use crate::state::Account;
use crate::state::checkout::Transaction;
use crate::state::json::{copy, items, pick, set, text_of};

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
    let includes = call.query.all("includes");
    let checkout = &account.checkout;
    let transaction = checkout.transactions.get(call.param("id"), "transaction")?;
    let mut body = transaction.body(&includes);
    let latest = includes.contains(&"session.events.latest");
    if latest || includes.contains(&"session") {
        let session = checkout.sessions.get(&transaction.session_id, "session")?;
        body["session"] = session.body(&includes);
        if latest && let Some(events) = body["session"]["events"].as_array_mut() {
            events.drain(..events.len().saturating_sub(1));
        }
    }
    ApiResponse::ok(body)
}

/// `GET /transactions`: newest first, a bare array; the next page starts after the last id.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all("includes");
    let filter = Filter::new(&call.query)?;
    let (page, _) = page(call, &account.checkout.transactions, |t| filter.wants(t))?;
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
        let doc = |pointer: &str| transaction.doc.pointer(pointer).and_then(Value::as_str);
        let amount = transaction.doc["amount"].as_i64().unwrap_or(0);
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

/// Whether a successful event of this name lies in the range.
fn had(transaction: &Transaction, name: &str, range: TimeRange) -> bool {
    let in_range = |e: &Value| {
        let time = parse_time(text_of(&e["created_at"]), false);
        e["event"] == name && e["success"] == true && time.is_some_and(|t| range.contains(t))
    };
    range.is_open() || transaction.events.iter().any(in_range)
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
    let doc = &transaction.doc;
    let full_name = |address: &&str| {
        let part = |name| text_of(&doc[*address][name]);
        format!("{} {}", part("first_name"), part("last_name")) == text
    };
    let mut found = PLACES.iter().filter_map(|place| doc.pointer(place));
    found.any(|value| value == text)
        || ["shipping_address", "billing_address"]
            .iter()
            .any(full_name)
}

/// The fields of a session that its transaction takes over.
pub(crate) fn from_session(session: &Value) -> Value {
    const OF_ORDER: [&str; 10] = [
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
    ];
    const OF_SESSION: [&str; 4] = [
        "customer",
        "checkboxes",
        "metadata",
        "initiating_system_request_headers",
    ];
    let (order, url) = (&session["order"], &session["url"]);
    let mut doc = pick(order, &OF_ORDER);
    copy(&mut doc, session, &OF_SESSION);
    let mut urls = json!({});
    let (redirect, callback) = (&url["return_url"], &url["callback_url"]);
    set(
        &mut urls,
        json!({"redirect_url": redirect, "callback_url": callback}),
    );
    let mut lines = items(&order["items"]).to_vec();
    if let Some(option) = order.get("shipping_option") {
        lines.push(json!({
            "id": option["id"], "line_id": option["line_id"], "amount": option["amount"],
            "description": option["title"], "quantity": 1, "type": "shipping",
        }));
    }
    let channel = &session["configuration"]["channel"];
    let fields =
        json!({"session_id": session["id"], "channel": channel, "url": urls, "items": lines});
    set(&mut doc, fields);
    doc
}
