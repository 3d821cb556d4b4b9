//! The one figure of a profile that the API works out itself: the effective rate of a loan example.

use serde_json::{Value, json};

/// Adds `effective_annual_interest_rate` to every loan example. How Dintero reckons is not published; here all is paid
/// back at the end.
pub(crate) fn add_rates(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_rates),
        Value::Object(object) => {
            for (name, below) in object {
                if name == "loan_example" && below.is_object() {
                    below["effective_annual_interest_rate"] = json!(rate(below));
                } else {
                    add_rates(below);
                }
            }
        }
        _ => {}
    }
}

/// In percent, as decimal text.
fn rate(example: &Value) -> String {
    let number = |name: &str| example[name].as_f64().unwrap_or(0.0).max(1.0);
    let growth = (number("total_amount") / number("amount")).powf(number("years").recip());
    format!("{:.2}", ((growth - 1.0) * 100.0).clamp(0.0, 100_000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loan_example_has_its_rate() {
        let example = |amount: i64, total: i64, years: i64| json!({"amount": amount, "total_amount": total, "years": years});
        for (example, expected) in [
            (example(10_000, 12_138, 1), "21.38"),
            (example(10_000, 14_400, 2), "20.00"),
            (example(0, i64::MAX, 1), "100000.00"),
            (example(10_000, 0, i64::MAX), "0.00"),
        ] {
            let mut profile =
                json!({"instabank": [{"loan_example": example}], "other": {"years": 1}});
            add_rates(&mut profile);
            assert_eq!(
                profile["instabank"][0]["loan_example"]["effective_annual_interest_rate"],
                expected
            );
            assert_eq!(profile["other"], json!({"years": 1}));
        }
    }
}
