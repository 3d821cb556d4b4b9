//! Lists of what is stored as JSON.

use std::ops::RangeBounds as _;

use chrono::{DateTime, Utc};

use crate::api::prelude::*;
use crate::api::{has_values, is_found, is_set, page};
use crate::state::store::Store;

/// Query parameters that filter, where the documents have them, and where an object has their values.
#[rustfmt::skip]
const FILTERS: [(&str, &str); 9] = [
    ("case_status", "/case_status"), ("currency", "/order/currency"), ("customer_id", "/customer_id"),
    ("operation_id", "/id"), ("payment_provider", "/provider"), ("payout_destination_id", "/payout_destination_id"),
    ("relationship_id", "/relationship_id"), ("status", "/status"), ("terminal_id", "/terminal_id"),
];
const SEARCHED: [&str; 2] = ["/id", "/provider_reference"];

fn created_at(object: &Value) -> Option<DateTime<Utc>> {
    parse_time(text_of(&object["created_at"]), false)
}

/// Returns a page of the objects, newest first, filtered as far as the documents have filters. `members` of the response
/// hold the objects and the cursor; without, it is a bare array.
pub(crate) fn list_of(
    call: &Call<'_>,
    store: &Store<Value>,
    members: Option<(&str, &str)>,
) -> HandlerResult {
    let query = &call.query;
    let mut filters = FILTERS.to_vec();
    filters.retain(|(parameter, _)| call.takes(parameter));
    let ranges = ["created_at", "item_created_at"].into_iter();
    let ranges = ranges.filter(|name| call.takes(&format!("{name}.gte")));
    let created: ApiResult<Vec<_>> = ranges.map(|name| query.times(name)).collect();
    let created = created?;
    let shows_deleted = !call.takes("include_deleted")
        || is_set(call, "include_deleted")
        || query.all("status").contains(&"DELETED");
    let wanted = |object: &Value| {
        let is_in = |at| created.iter().all(|range| range.contains(&at));
        (shows_deleted || object.get("deleted_at").is_none())
            && has_values(query, object, &filters)
            && (!call.takes("search") || is_found(query, object, &SEARCHED))
            && (created.is_empty() || created_at(object).is_some_and(is_in))
    };
    let mut cursors = ["starting_after", "starting_after_id", "page"].into_iter();
    let cursor = cursors.find(|name| call.takes(name)).unwrap_or_default();
    let (page, next) = page(call, cursor, store, wanted)?;
    let page: Value = page.into_iter().cloned().collect();
    let Some((objects, cursor)) = members else {
        return ApiResponse::ok(page);
    };
    let mut body = json!({objects: page});
    set(&mut body, json!({cursor: next}));
    ApiResponse::ok(body)
}
