//! Completing a draft: a new order, or more lines for an existing one.

use serde_json::{Map, Value, json};

use crate::api::shopping::drafts::{base, touch};
use crate::api::shopping::events::api_event;
use crate::api::shopping::items::ITEMS;
use crate::call::{ApiResponse, Call};
use crate::errors::{ApiError, ApiResult};
use crate::state::shopping::{Order, gross, lines};
use crate::state::{Account, alphanumeric, uuid};

/// `PUT /draft_orders/{id}/complete`. With `split_draft` lines of different `groups` become orders of their own, the
/// sandbox's own rule (Dintero's is not published); else it is one order. The `order_id` is the draft's own, else a
/// generated one if the options ask for it, else the order's id.
pub(crate) fn complete(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("id");
    let draft = account.shopping.drafts.get(id, "draft")?;
    draft.require_open()?;
    let order = draft.order().as_object().cloned().unwrap_or_default();
    let options = draft.doc.get("options").cloned().unwrap_or(Value::Null);
    if order
        .get("items")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
    {
        return Err(ApiError::wrong_state("the draft has no items"));
    }
    let event = api_event(call, Some(id));
    let ids = if let Some(existing) = options["order_id"].as_str() {
        let target = account.shopping.orders.get_mut(existing, "order")?;
        let replace = options["replace"] == "order";
        check_target(target, &order, replace)?;
        let mut order = order;
        order.insert("order_id".into(), json!(existing));
        order.insert("updated_at".into(), json!(call.now_text()));
        order.insert("options".into(), options.clone());
        take_over(target, order, replace);
        target.events.push(event);
        vec![existing.to_owned()]
    } else {
        let parts = if options["split_draft"] == true {
            split(&order)
        } else {
            vec![order]
        };
        account
            .shopping
            .orders
            .check_capacity(parts.len(), "orders")?;
        // Every refusal comes before the first order is made.
        let first = order_id(&parts[0], &options);
        if account.shopping.orders.contains(&first.1) {
            return Err(ApiError::wrong_state(
                "an order with this order_id exists already",
            ));
        }
        let mut ids = Vec::new();
        for (n, part) in parts.into_iter().enumerate() {
            let (uuid, order_id) = if n == 0 {
                first.clone()
            } else {
                let mut anonymous = part.clone();
                anonymous.remove("order_id");
                order_id(&anonymous, &options)
            };
            let order = new_order(call, account, part, (&uuid, &order_id), &options);
            account.shopping.orders.put(&order_id, order);
            ids.push(order_id);
        }
        ids
    };
    let draft = account.shopping.drafts.get_mut(id, "draft")?;
    draft.status = "completed";
    touch(call, draft, id);
    let body = |id: &String| Ok(account.shopping.orders.get(id, "order")?.body(&[]));
    let orders: Vec<Value> = ids.iter().map(body).collect::<ApiResult<_>>()?;
    ApiResponse::ok(json!({"orders": orders}))
}

/// An order per kind of `groups`, in the order of the lines; each with its own sum.
fn split(order: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut groups: Vec<(&Value, Vec<Value>)> = Vec::new();
    for item in order["items"].as_array().into_iter().flatten() {
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
        part.insert(
            "gross_amount".into(),
            json!(gross(&json!({"items": items}))),
        );
        part.insert("items".into(), json!(items));
        part
    };
    groups.into_iter().map(part).collect()
}

/// Dintero's id and the `order_id` of a new order.
fn order_id(order: &Map<String, Value>, options: &Value) -> (String, String) {
    let uuid = uuid();
    let own = order
        .get("order_id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let generated = options["generate_order_id"]
        .is_string()
        .then(|| alphanumeric(9).to_uppercase());
    let order_id = own.or(generated).unwrap_or_else(|| uuid.clone());
    (uuid, order_id)
}

fn new_order(
    call: &Call<'_>,
    account: &Account,
    mut doc: Map<String, Value>,
    (uuid, order_id): (&str, &str),
    options: &Value,
) -> Order {
    let orders = format!(
        "{}/v1/accounts/{}/shopping/orders/{order_id}",
        call.base_url, account.id
    );
    let draft = call.param("id");
    let links = json!([
        {"rel": "self", "href": orders},
        {"rel": "events", "href": format!("{orders}/events")},
        {"rel": "draft", "href": format!("{}/{draft}", base(call, account))},
    ]);
    for (name, value) in [
        ("id", json!(uuid)),
        ("order_id", json!(order_id)),
        ("created_at", json!(call.now_text())),
        ("updated_at", json!(call.now_text())),
        ("created_by", json!(call.grant.client_id)),
        ("_links", links),
    ] {
        doc.insert(name.into(), value);
    }
    if options.is_object() {
        doc.insert("options".into(), options.clone());
    }
    Order {
        doc,
        status: "open",
        created_at: call.now,
        operations: Vec::new(),
        events: vec![api_event(call, Some(draft))],
        comments: Vec::new(),
        sessions: Vec::new(),
    }
}

/// Whether a draft's content can go into an existing order.
fn check_target(target: &Order, order: &Map<String, Value>, replace: bool) -> ApiResult<()> {
    target.check_capacity()?;
    if target.status != "open" {
        return Err(ApiError::wrong_state(format!(
            "the order is {}",
            target.status
        )));
    }
    if replace && !target.operations.is_empty() {
        return Err(ApiError::wrong_state(
            "an order with payment operations cannot be replaced",
        ));
    }
    let there = target.lines();
    let new = lines(&json!({"items": order["items"]}));
    if !replace && new.keys().any(|line| there.contains_key(line)) {
        return Err(ApiError::wrong_state(
            "the order already has a line with a line_id of the draft",
        ));
    }
    if !replace && there.len() + new.len() > ITEMS {
        return Err(ApiError::full("lines of one order"));
    }
    Ok(())
}

fn take_over(target: &mut Order, mut order: Map<String, Value>, replace: bool) {
    if replace {
        let kept = ["id", "created_at", "created_by", "_links"];
        target.doc.retain(|k, _| kept.contains(&k.as_str()));
    } else {
        let mut items = target
            .doc
            .get("items")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        items.extend(order["items"].as_array().cloned().unwrap_or_default());
        order = Map::from_iter([
            ("items".into(), json!(items)),
            ("updated_at".into(), order["updated_at"].clone()),
        ]);
        order.insert(
            "gross_amount".into(),
            json!(gross(&Value::Object(order.clone()))),
        );
    }
    target.doc.extend(order);
}
