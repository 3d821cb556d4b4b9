//! Orders read and listed: all of an account, of a customer, of a store.

use crate::api::lists::page;
use crate::api::prelude::*;
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
    let order = account.orders.get(call.param("order_id"))?;
    if !belongs(call, order) {
        return Err(ApiError::not_found("order"));
    }
    ApiResponse::ok(order.body(&events_wanted(call)))
}

pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let events = events_wanted(call);
    let shown = |order: &Order| belongs(call, order).then(|| order.body(&[]));
    let (page, next) = page(call, &account.orders, shown)?;
    let orders: Value = page.iter().map(|o| o.body(&events)).collect();
    ApiResponse::ok(object(json!({"orders": orders, "paging_token": next})))
}

/// `GET /orders/{order_id}/{list}` and `GET /orders/{order_id}/{list}/{id}`: what is recorded of an order, oldest first.
pub(crate) fn records(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    // /v1/accounts/{aid}/shopping/orders/{order_id}/{list}
    let list = call.path.split('/').nth(7).unwrap_or_default();
    let order = account.orders.get(call.param("order_id"))?;
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
