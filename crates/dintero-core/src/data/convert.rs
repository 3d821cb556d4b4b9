//! What the setters of builders have in common.

use std::collections::BTreeMap;

use super::Violations;

/// A value for `field`, or a violation with it.
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

/// A list for `field`, or the violations with its elements.
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
    let mut good = true;
    for (index, value) in values.into_iter().enumerate() {
        match value.try_into() {
            Ok(value) => list.push(value),
            Err(error) => {
                good = false;
                violations.nest(&format!("{field}[{index}]"), error.into());
            }
        }
    }
    good.then_some(list)
}

/// A map for `field`, or the violations with its values.
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
