//! Violations as the fields of an error response. No value of the body is repeated: it may be personal or secret.

use std::cmp::Reverse;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::errors::field_error;

/// A hostile body may hold a million invalid items; twenty tell enough.
pub(super) const MOST: usize = 20;

/// Returns everything wrong with a value whose place is `within`; of a value that is not read `strict`ly what production
/// would refuse, too.
pub(crate) fn of(validator: &Validator, value: &Value, within: &str, strict: bool) -> Vec<Value> {
    let mut violations: Vec<Value> = Vec::new();
    if validator.is_valid(value) {
        return violations;
    }
    for error in validator.iter_errors(value) {
        let error = nearest(&error);
        if !strict && is_tolerated(error) {
            continue;
        }
        let (field, reason) = describe(error, within);
        let violation = field_error(&field, &reason);
        if !violations.contains(&violation) {
            violations.push(violation);
        }
        if violations.len() == MOST {
            break;
        }
    }
    violations
}

/// Integrations in production send empty texts for what they do not know, and telephone numbers in any form, though no
/// empty ones.
fn is_tolerated(error: &ValidationError<'_>) -> bool {
    let is_phone = error.instance_path().as_str().ends_with("phone_number");
    match error.kind() {
        Kind::Pattern { .. } if is_phone => **error.instance() != *"",
        _ => **error.instance() == *"" && !is_phone,
    }
}

fn nearest<'a>(error: &'a ValidationError<'a>) -> &'a ValidationError<'a> {
    let Kind::AnyOf { context } = error.kind() else {
        return error;
    };
    let is_null = |errors: &[ValidationError<'_>]| match errors {
        [only] => {
            matches!(only.kind(), Kind::Type { kind: TypeKind::Single(kind) } if kind.to_string() == "null")
        }
        _ => false,
    };
    let depth = |e: &ValidationError<'_>| e.instance_path().as_str().len();
    let choices = context.iter().filter(|errors| !is_null(errors));
    let best = choices.min_by_key(|errors| (errors.len(), Reverse(errors.iter().map(depth).max())));
    best.and_then(|errors| errors.first())
        .map_or(error, nearest)
}

fn describe(error: &ValidationError<'_>, within: &str) -> (String, String) {
    let mut field = within.to_owned();
    for part in error.instance_path().as_str().split('/').skip(1) {
        push(&mut field, &part.replace("~1", "/").replace("~0", "~"));
    }
    let reason = match error.kind() {
        Kind::Required { property } => {
            push(&mut field, property.as_str().unwrap_or_default());
            "is required".to_owned()
        }
        Kind::AdditionalProperties { .. } => "has a property that is not defined".into(),
        Kind::FalseSchema => "is set by the API only".into(),
        Kind::Type { kind } => match kind {
            TypeKind::Single(kind) => match kind.to_string().as_str() {
                "boolean" => "must be true or false".into(),
                kind @ ("integer" | "array" | "object") => format!("must be an {kind}"),
                kind => format!("must be a {kind}"),
            },
            TypeKind::Multiple(_) => "has the wrong type".into(),
        },
        Kind::Enum { options } => {
            let options = options.as_array().into_iter().flatten();
            let text = |o: &Value| o.as_str().map_or_else(|| o.to_string(), str::to_owned);
            let options: Vec<_> = options.map(text).collect();
            format!("must be one of {}", options.join(", "))
        }
        Kind::Format { format } => match format.as_str() {
            "date-time" => "must be a date and time in ISO 8601".into(),
            "uri" => "must be an absolute URL".into(),
            other => format!("must be a valid {other}"),
        },
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::MinLength { limit: 1 } => "must not be empty".into(),
        Kind::MinLength { limit } => format!("has fewer than {limit} characters"),
        Kind::MaxLength { limit } => format!("has more than {limit} characters"),
        Kind::MinItems { limit: 1 } => "must have at least one item".into(),
        Kind::MinItems { limit } => format!("has fewer than {limit} items"),
        Kind::MaxItems { limit } => format!("has more than {limit} items"),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        _ => "is not as documented".into(),
    };
    (field, reason)
}

fn push(field: &mut String, part: &str) {
    if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
        field.push_str(&format!("[{part}]"));
    } else {
        if !field.is_empty() {
            field.push('.');
        }
        field.push_str(part);
    }
}
