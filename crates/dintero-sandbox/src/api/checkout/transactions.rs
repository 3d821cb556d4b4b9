//! Reading transactions: one, or a page with Dintero's filters.

use std::ops::{Bound::Unbounded, RangeBounds as _};

use crate::api::prelude::*;
use crate::api::{has_values, is_found, is_one_of, page};
use crate::query::{Query, TimeRange};

#[rustfmt::skip]
const FILTERS: [(&str, &str); 15] = [
    ("id", "/id"), ("payment_product", "/payment_product"), ("payment_product_type", "/payment_product_type"),
    ("card_brand", "/card/brand"), ("merchant_reference", "/merchant_reference"),
    ("merchant_reference_2", "/merchant_reference_2"), ("session_id", "/session_id"), ("store_id", "/store/id"),
    ("currency", "/currency"), ("payment_operation", "/payment_operation"), ("customer_id", "/customer/customer_id"),
    ("payout_destination_id", "/payout_destination_id"), ("token_id", "/card/payment_token_id"),
    ("terminal_id", "/store/terminal_id"), ("channel", "/channel"),
];

/// Where `search` looks besides the full name, according to the reference.
#[rustfmt::skip]
const SEARCHED: [&str; 10] = [
    "/id", "/session_id", "/card/payment_token_id", "/merchant_reference", "/merchant_reference_2",
    "/customer/phone_number", "/customer/email", "/shipping_address/phone_number",
    "/billing_address/phone_number", "/billing_address/email",
];

pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> HandlerResult {
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
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let query = &call.query;
    let (includes, status) = (query.all("includes"), query.all("status"));
    let correlations = query.all("payout_correlation_id").into_iter();
    let correlations: Vec<_> = correlations.flat_map(|ids| ids.split(',')).collect();
    let amounts = query.ints("amount")?;
    let created = query.times("created_at")?;
    let captured = query.times("captured_at")?;
    let refunded = query.times("refunded_at")?;
    let wanted = |t: &Transaction| {
        let correlation = &t.doc["metadata"]["payout_correlation_id"];
        is_one_of(&status, t.ledger.status())
            && has_values(query, &t.doc, &FILTERS)
            && is_one_of(&correlations, text_of(correlation))
            && amounts(t.doc["amount"].as_i64().unwrap_or(0))
            && created.contains(&t.created_at)
            && had(t, "CAPTURE", captured)
            && had(t, "REFUND", refunded)
            && (is_found(query, &t.doc, &SEARCHED) || has_name(query, &t.doc))
    };
    let transactions = &account.checkout.transactions;
    let (page, _) = page(call, "starting_after", transactions, wanted)?;
    ApiResponse::ok(page.iter().map(|t| t.body(&includes)).collect())
}

fn had(transaction: &Transaction, name: &str, range: TimeRange) -> bool {
    let in_range = |e: &Value| {
        let time = parse_time(text_of(&e["created_at"]), false);
        e["event"] == name && e["success"] == true && time.is_some_and(|t| range.contains(&t))
    };
    range == (Unbounded, Unbounded) || transaction.events.iter().any(in_range)
}

pub(crate) fn has_name(query: &Query, order: &Value) -> bool {
    let is_in = |address: &str| {
        let part = |name| text_of(&order[address][name]);
        let name = format!("{} {}", part("first_name"), part("last_name"));
        query.first("search") == Some(name.as_str())
    };
    is_in("shipping_address") || is_in("billing_address")
}

pub(crate) fn from_session(session: &Value) -> Value {
    #[rustfmt::skip]
    const OF_ORDER: [&str; 10] = [
        "amount", "currency", "merchant_reference", "merchant_reference_2", "payout_destination_id",
        "shipping_address", "billing_address", "shipping_option", "store", "gift_cards",
    ];
    #[rustfmt::skip]
    const OF_SESSION: [&str; 4] = [
        "customer", "checkboxes", "metadata", "initiating_system_request_headers",
    ];
    let (order, url) = (&session["order"], &session["url"]);
    let mut doc = pick(order, &OF_ORDER);
    copy(&mut doc, session, &OF_SESSION);
    let mut urls = json!({});
    let fields = json!({"redirect_url": url["return_url"], "callback_url": url["callback_url"]});
    set(&mut urls, fields);
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
