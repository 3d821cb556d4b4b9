//! Deserialization of response bodies.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Number, Value};

use super::lenient;
use super::raw::replace_lone_surrogates;
use super::set_aside::{Misfit, SetAside};
use crate::error::DecodeError;

/// Deserializes the body of a response, and lists what does not fit the type.
///
/// A field that does not fit is set aside in the nearest object around it to which the field is optional: it becomes an unknown
/// field there, which is kept and serialized again. A required field that is missing or does not fit takes its object along, an
/// element takes its list along. Nothing is set aside without need: a whole number written as a decimal (`29990.0`) is an
/// integer, half of a surrogate pair is U+FFFD, the last one of several fields of the same name counts, and a byte order mark
/// is skipped.
///
/// # Errors
/// The body is not JSON in UTF-8, or a required field of the type itself is missing or does not fit.
#[doc(hidden)]
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<SetAside>), DecodeError> {
    // Checked once for the whole body, which is faster than string by string.
    let Ok(text) = std::str::from_utf8(body) else {
        let error = serde_json::from_slice::<Value>(body).err();
        return Err(error.map_or_else(DecodeError::not_utf8, |error| {
            DecodeError::new(&error, body)
        }));
    };
    if let Ok(value) = serde_json::from_str(text) {
        return Ok((value, Vec::new()));
    }
    let mut value = None;
    let set_aside = read_again(text, &mut |deserializer| {
        value = Some(T::deserialize(deserializer)?);
        Ok(())
    })?;
    value
        .map(|value| (value, set_aside))
        .ok_or_else(DecodeError::empty)
}

/// Reads a body whose first reading failed.
fn read_again(
    text: &str,
    parse: &mut dyn FnMut(&mut lenient::Deserializer<'_>) -> serde_json::Result<()>,
) -> Result<Vec<SetAside>, DecodeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(DecodeError::new(&error, text.as_bytes()));
    }
    let text: Cow<'_, str> = replace_lone_surrogates(text);
    match lenient::run(&text, parse) {
        Ok(misfits) => Ok(Misfit::resolve(&text, misfits)),
        Err(misfit) => Err(misfit.into_error(&text)),
    }
}

/// Returns the text with its whole decimals written as integers, if it has any.
pub(super) fn whole(text: &str) -> Option<String> {
    let mut value = serde_json::from_str(text).ok()?;
    rewrite(&mut value).then(|| value.to_string())
}

fn rewrite(value: &mut Value) -> bool {
    match value {
        Value::Number(number) => {
            let whole = super::Number::new(number.clone()).as_i64();
            let Some(whole) = whole.filter(|_| number.is_f64()) else {
                return false;
            };
            *number = Number::from(whole);
            true
        }
        Value::Array(list) => list.iter_mut().fold(false, |any, one| rewrite(one) | any),
        Value::Object(object) => object
            .values_mut()
            .fold(false, |any, one| rewrite(one) | any),
        _ => false,
    }
}

#[cfg(test)]
#[allow(dead_code, reason = "the macros define more than the tests use")]
mod tests;
