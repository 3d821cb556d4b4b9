//! Limits of a schema as the Rust expressions that check them.

use serde_json::Value;

/// The rules of a flattened schema.
pub fn rules_of(schema: &Value) -> Vec<String> {
    let mut rules = Vec::new();
    let number = |key: &str| schema[key].as_f64();
    let exclusive = |key: &str| schema[key] == true;
    if let Some(limit) = number("minimum") {
        rules.push(format!(
            "__Limit::{}({limit:?})",
            if exclusive("exclusiveMinimum") {
                "Above"
            } else {
                "Min"
            }
        ));
    }
    if let Some(limit) = number("maximum") {
        rules.push(format!(
            "__Limit::{}({limit:?})",
            if exclusive("exclusiveMaximum") {
                "Below"
            } else {
                "Max"
            }
        ));
    }
    // The form of OpenAPI 3.1, which is met in documents of 3.0 too.
    for (key, rule) in [("exclusiveMinimum", "Above"), ("exclusiveMaximum", "Below")] {
        rules.extend(number(key).map(|limit| format!("__Limit::{rule}({limit:?})")));
    }
    for (key, rule) in [
        ("minLength", "MinLength"),
        ("maxLength", "MaxLength"),
        ("minItems", "MinItems"),
        ("maxItems", "MaxItems"),
    ] {
        if let Some(limit) = schema[key].as_u64() {
            rules.push(format!("__Limit::{rule}({limit})"));
        }
    }
    if let Some(pattern) = schema["pattern"]
        .as_str()
        .or_else(|| format_pattern(schema))
        && regress::Regex::new(pattern).is_ok()
    {
        rules.push(format!("__Limit::Pattern({pattern:?})"));
    }
    if schema["uniqueItems"] == true {
        rules.push("__Limit::Unique".to_owned());
    }
    let inner = if schema["type"] == "array" {
        &schema["items"]
    } else {
        &schema["additionalProperties"]
    };
    let each = if inner.is_object() {
        rules_of(inner)
    } else {
        Vec::new()
    };
    if !each.is_empty() {
        rules.push(format!("__Limit::Each(&[{}])", each.join(", ")));
    }
    rules
}

/// Upstream writes some patterns into `format`.
pub fn format_pattern(schema: &Value) -> Option<&str> {
    schema["format"]
        .as_str()
        .filter(|format| format.contains(['\\', '^', '$', '[']))
}

/// What the rules mean, for the documentation of a field.
pub fn described(schema: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    if let (Some(min), Some(max)) = (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        parts.push(if min == max {
            format!("exactly {min} characters")
        } else {
            format!("{min} to {max} characters")
        });
    } else if let Some(max) = schema["maxLength"].as_u64() {
        parts.push(format!("at most {max} characters"));
    } else if let Some(min) = schema["minLength"].as_u64() {
        parts.push(format!("at least {min} characters"));
    }
    let bound = |key: &str| schema[key].as_f64();
    match (bound("minimum"), bound("maximum")) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max}")),
        (Some(min), None) if schema["exclusiveMinimum"] == true => {
            parts.push(format!("more than {min}"))
        }
        (Some(min), None) => parts.push(format!("at least {min}")),
        (None, Some(max)) => parts.push(format!("at most {max}")),
        (None, None) => {}
    }
    match (schema["minItems"].as_u64(), schema["maxItems"].as_u64()) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} elements")),
        (Some(min), None) => parts.push(format!("at least {min} elements")),
        (None, Some(max)) => parts.push(format!("at most {max} elements")),
        (None, None) => {}
    }
    if let Some(pattern) = schema["pattern"]
        .as_str()
        .or_else(|| format_pattern(schema))
    {
        parts.push(format!("pattern `{pattern}`"));
    }
    parts
}
