//! Orders: updated, commented, cancelled, closed and opened again.

use serde_json::json;

use crate::api::shopping::events::api_event;
use crate::api::shopping::items::{ITEMS, check_item, position, stored};
use crate::api::shopping::lists::events_wanted;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::shopping::{Kind, Order, gross};
use crate::state::{Account, uuid};

/// `PUT /orders/{order_id}`: the documented fields of an open order. Lines are changed, never added (a draft with
/// `options.order_id` adds), and not below what is authorized of them.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let authorized = order.moved(Kind::Authorization, None);
    let items = check.objects(&root.at("items"), ITEMS);
    for item in &items {
        check_item(&mut check, item);
        let (line, amount) = (
            item.at("line_id"),
            item.at("gross_amount").as_i64().unwrap_or(0),
        );
        let Some(id) = line.as_i64() else { continue };
        if position(&order.doc, id).is_none() {
            check.fail(&line, "is not a line of the order");
        }
        if authorized
            .get(&id)
            .is_some_and(|a| a.abs() > amount.abs() || a.signum() * amount.signum() < 0)
        {
            check.fail(
                &item.at("gross_amount"),
                "is less than what is authorized of the line",
            );
        }
    }
    check.objects(&root.at("itinerary"), ITEMS);
    for name in ["courier_id", "delivery_id"] {
        check.text(&root.at(name), 255);
    }
    check.time(&root.at("pickup_at"));
    check.object(&root.at("options"));
    let several = root.at("options.multiple_authorizations");
    check.flag(&several);
    if !several.is_absent() && !order.operations.is_empty() {
        check.fail(&several, "cannot be changed once something is recorded");
    }
    check.finish()?;
    require_open(order)?;
    order.check_capacity()?;

    for item in call.body["items"].as_array().into_iter().flatten() {
        let found = item["line_id"]
            .as_i64()
            .and_then(|id| position(&order.doc, id));
        if let Some(place) = found.and_then(|i| order.doc.get_mut("items")?.get_mut(i)) {
            *place = stored(item, place["version"].as_u64().unwrap_or(0) + 1);
        }
    }
    for name in [
        "external_ids",
        "itinerary",
        "courier_id",
        "pickup_at",
        "delivery_id",
    ] {
        if let Some(value) = call.body.get(name) {
            order.doc.insert(name.into(), value.clone());
        }
    }
    if let Some(new) = call.body["options"].as_object() {
        let options = order.doc.entry("options").or_insert_with(|| json!({}));
        options
            .as_object_mut()
            .into_iter()
            .for_each(|o| o.extend(new.clone()));
    }
    if !items.is_empty() {
        let sum = gross(&json!({"items": order.doc["items"]}));
        order.doc.insert("gross_amount".into(), json!(sum));
    }
    finish(call, order, &events)
}

fn require_open(order: &Order) -> ApiResult<()> {
    if order.status == "open" {
        Ok(())
    } else {
        Err(ApiError::wrong_state(format!(
            "the order is {}",
            order.status
        )))
    }
}

fn finish(call: &Call<'_>, order: &mut Order, events: &[&str]) -> ApiResult<ApiResponse> {
    order
        .doc
        .insert("updated_at".into(), json!(call.now_text()));
    order.events.push(api_event(call, None));
    ApiResponse::ok(order.body(events))
}

/// `POST /orders/{order_id}/cancel`: only an open order of which nothing is captured.
pub(crate) fn cancel(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.text(&root.at("cancelled_reason"), 255);
    check.finish()?;
    require_open(order)?;
    if !order.moved(Kind::Capture, None).is_empty() {
        return Err(ApiError::wrong_state(
            "an order of which something is captured cannot be cancelled",
        ));
    }
    order.check_capacity()?;
    order.status = "cancelled";
    order
        .doc
        .insert("cancelled_at".into(), json!(call.now_text()));
    order
        .doc
        .insert("cancelled_by".into(), json!(call.grant.client_id));
    if let Some(reason) = call.body.get("cancelled_reason") {
        order.doc.insert("cancelled_reason".into(), reason.clone());
    }
    finish(call, order, &events)
}

/// `POST /orders/{order_id}/close`.
pub(crate) fn close(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    require_open(order)?;
    order.check_capacity()?;
    order.status = "closed";
    order.doc.insert("closed_at".into(), json!(call.now_text()));
    order
        .doc
        .insert("closed_by".into(), json!(call.grant.client_id));
    finish(call, order, &events)
}

/// `POST /orders/{order_id}/open`: a closed order only; a cancelled one stays cancelled.
pub(crate) fn open(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    if order.status != "closed" {
        return Err(ApiError::wrong_state(format!(
            "the order is {}",
            order.status
        )));
    }
    order.check_capacity()?;
    order.status = "open";
    order.doc.remove("closed_at");
    order.doc.remove("closed_by");
    finish(call, order, &events)
}

/// `POST /orders/{order_id}/comments`.
pub(crate) fn comment(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let mut check = Check::default();
    let text = check.need_text(&Node::root(&call.body).at("comment"), 4_096);
    check.finish()?;
    order.check_capacity()?;
    let (at, by) = (call.now_text(), &call.grant.client_id);
    order
        .comments
        .push(json!({"id": uuid(), "created_at": at, "created_by": by, "comment": text}));
    finish(call, order, &events)
}

/// `DELETE /orders/{order_id}/comments/{comment_id}`.
pub(crate) fn remove_comment(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let found = order
        .comments
        .iter()
        .position(|c| c["id"] == call.param("comment_id"));
    let found = found.ok_or_else(|| ApiError::not_found("comment"))?;
    order.comments.remove(found);
    finish(call, order, &events)
}
