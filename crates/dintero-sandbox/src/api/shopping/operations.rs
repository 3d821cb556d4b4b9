//! Authorizations, captures, refunds and cancellations of an order: recorded, read and listed.
//!
//! When Dintero answers 409 here is not published. The sandbox's reading: 400 for a body that is wrong in itself
//! (unknown line, missing field), 409 when the order's state leaves no room: more than what is left of a line, a second
//! authorization of a line without `multiple_authorizations`, or an order that is closed or cancelled.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::shopping::events::api_event;
use crate::api::shopping::items::ITEMS;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node, SIGNED_AMOUNT};
use crate::errors::{ApiError, ApiResult};
use crate::state::shopping::{Kind, Order};
use crate::state::{Account, uuid};

/// Makes the three functions of one kind: create, list, read.
macro_rules! operations {
    ($module:ident, $kind:expr, $id:literal) => {
        pub(crate) mod $module {
            use super::*;

            pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
                super::create(call, account, $kind)
            }

            pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
                let order = account.shopping.orders.get(call.param("order_id"), "order")?;
                let all = order.operations.iter().filter(|(k, _)| *k == $kind).map(|(_, o)| o.clone());
                let name: &str = $kind.plural();
                ApiResponse::ok(json!({name: all.collect::<Value>()}))
            }

            pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
                let order = account.shopping.orders.get(call.param("order_id"), "order")?;
                let found = order.operations.iter().find(|(k, o)| *k == $kind && o["id"] == call.param($id));
                ApiResponse::ok(found.ok_or_else(|| ApiError::not_found($kind.singular()))?.1.clone())
            }
        }
    };
}

operations!(authorizations, Kind::Authorization, "authorization_id");
operations!(captures, Kind::Capture, "capture_id");
operations!(refunds, Kind::Refund, "refund_id");
operations!(cancellations, Kind::Cancellation, "cancellation_id");

fn create(call: &Call<'_>, account: &mut Account, kind: Kind) -> ApiResult<ApiResponse> {
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let parts = check_body(call, order, kind)?;
    if order.status != "open" {
        return Err(ApiError::conflict(format!("the order is {}", order.status)));
    }
    let success = call.body["success"] != false;
    let authorization = call.body["authorization_id"].as_str();
    if success {
        check_left(order, kind, authorization, &parts)?;
    }
    order.check_capacity()?;

    let id = uuid();
    let mut operation = call.body.clone();
    let fields = json!({
        "id": id, "created_at": call.now_text(), "created_by": call.grant.client_id, "success": success,
        "amount": parts.values().sum::<i64>(),
        "_links": [{"rel": "order", "href": format!(
            "{}/v1/accounts/{}/shopping/orders/{}", call.base_url, account.id, call.param("order_id")
        )}],
    });
    if let (Some(operation), Value::Object(fields)) = (operation.as_object_mut(), fields) {
        operation.extend(fields);
        operation
            .entry("processed_at")
            .or_insert_with(|| json!(call.now_text()));
        if kind == Kind::Authorization && order.several_authorizations() {
            operation.insert("authorization_id".into(), json!(id));
        }
    }
    order.operations.push((kind, operation.clone()));
    order.events.push(api_event(call, None));
    order
        .doc
        .insert("updated_at".into(), json!(call.now_text()));
    ApiResponse::ok(operation)
}

/// Checks the body in itself; gives the amount per line.
fn check_body(call: &Call<'_>, order: &Order, kind: Kind) -> ApiResult<BTreeMap<i64, i64>> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let lines = order.lines();
    let mut parts: BTreeMap<i64, i64> = BTreeMap::new();
    for item in check.need_objects(&root.at("items"), ITEMS) {
        let amount = check.need_int(&item.at("amount"), SIGNED_AMOUNT);
        let line = check.need_int(&item.at("line_id"), 0..=i64::from(i32::MAX));
        if !item.at("line_id").is_absent() && !lines.contains_key(&line) {
            check.fail(&item.at("line_id"), "is not a line of the order");
        }
        *parts.entry(line).or_default() += amount;
    }
    check.flag(&root.at("success"));
    check.time(&root.at("processed_at"));
    check.text(&root.at("processed_by"), 255);
    check.object(&root.at("metadata"));
    if check.object(&root.at("payment_details")).is_some() {
        check.text(&root.at("payment_details.payment_id"), 255);
        check.object(&root.at("payment_details.card"));
    }
    for name in ["id", "created_at", "created_by", "amount", "_links"] {
        if !root.at(name).is_absent() {
            check.fail(&root.at(name), "is set by the API and must not be sent");
        }
    }
    let authorization = root.at("authorization_id");
    match (
        kind != Kind::Authorization && order.several_authorizations(),
        check.text(&authorization, 40),
    ) {
        (true, None) => check.fail(
            &authorization,
            "is required for an order with multiple_authorizations",
        ),
        (true, Some(id)) => {
            let known = |(k, o): &(Kind, Value)| *k == Kind::Authorization && o["id"] == id;
            if !order.operations.iter().any(known) {
                check.fail(&authorization, "is not an authorization of the order");
            }
        }
        (false, Some(_)) => check.fail(
            &authorization,
            "is only for orders with multiple_authorizations",
        ),
        (false, None) => {}
    }
    check.finish()?;
    Ok(parts)
}

/// Whether every line still has that much to give.
fn check_left(
    order: &Order,
    kind: Kind,
    authorization: Option<&str>,
    parts: &BTreeMap<i64, i64>,
) -> ApiResult<()> {
    if kind == Kind::Authorization && !order.several_authorizations() {
        let authorized = order.moved(Kind::Authorization, None);
        if parts.keys().any(|line| authorized.contains_key(line)) {
            return Err(ApiError::conflict(
                "a line is already authorized and the order takes one authorization per line",
            ));
        }
    }
    let left = order.left(kind, authorization);
    let fits = |(line, part): (&i64, &i64)| {
        let left = left.get(line).copied().unwrap_or(0);
        (left.min(0)..=left.max(0)).contains(part)
    };
    if parts.iter().all(fits) {
        return Ok(());
    }
    let what = match kind {
        Kind::Authorization => "the gross amount",
        Kind::Capture | Kind::Cancellation => {
            "what is authorized and neither captured nor cancelled"
        }
        Kind::Refund => "what is captured and not refunded",
    };
    Err(ApiError::conflict(format!(
        "the {} of a line is more than {what}",
        kind.singular()
    )))
}
