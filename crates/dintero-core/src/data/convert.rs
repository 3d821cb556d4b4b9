//! What the setters of builders have in common.

use std::collections::BTreeMap;

use super::Problems;

/// A value for `field`, or a problem with it.
#[doc(hidden)]
pub fn convert<T, V>(field: &'static str, value: V, problems: &mut Problems) -> Option<T>
where
    V: TryInto<T, Error: Into<Problems>>,
{
    value
        .try_into()
        .map_err(|error| problems.nest(field, error.into()))
        .ok()
}

/// A list for `field`, or the problems with its elements.
#[doc(hidden)]
pub fn convert_list<T, V>(
    field: &'static str,
    values: impl IntoIterator<Item = V>,
    problems: &mut Problems,
) -> Option<Vec<T>>
where
    V: TryInto<T, Error: Into<Problems>>,
{
    let mut list = Vec::new();
    let mut good = true;
    for (index, value) in values.into_iter().enumerate() {
        match value.try_into() {
            Ok(value) => list.push(value),
            Err(error) => {
                good = false;
                problems.nest(&format!("{field}[{index}]"), error.into());
            }
        }
    }
    good.then_some(list)
}

/// A map for `field`, or the problems with its values.
#[doc(hidden)]
pub fn convert_map<T, K, V>(
    field: &'static str,
    entries: impl IntoIterator<Item = (K, V)>,
    problems: &mut Problems,
) -> Option<BTreeMap<String, T>>
where
    K: Into<String>,
    V: TryInto<T, Error: Into<Problems>>,
{
    let (keys, values): (Vec<String>, Vec<V>) = entries
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .unzip();
    Some(
        keys.into_iter()
            .zip(convert_list(field, values, problems)?)
            .collect(),
    )
}
