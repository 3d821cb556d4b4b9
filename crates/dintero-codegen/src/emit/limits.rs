//! Limits of a schema: as the checks of the macros, and in words.

use crate::ir::{Kind, Limit, Schema};

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
    let limits = schema.limits.as_slice();
    let find = |read: fn(&Limit) -> Option<u64>| limits.iter().find_map(read);
    let mut parts = Vec::new();
    let min = find(|limit| match limit {
        Limit::MinLength(min) => Some(*min),
        _ => None,
    });
    let max = find(|limit| match limit {
        Limit::MaxLength(max) => Some(*max),
        _ => None,
    });
    parts.extend(match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {min} characters")),
        _ => range(min, max).map(|range| format!("{range} characters")),
    });
    let min = limits.iter().find_map(|limit| match limit {
        Limit::Min(min) | Limit::Above(min) => Some(*min),
        _ => None,
    });
    let max = limits.iter().find_map(|limit| match limit {
        Limit::Max(max) | Limit::Below(max) => Some(*max),
        _ => None,
    });
    let exclusive = limits.iter().any(|limit| matches!(limit, Limit::Above(_)));
    parts.extend(match (min, max) {
        (Some(min), None) if exclusive => Some(format!("more than {min}")),
        _ => range(min, max),
    });
    let min = find(|limit| match limit {
        Limit::MinItems(min) => Some(*min),
        _ => None,
    });
    let max = find(|limit| match limit {
        Limit::MaxItems(max) => Some(*max),
        _ => None,
    });
    parts.extend(range(min, max).map(|range| format!("{range} elements")));
    parts.extend(limits.iter().find_map(|limit| match limit {
        Limit::Pattern(pattern) => Some(format!("pattern `{pattern}`")),
        _ => None,
    }));
    parts
}

fn range<T: std::fmt::Display>(min: Option<T>, max: Option<T>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}
