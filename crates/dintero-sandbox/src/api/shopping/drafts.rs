//! Drafts: free to change while they are open, and completed to an order.

use crate::api::prelude::*;
use crate::api::shopping::{check_line_id, check_order, replaced, stored, url};
use crate::state::shopping::{gross, require_open};

pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    check_body(call, account, None)?;
    let id = uuid();
    let mut draft = json!({
        "id": id, "created_at": call.now_text(), "created_by": call.grant.client_id, "status": "open", "events": [],
        "_links": [{"rel": "self", "href": url(call, &account.id, "draft_orders", &id)}],
    });
    put_body(call, &mut draft, &id);
    account.drafts.put(&id, draft.clone());
    ApiResponse::ok(draft)
}

/// Checks a draft; `reserved` is the `order_id` that it has already.
fn check_body(call: &Call<'_>, account: &Account, reserved: Option<&str>) -> ApiResult<()> {
    let (order, options) = (&call.body["order"], &call.body["options"]);
    let is_order = |id: &str| account.orders.contains(id);
    let mut check = Check::of(&call.body);
    check_order(&mut check, order);
    let (target, own) = (options["order_id"].as_str(), order["order_id"].as_str());
    let reason = "is not an order of this account";
    check.ensure(target.is_none_or(is_order), "options.order_id", reason);
    let has_target = options["replace"].is_null() || target.is_some();
    check.ensure(has_target, "options.replace", "needs options.order_id");
    if let Some(own) = own.filter(|own| reserved != Some(*own)) {
        let field = "order.order_id";
        let reason = "can be chosen only with options.split_draft=false";
        check.ensure(options["split_draft"] == false, field, reason);
        check.ensure(!is_order(own), field, "is already used");
    }
    check.finish()
}

/// Takes over `order` and `options` of the request and notes the event.
fn put_body(call: &Call<'_>, draft: &mut Value, id: &str) {
    let mut order = call.body["order"].clone();
    if let Some(items) = order.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(|item| *item = stored(item, 1));
    }
    let reserve = call.body["options"]["generate_order_id"] == "ALPHANUMERIC_9_RESERVE";
    if order.get("order_id").is_none() && reserve {
        let reserved = draft["order"]["order_id"].as_str().map(str::to_owned);
        let reserved = reserved.unwrap_or_else(|| alphanumeric(9).to_uppercase());
        order["order_id"] = json!(reserved);
    }
    if order.get("gross_amount").is_none() {
        order["gross_amount"] = json!(gross(&order));
    }
    draft["order"] = order;
    remove(draft, &["options"]);
    set(draft, json!({"options": call.body["options"]}));
    touch(call, draft, id);
}

pub(crate) fn touch(call: &Call<'_>, draft: &mut Value, id: &str) {
    draft["updated_at"] = json!(call.now_text());
    if let Some(events) = draft["events"].as_array_mut() {
        events.push(api_event(call, Some(id)));
    }
}

pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("id");
    let draft = account.drafts.get(id)?;
    let reserved = draft["order"]["order_id"].as_str();
    check_body(call, account, reserved)?;
    with_open(call, account, |draft| {
        put_body(call, draft, id);
        Ok(())
    })
}

pub(crate) fn delete(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_open(call, account, |draft| {
        draft["status"] = json!("deleted");
        set(draft, stamp(call, "deleted"));
        touch(call, draft, call.param("id"));
        Ok(())
    })
}

pub(crate) fn add_item(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    with_items(call, account, |items| {
        let mut check = check_item(call);
        let is_new = items.iter().all(|i| i["line_id"] != call.body["line_id"]);
        check.ensure(is_new, "line_id", "is used twice in the order");
        check.finish()?;
        items.push(stored(&call.body, 1));
        Ok(())
    })
}

pub(crate) fn update_item(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let line = line_id(call)?;
    with_items(call, account, |items| {
        let item = items.iter_mut().find(|i| i["line_id"] == line);
        let item = item.ok_or_else(|| ApiError::not_found("line"))?;
        let mut check = check_item(call);
        let reason = "is not the line in the path";
        check.ensure(call.body["line_id"] == line, "line_id", reason);
        check.finish()?;
        *item = replaced(item, &call.body);
        Ok(())
    })
}

pub(crate) fn remove_item(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let line = line_id(call)?;
    with_items(call, account, |items| {
        let found = items.iter().position(|i| i["line_id"] == line);
        items.remove(found.ok_or_else(|| ApiError::not_found("line"))?);
        Ok(())
    })
}

fn line_id(call: &Call<'_>) -> ApiResult<i64> {
    let id = call.param("line_id").parse();
    id.map_err(|_| ApiError::invalid_field("line_id", "must be an integer"))
}

fn check_item(call: &Call<'_>) -> Check {
    let mut check = Check::of(&call.body);
    check_line_id(&mut check, "line_id", &call.body);
    check
}

fn with_open(
    call: &Call<'_>,
    account: &mut Account,
    change: impl FnOnce(&mut Value) -> ApiResult<()>,
) -> HandlerResult {
    let draft = account.drafts.get_mut(call.param("id"))?;
    require_open(draft, "draft", ApiError::wrong_state)?;
    change(draft)?;
    ApiResponse::ok(draft.clone())
}

/// Changes the items of an open draft; the gross amount is their sum from then on.
fn with_items(
    call: &Call<'_>,
    account: &mut Account,
    change: impl FnOnce(&mut Vec<Value>) -> ApiResult<()>,
) -> HandlerResult {
    with_open(call, account, |draft| {
        let mut lines = items(&draft["order"]["items"]).to_vec();
        change(&mut lines)?;
        draft["order"]["items"] = json!(lines);
        draft["order"]["gross_amount"] = json!(gross(&draft["order"]));
        touch(call, draft, call.param("id"));
        Ok(())
    })
}
