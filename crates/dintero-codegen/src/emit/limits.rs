//! Limits of a schema: as the checks of the macros, and in words.

use crate::ir::{Bound, Kind, Limit, Schema};
use crate::kept::escaped;
use crate::markdown;

/// Returns the Rust expressions that check the limits of a schema and of what is in it.
pub fn checks(schema: &Schema) -> Vec<String> {
    let checked = |limit: &&Limit| match limit {
        Limit::Pattern(pattern) => regress::Regex::new(pattern).is_ok(),
        _ => true,
    };
    let own = schema.limits.iter().filter(checked);
    let check = |limit: &Limit| match limit {
        Limit::Bound(bound, value) if bound.unit().is_empty() => {
            format!("__Limit::{bound:?}({value:?})")
        }
        Limit::Bound(bound, count) => format!("__Limit::{bound:?}({count})"),
        Limit::Pattern(pattern) => format!("__Limit::Pattern({})", escaped(pattern)),
        Limit::Unique => "__Limit::Unique".to_owned(),
    };
    let mut checks: Vec<String> = own.map(check).collect();
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
    let value = |wanted| {
        schema.limits.iter().find_map(|limit| match limit {
            Limit::Bound(bound, value) if *bound == wanted => Some(*value),
            _ => None,
        })
    };
    let range = |(lower, upper): (Bound, Bound)| {
        let unit = lower.unit();
        Some(match (value(lower), value(upper)) {
            (Some(min), Some(max)) if min == max => format!("exactly {min}{unit}"),
            (Some(min), Some(max)) => format!("{min} to {max}{unit}"),
            (Some(min), None) => format!("at least {min}{unit}"),
            (None, Some(max)) => format!("at most {max}{unit}"),
            (None, None) => return None,
        })
    };
    let ranges = [
        (Bound::MinLength, Bound::MaxLength),
        (Bound::Min, Bound::Max),
        (Bound::MinItems, Bound::MaxItems),
        (Bound::MinProperties, Bound::MaxProperties),
    ];
    let others = schema.limits.iter().filter_map(|limit| {
        Some(match limit {
            Limit::Bound(Bound::Above, min) => format!("more than {min}"),
            Limit::Bound(Bound::Below, max) => format!("less than {max}"),
            Limit::Bound(Bound::MultipleOf, of) => format!("a multiple of {of}"),
            Limit::Bound(..) => return None,
            Limit::Pattern(pattern) => format!("pattern {}", markdown::code(pattern)),
            Limit::Unique => "no element twice".to_owned(),
        })
    });
    let ranges = ranges.into_iter().filter_map(range);
    let mut described: Vec<String> = ranges.chain(others).collect();
    if let Kind::List(inner) | Kind::Map(inner) = &schema.kind {
        let each = self::described(inner);
        described.extend((!each.is_empty()).then(|| format!("each {}", each.join(" and "))));
    }
    described
}
