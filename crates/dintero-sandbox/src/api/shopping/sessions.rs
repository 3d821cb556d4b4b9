//! Checkout sessions for parts of an order.

use crate::api::checkout::sessions::{expiry, open as open_session, profile};
use crate::api::prelude::*;
use crate::state::shopping::{Order, require_open};

/// `POST /orders/{order_id}/sessions`: a Checkout session for lines of an open order, each whole or with its `amount`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let orders = &account.orders;
    let order = orders.get(call.param("order_id"))?;
    let body = &call.body;
    let mut check = Check::of(&call.body);
    let base = profile(&mut check, account, "profile_id", &body["profile_id"]);
    let items = session_items(&mut check, order, &body["items"]);
    let amounts = items.iter().filter_map(|item| item["amount"].as_i64());
    let sum: i64 = amounts.sum();
    check.ensure(sum >= 0, "items", "add up to less than nothing");
    let expires_at = expiry(call, &mut check, "expires_at", &body["expires_at"]);
    check.finish()?;
    require_open(&order.doc, "order", ApiError::wrong_state)?;

    let mut doc = json!({
        "order": {
            "amount": sum, "currency": order.doc["currency"], "merchant_reference": order.doc["order_id"],
            "items": items,
        },
    });
    let names = ["profile_id", "url", "express", "metadata"];
    copy(&mut doc, body, &names);
    let session_id = open_session(call, account, doc, base, expires_at)?;

    let lines = items.iter().map(|item| pick(item, &["line_id", "amount"]));
    let url = |path: &str| format!("{}/v1/{path}/{session_id}", call.base_url);
    let mut session = json!({
        "id": session_id, "created_at": call.now_text(), "created_by": call.grant.client_id, "amount": sum,
        "items": lines.collect::<Value>(),
        "_links": [{"rel": "session", "href": url("sessions")}, {"rel": "session-checkout", "href": url("view")}],
    });
    copy(&mut session, body, &["processed_at", "metadata"]);
    let order = account.orders.get_mut(call.param("order_id"))?;
    order.sessions.push(session.clone());
    order.events.push(api_event(call, None));
    ApiResponse::ok(session)
}

fn session_items(check: &mut Check, order: &Order, body: &Value) -> Vec<Value> {
    let requested = items(body);
    let reason = "must have at least one item";
    check.ensure(!requested.is_empty(), "items", reason);
    check.ensure(requested.len() <= 100, "items", "has more than 100 items");
    let mut made: Vec<Value> = Vec::new();
    for (i, item) in requested.iter().enumerate() {
        let field = format!("items[{i}].line_id");
        let mut lines = items(&order.doc["items"]).iter();
        let number = |line: &Value| line["line_id"].to_string();
        let Some(line) = lines.find(|line| item["line_id"] == number(line)) else {
            check.fail(&field, "is not a line of the order");
            continue;
        };
        let is_new = made.iter().all(|other| other["line_id"] != item["line_id"]);
        check.ensure(is_new, &field, "is used twice");
        let whole = line["gross_amount"].as_i64().unwrap_or(0);
        let amount = item["amount"].as_i64().unwrap_or(whole);
        let field = format!("items[{i}].amount");
        check.ensure(fits(whole, amount), &field, "is more than the line has");
        made.push(json!({
            "id": line["id"], "line_id": item["line_id"], "amount": amount,
            "description": line["description"].as_str().unwrap_or_default(),
        }));
    }
    made
}
