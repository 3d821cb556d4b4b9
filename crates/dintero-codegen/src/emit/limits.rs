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
    let (mut ranges, mut others) = ([(); 4].map(|()| (None, None)), Vec::new());
    for limit in &schema.limits {
        match limit {
            Limit::MinLength(min) => ranges[0].0 = Some(min.to_string()),
            Limit::MaxLength(max) => ranges[0].1 = Some(max.to_string()),
            Limit::Min(min) => ranges[1].0 = Some(min.to_string()),
            Limit::Max(max) => ranges[1].1 = Some(max.to_string()),
            Limit::MinItems(min) => ranges[2].0 = Some(min.to_string()),
            Limit::MaxItems(max) => ranges[2].1 = Some(max.to_string()),
            Limit::MinProperties(min) => ranges[3].0 = Some(min.to_string()),
            Limit::MaxProperties(max) => ranges[3].1 = Some(max.to_string()),
            Limit::Above(min) => others.push(format!("more than {min}")),
            Limit::Below(max) => others.push(format!("less than {max}")),
            Limit::MultipleOf(of) => others.push(format!("a multiple of {of}")),
            Limit::Pattern(pattern) => others.push(format!("pattern `{pattern}`")),
            Limit::Unique => others.push("no element twice".to_owned()),
        }
    }
    let units = [" characters", "", " elements", " properties"];
    let ranges = ranges.into_iter().zip(units);
    let ranges = ranges.filter_map(|(range, unit)| match range {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {min}{unit}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (None, None) => None,
    });
    let mut described: Vec<String> = ranges.chain(others).collect();
    if let Kind::List(inner) | Kind::Map(inner) = &schema.kind {
        let each = self::described(inner);
        if !each.is_empty() {
            described.push(format!("each {}", each.join(" and ")));
        }
    }
    described
}
