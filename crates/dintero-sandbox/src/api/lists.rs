//! Lists, filtered by the query parameters that the documents give their operation.

use crate::api::prelude::*;
use crate::state::store::Store;

/// Where an object has what a parameter filters by, if it is not at the parameter's own name; `*` is every member.
#[rustfmt::skip]
const PLACES: [(&str, &[&str]); 17] = [
    ("captured_at", &["captured_at/*"]), ("card_brand", &["card/brand"]), ("currency", &["currency", "order/currency"]),
    ("customer_id", &["customer_id", "customer/customer_id"]),
    ("initiating_system.dintero_system_plugin_name", &["initiating_system_request_headers/dintero-system-plugin-name"]),
    ("item_created_at", &["created_at"]), ("items_discount_lines_discount_type", &["items/*/discount_lines/*/discount_type"]),
    // By what part of an address Dintero filters is not published: any of its texts will do.
    ("itinerary_arrival_address", &["itinerary/*/arrival_address/*"]),
    ("itinerary_departure_address", &["itinerary/*/departure_address/*"]),
    ("itinerary_travel_mode", &["itinerary/*/travel_mode"]), ("operation_id", &["id"]),
    ("payment_provider", &["provider"]), ("payout_correlation_id", &["metadata/payout_correlation_id"]),
    ("refunded_at", &["refunded_at/*"]), ("store_id", &["store/id", "order/store/id"]),
    ("terminal_id", &["terminal_id", "store/terminal_id"]), ("token_id", &["card/payment_token_id"]),
];

/// Where `search` looks besides the full names, according to the reference.
#[rustfmt::skip]
const SEARCHED: [&str; 14] = [
    "id", "session_id", "transaction_id", "provider_reference", "card/payment_token_id", "merchant_reference",
    "merchant_reference_2", "order/merchant_reference", "order/merchant_reference_2", "customer/email",
    "customer/phone_number", "shipping_address/phone_number", "billing_address/phone_number", "billing_address/email",
];
const NAMED: [&str; 4] = [
    "shipping_address",
    "billing_address",
    "order/shipping_address",
    "order/billing_address",
];

/// The parameters that do not filter.
#[rustfmt::skip]
const CONTROLS: [&str; 8] = [
    "include_deleted", "include_events", "includes", "limit", "page", "starting_after", "starting_after_date",
    "starting_after_id",
];

type Filter<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// Returns the filter that the query asks for. An object is filtered as it is shown.
fn filter<'a>(call: &'a Call<'_>) -> ApiResult<Filter<'a>> {
    let mut filters: Vec<Filter<'a>> = Vec::new();
    for (name, text) in call.query.pairs() {
        let (base, bound) = match name.rsplit_once('.') {
            Some((base, bound @ ("gte" | "lte"))) => (base, Some(bound)),
            _ => (name, None),
        };
        if CONTROLS.contains(&base) || !(call.takes(name) || call.takes(base)) {
            continue;
        }
        let is_amount = base.contains("amount");
        let time = "must be a date and time in ISO 8601";
        let (limit, reason) = match is_amount {
            true => (text.parse().ok(), "must be an integer"),
            false => (moment(text, bound == Some("lte")), time),
        };
        let is_text = !is_amount && bound.is_none();
        ensure_field(is_text || limit.is_some(), name, reason)?;
        let row = PLACES.iter().find(|(parameter, _)| *parameter == base);
        let places = row.map_or(vec![base], |(_, places)| places.to_vec());
        let values = call.values(name);
        let is_it = move |value: &Value| {
            let number = value.as_i64().or_else(|| moment(text_of(value), false));
            match (bound, value) {
                (Some("gte"), _) => number >= limit,
                (Some(_), _) => number.is_some() && number <= limit,
                (None, Value::String(own)) => values.contains(&&**own),
                (None, other) => values.contains(&&*other.to_string()),
            }
        };
        filters.push(match base {
            "search" => Box::new(move |object| is_found(object, text)),
            _ => Box::new(move |object| any(object, &places, &is_it)),
        });
    }
    let hides_deleted = call.takes("include_deleted")
        && !is_set(call, "include_deleted")
        && !call.query.all("status").contains(&"DELETED");
    Ok(Box::new(move |object: &Value| {
        let is_shown = !(hides_deleted && object.get("deleted_at").is_some());
        is_shown && filters.iter().all(|fits| fits(object))
    }))
}

fn is_found(object: &Value, text: &str) -> bool {
    let is_name = |value: &Value| {
        let part = |name: &str| text_of(&value[name]);
        format!("{} {}", part("first_name"), part("last_name")) == text
    };
    any(object, &SEARCHED, &|value| value == text) || any(object, &NAMED, &is_name)
}

fn any(object: &Value, places: &[&str], is_it: &dyn Fn(&Value) -> bool) -> bool {
    places.iter().any(|place| {
        let (first, rest) = place.split_once('/').unwrap_or((place, ""));
        let is_below = |value: &Value| match rest {
            "" => is_it(value),
            rest => any(value, &[rest], is_it),
        };
        match (first, object) {
            ("*", Value::Array(items)) => items.iter().any(is_below),
            ("*", Value::Object(members)) => members.values().any(is_below),
            (first, object) => object.get(first).is_some_and(is_below),
        }
    })
}

fn moment(text: &str, upper: bool) -> Option<i64> {
    Some(parse_time(text, upper)?.timestamp_micros())
}

pub(crate) fn is_set(call: &Call<'_>, parameter: &str) -> bool {
    call.query.first(parameter) == Some("true")
}

/// A page of objects, newest first, and the cursor of the next page if there is one.
type Page<'s, T> = (Vec<&'s T>, Option<&'s str>);

/// Returns the page that the query asks for, of the objects that are shown at all.
pub(crate) fn page<'s, T>(
    call: &Call<'_>,
    store: &'s Store<T>,
    shown: impl Fn(&T) -> Option<Value>,
) -> ApiResult<Page<'s, T>> {
    let mut cursors = ["starting_after", "starting_after_id", "page"].into_iter();
    let parameter = cursors.find(|name| call.takes(name)).unwrap_or_default();
    let filter = filter(call)?;
    let wanted = |object: &T| shown(object).is_some_and(|object| filter(&object));
    let page = store.page(call.query.first(parameter), call.limit(), wanted);
    page.ok_or_else(|| ApiError::invalid_field(parameter, "is not the cursor of a page"))
}

/// Lists objects that are shown as they are stored. `members` of the response hold the objects and the cursor; without,
/// it is a bare array.
pub(crate) fn list_of(
    call: &Call<'_>,
    store: &Store<Value>,
    members: Option<(&str, &str)>,
) -> HandlerResult {
    let (page, next) = page(call, store, |object| Some(object.clone()))?;
    let page: Value = page.into_iter().cloned().collect();
    let Some((objects, cursor)) = members else {
        return ApiResponse::ok(page);
    };
    ApiResponse::ok(object(json!({objects: page, cursor: next})))
}

/// Reads the object that the last parameter of the path names.
pub(crate) fn read_of(call: &Call<'_>, store: &Store<Value>) -> HandlerResult {
    let id = call.params.last().map_or("", |(_, id)| id);
    ApiResponse::ok(store.get(id)?.clone())
}
