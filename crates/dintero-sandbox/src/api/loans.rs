//! The one figure of a profile that the API works out itself: the effective rate of a loan example.

use crate::api::prelude::*;
use crate::state::json::for_each_member;

/// Adds `effective_annual_interest_rate` to every loan example. How Dintero reckons is not published; here all is paid
/// back at the end.
pub(crate) fn add_rates(value: &mut Value) {
    for_each_member(value, &mut |name, below| {
        if name == "loan_example" && below.is_object() {
            below["effective_annual_interest_rate"] = json!(rate(below));
        }
    });
}

fn rate(example: &Value) -> String {
    let number = |name: &str| example[name].as_f64().unwrap_or(0.0).max(1.0);
    let growth = (number("total_amount") / number("amount")).powf(number("years").recip());
    format!("{:.2}", ((growth - 1.0) * 100.0).clamp(0.0, 100_000.0))
}
