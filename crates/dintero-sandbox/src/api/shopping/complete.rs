//! Completing a draft: a new order, or more lines for an existing one.

use crate::api::prelude::*;
use crate::api::shopping::{self, drafts::touch};
use crate::state::shopping::{Kind, Order, gross, lines, require_open};

/// `PUT /draft_orders/{id}/complete`. With `split_draft` lines of different `groups` become orders of their own, the
/// sandbox's own rule (Dintero's is not published); else it is one order. The `order_id` is the draft's own, else a
/// generated one if the options ask for it, else the order's id.
pub(crate) fn complete(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("id");
    let draft = account.drafts.get(id)?;
    require_open(draft, "draft", ApiError::wrong_state)?;
    let (order, options) = (draft["order"].clone(), draft["options"].clone());
    let has_items = !items(&order["items"]).is_empty();
    ensure_state(has_items, "the draft has no items")?;
    let ids = if let Some(existing) = options["order_id"].as_str() {
        let target = account.orders.get_mut(existing)?;
        let replace = options["replace"] == "order";
        check_target(target, &order, replace)?;
        if replace {
            replace_content(target, order, options.clone());
        } else {
            add_lines(target, &order);
        }
        target.doc["updated_at"] = json!(call.now_text());
        target.events.push(api_event(call, Some(id)));
        vec![existing.to_owned()]
    } else {
        let parts = match options["split_draft"] == true {
            true => split(&order),
            false => vec![order],
        };
        let mut ids = Vec::new();
        for mut part in parts {
            if !ids.is_empty() {
                remove(&mut part, &["order_id"]);
            }
            let order = new_order(call, account, part, &options);
            let order_id = text_of(&order.doc["order_id"]).to_owned();
            // Only the first can have an id that was chosen, so that a refusal comes before any order is made.
            let is_new = !account.orders.contains(&order_id);
            ensure_state(is_new, "an order with this order_id exists already")?;
            account.orders.put(&order_id, order);
            ids.push(order_id);
        }
        ids
    };
    let draft = account.drafts.get_mut(id)?;
    draft["status"] = json!("completed");
    touch(call, draft, id);
    let body = |id: &String| Ok(account.orders.get(id)?.body(&[]));
    let orders: Vec<Value> = ids.iter().map(body).collect::<ApiResult<_>>()?;
    ApiResponse::ok(json!({"orders": orders}))
}

/// An order per kind of `groups`, in the order of the lines; each with its own sum.
fn split(order: &Value) -> Vec<Value> {
    let mut groups: Vec<(&Value, Vec<Value>)> = Vec::new();
    for item in items(&order["items"]) {
        match groups.iter_mut().find(|(of, _)| **of == item["groups"]) {
            Some((_, items)) => items.push(item.clone()),
            None => groups.push((&item["groups"], vec![item.clone()])),
        }
    }
    if groups.len() < 2 {
        return vec![order.clone()];
    }
    let part = |(_, items): (&Value, Vec<Value>)| {
        let mut part = order.clone();
        part["items"] = json!(items);
        part["gross_amount"] = json!(gross(&part));
        part
    };
    groups.into_iter().map(part).collect()
}

fn new_order(call: &Call<'_>, account: &Account, mut doc: Value, options: &Value) -> Order {
    let id = uuid();
    let generated = options["generate_order_id"].is_string();
    let generated = generated.then(|| alphanumeric(9).to_uppercase());
    let own = doc["order_id"].as_str().map(str::to_owned);
    let order_id = own.or(generated).unwrap_or_else(|| id.clone());
    let draft = call.param("id");
    let url = shopping::url(call, &account.id, "orders", &order_id);
    let draft_url = shopping::url(call, &account.id, "draft_orders", draft);
    let at = call.now_text();
    let fields = json!({
        "id": id, "order_id": order_id, "created_at": at, "updated_at": at, "created_by": call.grant.client_id,
        "_links": [
            {"rel": "self", "href": url},
            {"rel": "events", "href": format!("{url}/events")},
            {"rel": "draft", "href": draft_url},
        ],
        "options": options,
    });
    set(&mut doc, fields);
    Order::new(doc, api_event(call, Some(draft)))
}

fn check_target(target: &Order, order: &Value, replace: bool) -> ApiResult<()> {
    require_open(&target.doc, "order", ApiError::wrong_state)?;
    if replace {
        let reason = "an order with payment operations cannot be replaced";
        return ensure_state(!target.has_operations(), reason);
    }
    let (there, new) = (lines(&target.doc), lines(order));
    let is_new = !new.keys().any(|line| there.contains_key(line));
    let reason = "the order already has a line with a line_id of the draft";
    ensure_state(is_new, reason)
}

fn replace_content(target: &mut Order, mut order: Value, options: Value) {
    #[rustfmt::skip]
    const OWN: [&str; 7] = [
        "id", "order_id", "created_at", "created_by", "_links", "status", "comments",
    ];
    for name in OWN.into_iter().chain(Kind::ALL.map(Kind::plural)) {
        order[name] = target.doc[name].clone();
    }
    order["options"] = options;
    target.doc = order;
}

fn add_lines(target: &mut Order, order: &Value) {
    let mut all = items(&target.doc["items"]).to_vec();
    all.extend_from_slice(items(&order["items"]));
    target.doc["items"] = json!(all);
    target.doc["gross_amount"] = json!(gross(&target.doc));
}
