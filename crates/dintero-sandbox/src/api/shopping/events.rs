//! The events of an order: what the API did to it and what services report about it.

use crate::api::prelude::*;

fn event(call: &Call<'_>, kind: &str) -> Value {
    json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id, "version": 1,
        "event_type": kind,
    })
}

/// The event that a changing call leaves behind; `draft` when it was made on a draft.
pub(crate) fn api_event(call: &Call<'_>, draft: Option<&str>) -> Value {
    let body = match &call.body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut event = event(call, "api-event");
    event["request"] = json!({"path": call.path, "method": call.method, "body": body});
    set(&mut event, json!({"draft_id": draft}));
    event
}

pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let order = account.orders.get(call.param("order_id"))?;
    ApiResponse::ok(json!({"events": order.events, "state": order.state()}))
}

pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    #[rustfmt::skip]
    const FIELDS: [&str; 5] = [
        "state", "service", "service_status", "description", "metadata",
    ];
    let order = account.orders.get_mut(call.param("order_id"))?;
    Check::of(&call.body).finish()?;
    let mut event = event(call, "service-event");
    copy(&mut event, &call.body, &FIELDS);
    order.events.push(event.clone());
    ApiResponse::ok(event)
}
