//! Limits of a schema: as the checks of the macros, and in words.

use crate::ir::{Kind, Limit, Schema};
use crate::markdown;

/// Returns the Rust expressions that check the limits of a schema and of what is in it.
pub fn checks(schema: &Schema) -> Vec<String> {
    let checked = |limit: &&Limit| match limit {
        Limit::Pattern(pattern) => regress::Regex::new(pattern).is_ok(),
        _ => true,
    };
    let own = schema.limits.iter().filter(checked);
    let mut checks: Vec<String> = own.map(|limit| format!("__Limit::{limit:?}")).collect();
    if let Kind::List(inner) | Kind::Map(inner) = &schema.kind {
        let each = self::checks(inner);
        if !each.is_empty() {
            checks.push(format!("__Limit::Each(&[{}])", each.join(", ")));
        }
    }
    checks
}

/// Returns the limits of a schema in words.
pub fn described(schema: &Schema) -> Vec<String> {
    let (mut value, mut length, mut items) = ((None, None), (None, None), (None, None));
    let (mut exclusive, mut patterns) = (false, Vec::new());
    for limit in &schema.limits {
        match limit {
            Limit::Min(min) => value.0 = Some(*min),
            Limit::Above(min) => (value.0, exclusive) = (value.0.or(Some(*min)), true),
            Limit::Max(max) => value.1 = Some(*max),
            Limit::Below(max) => value.1 = value.1.or(Some(*max)),
            Limit::MinLength(min) => length.0 = Some(*min),
            Limit::MaxLength(max) => length.1 = Some(*max),
            Limit::MinItems(min) => items.0 = Some(*min),
            Limit::MaxItems(max) => items.1 = Some(*max),
            Limit::Pattern(pattern) => {
                patterns.push(format!("pattern {}", markdown::code(pattern)))
            }
            Limit::Unique => {}
        }
    }
    let length = match length {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {min} characters")),
        _ => range(length).map(|range| format!("{range} characters")),
    };
    let value = match value {
        (Some(min), None) if exclusive => Some(format!("more than {min}")),
        _ => range(value),
    };
    let items = range(items).map(|range| format!("{range} elements"));
    let described = [length, value, items].into_iter().flatten();
    described.chain(patterns).collect()
}

fn range<T: std::fmt::Display>(limits: (Option<T>, Option<T>)) -> Option<String> {
    match limits {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}
