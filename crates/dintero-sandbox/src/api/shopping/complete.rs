//! Completing a draft: a new order, or more lines for an existing one.

use serde_json::{Map, Value, json};

use crate::api::shopping::drafts::{base, touch};
use crate::api::shopping::events::api_event;
use crate::api::shopping::items::ITEMS;
use crate::call::{Call, Reply};
use crate::errors::{ApiError, Outcome};
use crate::state::shopping::{Order, gross, lines};
use crate::state::{Account, alphanumeric, uuid};

/// `PUT /draft_orders/{id}/complete`: always one order, also with `split_draft` (by what rule Dintero splits is not
/// published). The `order_id` is the draft's own, else a generated one if the options ask for it, else the order's id.
pub(crate) fn complete(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let id = call.param("id");
    let draft = account.shopping.drafts.get(id, "draft")?;
    draft.require_open()?;
    let mut order = draft.order().as_object().cloned().unwrap_or_default();
    let options = draft.doc.get("options").cloned().unwrap_or(Value::Null);
    if order
        .get("items")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
    {
        return Err(ApiError::wrong_state("the draft has no items"));
    }
    let order_id = if let Some(existing) = options["order_id"].as_str() {
        let target = account.shopping.orders.get(existing, "order")?;
        check_target(target, &order, options["replace"] == "order")?;
        existing.to_owned()
    } else {
        account.shopping.orders.check_room(1, "orders")?;
        let uuid = uuid();
        let generated = options["generate_order_id"]
            .is_string()
            .then(|| alphanumeric(9).to_uppercase());
        let own = order
            .get("order_id")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let order_id = own.or(generated).unwrap_or_else(|| uuid.clone());
        if account.shopping.orders.contains(&order_id) {
            return Err(ApiError::wrong_state(
                "an order with this order_id exists already",
            ));
        }
        order.insert("id".into(), json!(uuid));
        order_id
    };
    order.insert("order_id".into(), json!(order_id));
    order.insert("updated_at".into(), json!(call.now_text()));
    if options.is_object() {
        order.insert("options".into(), options.clone());
    }

    let event = api_event(call, Some(id));
    if let Some(target) = account
        .shopping
        .orders
        .get_mut(&order_id, "order")
        .ok()
        .filter(|_| options["order_id"].is_string())
    {
        take_over(target, order, options["replace"] == "order");
        target.events.push(event);
    } else {
        let orders = format!(
            "{}/v1/accounts/{}/shopping/orders/{order_id}",
            call.base_url, account.id
        );
        order.insert("created_at".into(), json!(call.now_text()));
        order.insert("created_by".into(), json!(call.grant.client_id));
        order.insert(
            "_links".into(),
            json!([
                {"rel": "self", "href": orders},
                {"rel": "events", "href": format!("{orders}/events")},
                {"rel": "draft", "href": format!("{}/{id}", base(call, account))},
            ]),
        );
        let order = Order {
            doc: order,
            status: "open",
            created_at: call.now,
            operations: Vec::new(),
            events: vec![event],
            comments: Vec::new(),
        };
        account.shopping.orders.put(&order_id, order);
    }
    let draft = account.shopping.drafts.get_mut(id, "draft")?;
    draft.status = "completed";
    touch(call, draft, id);
    let body = account.shopping.orders.get(&order_id, "order")?.body(&[]);
    Reply::ok(json!({"orders": [body]}))
}

/// Whether a draft's content can go into an existing order.
fn check_target(target: &Order, order: &Map<String, Value>, replace: bool) -> Outcome<()> {
    target.check_room()?;
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
