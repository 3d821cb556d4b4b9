//! Checkout sessions for parts of an order.

use serde_json::{Map, Value, json};

use crate::api::checkout::sessions::{expiry, open};
use crate::api::shopping::events::api_event;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::Account;
use crate::state::shopping::Order;

/// `GET /orders/{order_id}/sessions`: oldest first.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    ApiResponse::ok(json!({"sessions": order(call, account)?.sessions}))
}

/// `GET /orders/{order_id}/sessions/{session_id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let sessions = &order(call, account)?.sessions;
    let found = sessions
        .iter()
        .find(|s| s["id"] == call.param("session_id"));
    ApiResponse::ok(found.ok_or_else(|| ApiError::not_found("session"))?.clone())
}

fn order<'a>(call: &Call<'_>, account: &'a Account) -> ApiResult<&'a Order> {
    account.shopping.orders.get(call.param("order_id"), "order")
}

/// `POST /orders/{order_id}/sessions`: a Checkout session for lines of an open order, each whole or with its `amount`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let order = order(call, account)?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let profile = account
        .admin
        .profiles
        .find(call.body["profile_id"].as_str().unwrap_or_default());
    if profile.is_none() {
        check.fail(&root.at("profile_id"), "is not a profile of this account");
    }
    check.url(&root.at("url.return_url"));
    let (mut items, mut sum) = (Vec::new(), 0);
    for item in check.need_objects(&root.at("items"), 100) {
        let line = order.doc["items"].as_array().into_iter().flatten();
        let line = line
            .clone()
            .find(|l| item.at("line_id").as_str() == Some(&l["line_id"].to_string()));
        let Some(line) = line else {
            check.fail(&item.at("line_id"), "is not a line of the order");
            continue;
        };
        let whole = line["gross_amount"].as_i64().unwrap_or(0);
        let amount = match item.at("amount").is_absent() {
            true => whole,
            false => item.at("amount").as_i64().unwrap_or(0),
        };
        let line_id = json!(line["line_id"].to_string());
        if items
            .iter()
            .any(|i: &Value| i["id"] == line["id"] && i["line_id"] == line_id)
        {
            check.fail(&item.at("line_id"), "is used twice");
        }
        if !(whole.min(0)..=whole.max(0)).contains(&amount) {
            check.fail(&item.at("amount"), "is more than the line has");
        }
        sum += amount;
        items.push(json!({
            "id": line["id"], "line_id": line["line_id"].to_string(), "amount": amount,
            "description": line["description"].as_str().unwrap_or_default(),
        }));
    }
    if sum < 0 {
        check.fail(&root.at("items"), "add up to less than nothing");
    }
    let expires_at = expiry(call, &mut check, &root.at("expires_at"));
    check.finish()?;
    if order.status != "open" {
        return Err(ApiError::wrong_state(format!(
            "the order is {}",
            order.status
        )));
    }
    order.check_capacity()?;

    let configuration = profile
        .and_then(|p| p.get("configuration"))
        .cloned()
        .unwrap_or_default();
    let mut doc = Map::new();
    let (id, currency) = (order.doc["order_id"].clone(), order.doc["currency"].clone());
    let content =
        json!({"amount": sum, "currency": currency, "merchant_reference": id, "items": items});
    doc.insert("order".into(), content);
    doc.insert("configuration".into(), configuration);
    for name in ["profile_id", "url", "express", "metadata"] {
        if let Some(value) = call.body.get(name) {
            doc.insert(name.into(), value.clone());
        }
    }
    let session_id = open(call, account, doc, expires_at)?;

    let lines = items
        .iter()
        .map(|i| json!({"line_id": i["line_id"], "amount": i["amount"]}));
    let url = |path: &str| format!("{}/v1/{path}/{session_id}", call.base_url);
    let mut session = json!({
        "id": session_id, "created_at": call.now_text(), "created_by": call.grant.client_id, "amount": sum,
        "items": lines.collect::<Value>(),
        "_links": [{"rel": "session", "href": url("sessions")}, {"rel": "session-checkout", "href": url("view")}],
    });
    for name in ["processed_at", "metadata"] {
        if let Some(value) = call.body.get(name) {
            session[name] = value.clone();
        }
    }
    let event = api_event(call, None);
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    order.sessions.push(session.clone());
    order.events.push(event);
    ApiResponse::ok(session)
}
