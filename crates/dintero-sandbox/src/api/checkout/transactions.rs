//! Reading transactions: one, or a page with Dintero's filters.

use crate::api::lists::page;
use crate::api::prelude::*;

pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let includes = call.query.all("includes");
    let transaction = account.transactions.get(call.param("id"))?;
    let mut body = transaction.body(&includes);
    let latest = includes.contains(&"session.events.latest");
    if latest || includes.contains(&"session") {
        let session = account.sessions.get(&transaction.session_id)?;
        body["session"] = session.body(&includes);
        if latest && let Some(events) = body["session"]["events"].as_array_mut() {
            events.drain(..events.len().saturating_sub(1));
        }
    }
    ApiResponse::ok(body)
}

/// `GET /transactions`: newest first, a bare array; the next page starts after the last id.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let includes = call.query.all("includes");
    let shown = |transaction: &Transaction| {
        let mut body = transaction.body(&["events.success.true"]);
        for (name, event) in [("captured_at", "CAPTURE"), ("refunded_at", "REFUND")] {
            let events = items(&body["events"]).iter();
            let events = events.filter(|e| e["event"] == event);
            body[name] = events.map(|e| e["created_at"].clone()).collect();
        }
        Some(body)
    };
    let (page, _) = page(call, &account.transactions, shown)?;
    ApiResponse::ok(page.iter().map(|t| t.body(&includes)).collect())
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
    let urls = json!({"redirect_url": url["return_url"], "callback_url": url["callback_url"]});
    let mut lines = items(&order["items"]).to_vec();
    if let Some(option) = order.get("shipping_option") {
        lines.push(json!({
            "id": option["id"], "line_id": option["line_id"], "amount": option["amount"],
            "description": option["title"], "quantity": 1, "type": "shipping",
        }));
    }
    let channel = &session["configuration"]["channel"];
    let (id, url) = (&session["id"], object(urls));
    let fields = json!({"session_id": id, "channel": channel, "url": url, "items": lines});
    set(&mut doc, fields);
    doc
}
