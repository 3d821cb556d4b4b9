//! Orders read and listed: all of an account, of a customer, of a store.

use std::ops::RangeBounds as _;

use crate::api::page;
use crate::api::prelude::*;
use crate::query::Query;
use crate::state::shopping::Order;

/// Returns the event types to show: none unless the query names them. Stores and customers never see api-events.
pub(crate) fn events_wanted<'a>(call: &'a Call<'_>) -> Vec<&'a str> {
    let outside = !call.param("customer_id").is_empty() || !call.param("store_id").is_empty();
    let mut wanted = call.query.all("include_events");
    if wanted.contains(&"true") {
        wanted = vec!["api-event", "service-event"];
    }
    wanted.retain(|w| *w != "false" && !(outside && *w == "api-event"));
    wanted
}

pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let orders = &account.shopping.orders;
    let order = orders.get(call.param("order_id"), "order")?;
    if !belongs(call, order) {
        return Err(ApiError::not_found("order"));
    }
    ApiResponse::ok(order.body(&events_wanted(call)))
}

pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let events = events_wanted(call);
    let created = call.query.times("created_at")?;
    let is_in = |order: &Order| belongs(call, order) && created.contains(&order.created_at);
    let wanted = |order: &Order| is_in(order) && matches(&call.query, order);
    let (page, next) = page(call, "starting_after", &account.shopping.orders, wanted)?;
    let mut body = json!({"orders": page.iter().map(|o| o.body(&events)).collect::<Value>()});
    set(&mut body, json!({"paging_token": next}));
    ApiResponse::ok(body)
}

/// `GET /orders/{order_id}/{list}` and `GET /orders/{order_id}/{list}/{id}`: what is recorded of an order, oldest first.
pub(crate) fn records(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    // /v1/accounts/{aid}/shopping/orders/{order_id}/{list}
    let list = call.path.split('/').nth(7).unwrap_or_default();
    let orders = &account.shopping.orders;
    let order = orders.get(call.param("order_id"), "order")?;
    let records = match list {
        "sessions" => &order.sessions,
        list => items(&order.doc[list]),
    };
    let Some((_, id)) = call.params.get(2) else {
        return ApiResponse::ok(json!({list: records}));
    };
    let found = records.iter().find(|record| record["id"] == *id);
    let found = found.ok_or_else(|| ApiError::not_found(list.trim_end_matches('s')))?;
    ApiResponse::ok(found.clone())
}

fn belongs(call: &Call<'_>, order: &Order) -> bool {
    let is = |of: &str, id: &str| id.is_empty() || order.doc[of]["id"] == id;
    is("customer", call.param("customer_id")) && is("store", call.param("store_id"))
}

fn matches(query: &Query, order: &Order) -> bool {
    let itinerary = items(&order.doc["itinerary"]);
    let modes = itinerary.iter().map(|i| text_of(&i["travel_mode"]));
    // By what part of the address Dintero filters is not published: any of its texts will do.
    let addresses = |name: &str| -> Vec<&str> {
        let addresses = itinerary.iter().filter_map(|i| i[name].as_object());
        let parts = addresses.flat_map(|address| address.values());
        parts.filter_map(Value::as_str).collect()
    };
    let lines = items(&order.doc["items"]).iter();
    let discounts = lines.flat_map(|line| items(&line["discount_lines"]));
    let discounts = discounts.map(|d| text_of(&d["discount_type"]));
    #[rustfmt::skip]
    let filters = [
        ("status", vec![text_of(&order.doc["status"])]),
        ("currency", vec![text_of(&order.doc["currency"])]),
        ("payment_status", vec![order.payment_status()]),
        ("itinerary_travel_mode", modes.collect()),
        ("itinerary_arrival_address", addresses("arrival_address")),
        ("itinerary_departure_address", addresses("departure_address")),
        ("items_discount_lines_discount_type", discounts.collect()),
    ];
    filters.iter().all(|(parameter, found)| {
        let wanted = query.all(parameter);
        wanted.is_empty() || found.iter().any(|found| wanted.contains(found))
    })
}
