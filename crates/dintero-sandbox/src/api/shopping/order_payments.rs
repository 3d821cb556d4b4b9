//! Authorizations, captures, refunds and cancellations of an order: recorded, read and listed.

use std::collections::BTreeMap;

use crate::api::prelude::*;
use crate::api::shopping::{self};
use crate::state::shopping::{Kind, Order, lines, require_open};

pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let kind = Kind::of_path(call.path);
    let order_id = call.param("order_id");
    let order = account.orders.get_mut(order_id)?;
    let parts = check_body(call, order, kind)?;
    require_open(&order.doc, "order", ApiError::conflict)?;
    let success = call.body["success"] != false;
    if success {
        check_left(order, kind, call.body["authorization_id"].as_str(), &parts)?;
    }

    let (id, at, by) = (uuid(), call.now_text(), &call.grant.client_id);
    let url = shopping::url(call, &account.id, "orders", order_id);
    let mut operation = json!({"processed_at": at});
    set(&mut operation, call.body.clone());
    let fields = json!({
        "id": id, "created_at": at, "created_by": by, "success": success, "amount": parts.values().sum::<i64>(),
        "_links": [{"rel": "order", "href": url}],
    });
    set(&mut operation, fields);
    if kind == Kind::Authorization && order.several_authorizations() {
        operation["authorization_id"] = json!(id);
    }
    order.add(kind.plural(), operation.clone());
    order.events.push(api_event(call, None));
    order.doc["updated_at"] = json!(at);
    ApiResponse::ok(operation)
}

fn check_body(call: &Call<'_>, order: &Order, kind: Kind) -> ApiResult<BTreeMap<i64, i64>> {
    let (lines, new) = (lines(&order.doc), items(&call.body["items"]));
    let mut check = Check::of(&call.body);
    check.ensure(!new.is_empty(), "items", "must have at least one item");
    let mut parts: BTreeMap<i64, i64> = BTreeMap::new();
    for (i, item) in new.iter().enumerate() {
        let line = item["line_id"].as_i64().unwrap_or(-1);
        let field = format!("items[{i}].line_id");
        let is_line = lines.contains_key(&line);
        check.ensure(is_line, &field, "is not a line of the order");
        *parts.entry(line).or_default() += item["amount"].as_i64().unwrap_or(0);
    }
    let field = "authorization_id";
    let several = kind != Kind::Authorization && order.several_authorizations();
    match (several, call.body[field].as_str()) {
        (true, None) => check.fail(field, "is required with multiple_authorizations"),
        (true, Some(id)) => {
            let mut authorizations = order.operations(Kind::Authorization).iter();
            let is_known = authorizations.any(|o| o["id"] == id);
            check.ensure(is_known, field, "is not an authorization of the order");
        }
        (false, Some(_)) => {
            check.fail(field, "is only for orders with multiple_authorizations");
        }
        (false, None) => {}
    }
    check.finish()?;
    Ok(parts)
}

fn check_left(
    order: &Order,
    kind: Kind,
    authorization: Option<&str>,
    parts: &BTreeMap<i64, i64>,
) -> ApiResult<()> {
    if kind == Kind::Authorization && !order.several_authorizations() {
        let authorized = order.moved(Kind::Authorization, None);
        if parts.keys().any(|line| authorized.contains_key(line)) {
            let reason =
                "a line is already authorized and the order takes one authorization per line";
            return Err(ApiError::conflict(reason));
        }
    }
    let left = order.left(kind, authorization);
    let is_left = |(line, part): (&i64, &i64)| fits(*left.get(line).unwrap_or(&0), *part);
    if parts.iter().all(is_left) {
        return Ok(());
    }
    let most = match kind {
        Kind::Authorization => "the gross amount",
        Kind::Refund => "what is captured and not refunded",
        _ => "what is authorized and neither captured nor cancelled",
    };
    let message = format!("the {} of a line is more than {most}", kind.singular());
    Err(ApiError::conflict(message))
}
