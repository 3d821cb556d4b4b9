//! Orders read and listed: all of an account, of a customer, of a store.

use serde_json::{Value, json};

use crate::call::{ApiResponse, Call};
use crate::errors::{ApiError, ApiResult};
use crate::query::{Query, TimeRange};
use crate::state::Account;
use crate::state::shopping::Order;

const EVENT_TYPES: [&str; 2] = ["api-event", "service-event"];

/// Which event types to show: none unless asked for. Stores and customers never see api-events.
pub(crate) fn events_wanted(query: &Query, outside: bool) -> ApiResult<Vec<&str>> {
    let mut wanted = query.all_of(
        "include_events",
        &["false", "true", "api-event", "service-event"],
    )?;
    if wanted.contains(&"true") {
        wanted = EVENT_TYPES.to_vec();
    }
    wanted.retain(|w| *w != "false" && !(outside && *w == "api-event"));
    Ok(wanted)
}

/// `GET /orders/{order_id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, false)?;
    ApiResponse::ok(
        account
            .shopping
            .orders
            .get(call.param("order_id"), "order")?
            .body(&events),
    )
}

/// `GET /orders`: newest first.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    page(call, account, None)
}

/// `GET /customers/{customer_id}/orders`.
pub(crate) fn list_of_customer(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    page(call, account, Some(("customer", call.param("customer_id"))))
}

/// `GET /stores/{store_id}/orders`.
pub(crate) fn list_of_store(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    page(call, account, Some(("store", call.param("store_id"))))
}

/// `GET /customers/{customer_id}/orders/{order_id}`.
pub(crate) fn read_of_customer(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    read_of(call, account, ("customer", call.param("customer_id")))
}

/// `GET /stores/{store_id}/orders/{order_id}`.
pub(crate) fn read_of_store(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    read_of(call, account, ("store", call.param("store_id")))
}

fn read_of(call: &Call<'_>, account: &Account, whose: (&str, &str)) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, true)?;
    let order = account
        .shopping
        .orders
        .get(call.param("order_id"), "order")?;
    if belongs(order, whose) {
        ApiResponse::ok(order.body(&events))
    } else {
        Err(ApiError::not_found("order"))
    }
}

fn belongs(order: &Order, (kind, id): (&str, &str)) -> bool {
    order.doc.get(kind).is_some_and(|of| of["id"] == id)
}

fn page(call: &Call<'_>, account: &Account, whose: Option<(&str, &str)>) -> ApiResult<ApiResponse> {
    let events = events_wanted(&call.query, whose.is_some())?;
    let filter = Filter::new(&call.query)?;
    let wanted = |o: &Order| whose.is_none_or(|whose| belongs(o, whose)) && filter.wants(o);
    let after = call.query.first("starting_after");
    let (page, next) = account
        .shopping
        .orders
        .page(after, call.query.limit()?, wanted)?;
    let mut body = json!({"orders": page.iter().map(|o| o.body(&events)).collect::<Value>()});
    if let Some(next) = next {
        body["paging_token"] = json!(next);
    }
    ApiResponse::ok(body)
}

struct Filter<'a> {
    status: Vec<&'a str>,
    payment_status: Vec<&'a str>,
    created: TimeRange,
    currency: Vec<&'a str>,
    travel_mode: Vec<&'a str>,
    arrival: Vec<&'a str>,
    departure: Vec<&'a str>,
    discount_type: Vec<&'a str>,
}

impl<'a> Filter<'a> {
    fn new(query: &'a Query) -> ApiResult<Self> {
        const PAYMENT: [&str; 5] = [
            "pending",
            "partially_paid",
            "paid",
            "partially_refunded",
            "refunded",
        ];
        Ok(Self {
            status: query.all_of("status", &["open", "closed", "cancelled"])?,
            payment_status: query.all_of("payment_status", &PAYMENT)?,
            created: query.times("created_at")?,
            currency: query.all("currency"),
            travel_mode: query.all("itinerary_travel_mode"),
            arrival: query.all("itinerary_arrival_address"),
            departure: query.all("itinerary_departure_address"),
            discount_type: query.all("items_discount_lines_discount_type"),
        })
    }

    fn wants(&self, order: &Order) -> bool {
        let one = |values: &[&str], found: &str| values.is_empty() || values.contains(&found);
        let list = |name: &str| {
            order
                .doc
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let text = |v: &Value, values: &[&str]| v.as_str().is_some_and(|s| values.contains(&s));
        let mode = |values: &[&str]| list("itinerary").any(|i| text(&i["travel_mode"], values));
        // By what part of the address Dintero filters is not published: any of its texts will do.
        let address = |name: &str, values: &[&str]| {
            list("itinerary")
                .filter_map(|i| i[name].as_object())
                .any(|a| a.values().any(|v| text(v, values)))
        };
        let discounts = || {
            list("items")
                .filter_map(|i| i["discount_lines"].as_array())
                .flatten()
        };
        one(&self.status, order.status)
            && one(&self.payment_status, order.payment_status())
            && self.created.contains(order.created_at)
            && one(
                &self.currency,
                order.doc["currency"].as_str().unwrap_or_default(),
            )
            && (self.travel_mode.is_empty() || mode(&self.travel_mode))
            && (self.arrival.is_empty() || address("arrival_address", &self.arrival))
            && (self.departure.is_empty() || address("departure_address", &self.departure))
            && (self.discount_type.is_empty()
                || discounts().any(|d| text(&d["discount_type"], &self.discount_type)))
    }
}
