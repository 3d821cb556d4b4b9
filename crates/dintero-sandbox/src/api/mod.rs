//! The operations: one function each, called with a checked token, a request that is as documented, and under the
//! sandbox's lock. Every function checks first and changes afterwards, so that a refused request changes nothing.

pub(crate) mod admin;
pub(crate) mod checkout;
pub(crate) mod documented;
pub(crate) mod lists;
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
    pub(crate) use crate::errors::{ensure_field, ensure_state};
    pub(crate) use crate::state::checkout::{Authorization, Session, Transaction};
    pub(crate) use crate::state::json::{copy, items, object, pick, remove, set, text_of};
    pub(crate) use crate::state::{Account, alphanumeric, checkout_id, uuid};
    pub(crate) use serde_json::{Value, json};
}

use self::prelude::*;
use crate::state::json::for_each_member;

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
