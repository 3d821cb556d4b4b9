//! Deserialization of response bodies.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Number, Value};

use super::Violation;
use super::lenient;
use super::raw::replace_lone_surrogates;
use super::set_aside::{Finding, SetAside};
use crate::error::{EMPTY, mismatch};

/// A value with what was set aside in it.
#[doc(hidden)]
pub type Read<T> = Result<(T, Vec<SetAside>), Violation>;

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
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Read<T> {
    read_by(body, |text| (serde_json::from_str(text).ok(), false)).0
}

/// As [`read`]. `is_new` is called with hashes of the names that the types do not know, if there are any; if it returns `true`, a second
/// reading finds where they are.
#[doc(hidden)]
pub fn read_watched<T: DeserializeOwned>(
    body: &[u8],
    is_new: &mut dyn FnMut(&mut [u64]) -> bool,
) -> (Read<T>, Vec<Finding>) {
    read_by(body, |text| {
        let (value, mut names) = lenient::watch(|| serde_json::from_str(text).ok());
        (value, !names.is_empty() && is_new(&mut names))
    })
}

/// Reads a body by `first`, which also returns whether a second reading is asked for.
fn read_by<T: DeserializeOwned>(
    body: &[u8],
    first: impl FnOnce(&str) -> (Option<T>, bool),
) -> (Read<T>, Vec<Finding>) {
    let read = || {
        let text = utf8(body)?;
        lenient::DOUBT.set(false);
        if let (Some(value), false) = first(text)
            && !lenient::DOUBT.get()
        {
            return Ok(((value, Vec::new()), Vec::new()));
        }
        let mut value = None::<T>;
        let (set_aside, findings) = read_again(text, &mut value)?;
        let value = value.ok_or_else(|| Violation::new("", EMPTY))?;
        Ok(((value, set_aside), findings))
    };
    match read() {
        Ok((read, findings)) => (Ok(read), findings),
        Err(error) => (Err(error), Vec::new()),
    }
}

impl<T: DeserializeOwned> lenient::Parse for Option<T> {
    fn parse(&mut self, input: &mut lenient::Deserializer<'_>) -> serde_json::Result<()> {
        *self = Some(T::deserialize(input)?);
        Ok(())
    }
}

/// Checked once for the whole body, which is faster than string by string.
fn utf8(body: &[u8]) -> Result<&str, Violation> {
    std::str::from_utf8(body).map_err(|_| {
        let error = serde_json::from_slice::<Value>(body).err();
        let not_utf8 = || Violation::new("", "the body is not JSON in UTF-8");
        error.map_or_else(not_utf8, |error| mismatch(&error, body))
    })
}

fn read_again(
    text: &str,
    place: &mut dyn lenient::Parse,
) -> Result<(Vec<SetAside>, Vec<Finding>), Violation> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => lenient::run(&replace_lone_surrogates(text), place),
        Err(error) => Err(mismatch(&error, text.as_bytes())),
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
