//! Orders: updated, commented, cancelled, closed and opened again.

use crate::api::prelude::*;
use crate::api::shopping::order_queries::events_wanted;
use crate::api::shopping::{check_line_id, replaced};
use crate::state::shopping::{Kind, Order, gross, lines, require_open};

/// `PUT /orders/{order_id}`: the documented fields of an open order. Lines are changed, never added (a draft with
/// `options.order_id` adds), and not below what is authorized of them.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    #[rustfmt::skip]
    const FIELDS: [&str; 5] = [
        "external_ids", "itinerary", "courier_id", "pickup_at", "delivery_id",
    ];
    with_order(call, account, |order| {
        let changed = items(&call.body["items"]);
        check_update(call, order)?;
        require_open(&order.doc, "order", ApiError::wrong_state)?;
        let before = order.doc["items"].as_array_mut().into_iter().flatten();
        for line in before {
            let mut items = changed.iter();
            if let Some(item) = items.find(|item| item["line_id"] == line["line_id"]) {
                *line = replaced(line, item);
            }
        }
        copy(&mut order.doc, &call.body, &FIELDS);
        if call.body["options"].is_object() {
            set(&mut order.doc["options"], call.body["options"].clone());
        }
        if !changed.is_empty() {
            order.doc["gross_amount"] = json!(gross(&order.doc));
        }
        Ok(())
    })
}

fn check_update(call: &Call<'_>, order: &Order) -> ApiResult<()> {
    let (authorized, lines) = (order.moved(Kind::Authorization, None), lines(&order.doc));
    let changed = items(&call.body["items"]);
    let mut check = Check::of(&call.body);
    for (i, item) in changed.iter().enumerate() {
        let field = format!("items[{i}].line_id");
        check_line_id(&mut check, &field, item);
        let amount = item["gross_amount"].as_i64().unwrap_or(0);
        let line = item["line_id"].as_i64().unwrap_or(0);
        let is_line = lines.contains_key(&line);
        check.ensure(is_line, &field, "is not a line of the order");
        let is_enough = |a: &i64| a.abs() <= amount.abs() && a.signum() * amount.signum() >= 0;
        let is_enough = authorized.get(&line).is_none_or(is_enough);
        let field = format!("items[{i}].gross_amount");
        let reason = "is less than what is authorized of the line";
        check.ensure(is_enough, &field, reason);
    }
    let several = call.body["options"].get("multiple_authorizations");
    let may_change = several.is_none() || !order.has_operations();
    let reason = "cannot be changed once something is recorded";
    check.ensure(may_change, "options.multiple_authorizations", reason);
    check.finish()
}

pub(crate) fn cancel(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_order(call, account, |order| {
        Check::of(&call.body).finish()?;
        require_open(&order.doc, "order", ApiError::wrong_state)?;
        let is_uncaptured = order.moved(Kind::Capture, None).is_empty();
        let reason = "an order of which something is captured cannot be cancelled";
        ensure_state(is_uncaptured, reason)?;
        order.doc["status"] = json!("cancelled");
        set(&mut order.doc, stamp(call, "cancelled"));
        copy(&mut order.doc, &call.body, &["cancelled_reason"]);
        Ok(())
    })
}

pub(crate) fn close(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_order(call, account, |order| {
        require_open(&order.doc, "order", ApiError::wrong_state)?;
        order.doc["status"] = json!("closed");
        set(&mut order.doc, stamp(call, "closed"));
        Ok(())
    })
}

pub(crate) fn open(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_order(call, account, |order| {
        let is_closed = order.doc["status"] == "closed";
        ensure_state(is_closed, "only a closed order can be opened")?;
        order.doc["status"] = json!("open");
        remove(&mut order.doc, &["closed_at", "closed_by"]);
        Ok(())
    })
}

pub(crate) fn comment(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_order(call, account, |order| {
        Check::of(&call.body).finish()?;
        let mut comment = stamp(call, "created");
        let fields = json!({"id": uuid(), "comment": call.body["comment"]});
        set(&mut comment, fields);
        order.add("comments", comment);
        Ok(())
    })
}

pub(crate) fn remove_comment(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_order(call, account, |order| {
        let mut comments = items(&order.doc["comments"]).to_vec();
        let id = call.param("comment_id");
        let found = comments.iter().position(|c| c["id"] == id);
        comments.remove(found.ok_or_else(|| ApiError::not_found("comment"))?);
        order.doc["comments"] = json!(comments);
        Ok(())
    })
}

/// Changes the order of the path and notes the event; `change` checks everything before it changes anything.
fn with_order(
    call: &Call<'_>,
    account: &mut Account,
    change: impl FnOnce(&mut Order) -> ApiResult<()>,
) -> HandlerResult {
    let order = account.orders.get_mut(call.param("order_id"))?;
    change(order)?;
    order.doc["updated_at"] = json!(call.now_text());
    order.events.push(api_event(call, None));
    ApiResponse::ok(order.body(&events_wanted(call)))
}
