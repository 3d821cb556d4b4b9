//! The conversions that setters of builders share.

use std::collections::BTreeMap;

use super::Violations;

/// Converts a value for `field`. A failure becomes a violation.
#[doc(hidden)]
pub fn convert<T, V>(field: &'static str, value: V, violations: &mut Violations) -> Option<T>
where
    V: TryInto<T, Error: Into<Violations>>,
{
    value
        .try_into()
        .map_err(|error| violations.nest(field, error.into()))
        .ok()
}

/// Converts the elements of a list for `field`. Failures become violations.
#[doc(hidden)]
pub fn convert_list<T, V>(
    field: &'static str,
    values: impl IntoIterator<Item = V>,
    violations: &mut Violations,
) -> Option<Vec<T>>
where
    V: TryInto<T, Error: Into<Violations>>,
{
    let mut list = Vec::new();
    let mut valid = true;
    for (index, value) in values.into_iter().enumerate() {
        match value.try_into() {
            Ok(value) => list.push(value),
            Err(error) => {
                valid = false;
                violations.nest(&format!("{field}[{index}]"), error.into());
            }
        }
    }
    valid.then_some(list)
}

/// Converts the values of a map for `field`. Failures become violations.
#[doc(hidden)]
pub fn convert_map<T, K, V>(
    field: &'static str,
    entries: impl IntoIterator<Item = (K, V)>,
    violations: &mut Violations,
) -> Option<BTreeMap<String, T>>
where
    K: Into<String>,
    V: TryInto<T, Error: Into<Violations>>,
{
    let (keys, values): (Vec<String>, Vec<V>) = entries
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .unzip();
    Some(
        keys.into_iter()
            .zip(convert_list(field, values, violations)?)
            .collect(),
    )
}
