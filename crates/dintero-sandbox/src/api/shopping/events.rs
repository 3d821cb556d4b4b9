//! The events of an order: what the API did to it and what services report about it.

use serde_json::{Value, json};

use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::ApiResult;
use crate::state::{Account, uuid};

/// The event that a changing call leaves behind; `draft` when it was made on a draft.
pub(crate) fn api_event(call: &Call<'_>, draft: Option<&str>) -> Value {
    let body = if call.body.is_null() {
        String::new()
    } else {
        call.body.to_string()
    };
    let mut event = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id, "version": 1,
        "event_type": "api-event", "request": {"path": call.path, "method": call.method, "body": body},
    });
    if let Some(draft) = draft {
        event["draft_id"] = json!(draft);
    }
    event
}

/// `GET /orders/{order_id}/events`: oldest first, with the combined state.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let order = account
        .shopping
        .orders
        .get(call.param("order_id"), "order")?;
    ApiResponse::ok(json!({"events": order.events, "state": order.state()}))
}

/// `POST /orders/{order_id}/events`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let order = account
        .shopping
        .orders
        .get_mut(call.param("order_id"), "order")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_one_of(
        &root.at("state"),
        &["error", "failure", "success", "pending"],
    );
    check.need_text(&root.at("service"), 255);
    check.need_text(&root.at("service_status"), 255);
    check.text(&root.at("description"), 4_096);
    check.object(&root.at("metadata"));
    check.finish()?;
    order.check_capacity()?;
    let mut event = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id, "version": 1,
        "event_type": "service-event",
    });
    for name in [
        "state",
        "service",
        "service_status",
        "description",
        "metadata",
    ] {
        if let Some(value) = call.body.get(name) {
            event[name] = value.clone();
        }
    }
    order.events.push(event.clone());
    ApiResponse::ok(event)
}
