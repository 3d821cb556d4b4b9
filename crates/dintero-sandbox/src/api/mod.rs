//! The operations: one function each, called with a checked token, a request that is as documented, and under the
//! sandbox's lock. Every function checks first and changes afterwards, so that a refused request changes nothing.

pub(crate) mod admin;
pub(crate) mod checkout;
pub(crate) mod documented;
pub(crate) mod records;
pub(crate) mod shopping;
pub(crate) mod wallets;

/// What nearly every operation uses.
mod prelude {
    pub(crate) use super::{fits, shopping::events::api_event, stamp};
    pub(crate) use crate::call::{ApiResponse, Call, HandlerResult};
    pub(crate) use crate::callbacks::webhooks;
    pub(crate) use crate::check::{Check, parse_time};
    pub(crate) use crate::clock::text;
    pub(crate) use crate::errors::{ApiError, ApiResult};
    pub(crate) use crate::errors::{ensure_capacity, ensure_field, ensure_state};
    pub(crate) use crate::state::checkout::{Authorization, Session, Transaction};
    pub(crate) use crate::state::json::{copy, items, pick, remove, set, text_of};
    pub(crate) use crate::state::{Account, alphanumeric, checkout_id, uuid};
    pub(crate) use serde_json::{Value, json};
}

use self::prelude::*;
use crate::query::Query;
use crate::state::json::for_each_member;
use crate::state::store::Store;

/// A page of objects, newest first, and the cursor of the next page if there is one.
type Page<'s, T> = (Vec<&'s T>, Option<&'s str>);

pub(crate) fn page<'s, T>(
    call: &Call<'_>,
    parameter: &str,
    store: &'s Store<T>,
    wanted: impl Fn(&T) -> bool,
) -> ApiResult<Page<'s, T>> {
    let page = store.page(call.query.first(parameter), call.limit(), wanted);
    page.ok_or_else(|| ApiError::invalid_field(parameter, "is not the cursor of a page"))
}

pub(crate) fn is_set(call: &Call<'_>, parameter: &str) -> bool {
    call.query.first(parameter) == Some("true")
}

/// Whether an object has what the query asks for: for each parameter that is there, one of its values at the place.
pub(crate) fn has_values(query: &Query, object: &Value, places: &[(&str, &str)]) -> bool {
    places.iter().all(|(parameter, place)| {
        let found = object.pointer(place).or_else(|| object.get(*parameter));
        let found = found.map_or("", text_of);
        is_one_of(&query.all(parameter), found)
    })
}

pub(crate) fn is_one_of(wanted: &[&str], found: &str) -> bool {
    wanted.is_empty() || wanted.contains(&found)
}

/// Whether `search`, if it is there, is the text at one of the places.
pub(crate) fn is_found(query: &Query, object: &Value, places: &[&str]) -> bool {
    let mut found = places.iter().filter_map(|place| object.pointer(place));
    let search = query.first("search");
    search.is_none_or(|text| found.any(|value| value == text))
}

/// Adds the effective rate to every loan example of a configuration. How Dintero reckons is not published; here all is
/// paid back at the end.
pub(crate) fn add_rates(value: &mut Value) {
    for_each_member(value, &mut |name, below| {
        if name == "loan_example" && below.is_object() {
            let number = |name: &str| below[name].as_f64().unwrap_or(0.0).max(1.0);
            let growth = number("total_amount") / number("amount");
            let rate = (growth.powf(number("years").recip()) - 1.0) * 100.0;
            let rate = format!("{:.2}", rate.clamp(0.0, 100_000.0));
            below["effective_annual_interest_rate"] = json!(rate);
        }
    });
}

/// Who did something and when, such as `deleted_at` and `deleted_by`.
pub(crate) fn stamp(call: &Call<'_>, verb: &str) -> Value {
    json!({
        (format!("{verb}_at")): call.now_text(),
        (format!("{verb}_by")): call.grant.client_id,
    })
}

/// Whether `part` lies between nothing and the whole, which may be negative.
pub(crate) fn fits(whole: i64, part: i64) -> bool {
    (whole.min(0)..=whole.max(0)).contains(&part)
}

#[cfg(test)]
mod tests;
