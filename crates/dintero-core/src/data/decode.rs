//! Deserialization of response bodies.

use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Number, Value};

/// A body above this size is not parsed a second time.
const REPARSE_LIMIT: usize = 1 << 20;

/// Deserializes a response body. A whole number written as a decimal (`29990.0`) is accepted where the type is an integer.
///
/// # Errors
/// The body is not JSON or does not match the type.
#[doc(hidden)]
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    // Checked once for the whole body, which is faster than string by string.
    let Ok(text) = std::str::from_utf8(body) else {
        let error = serde_json::from_slice::<Value>(body).err();
        return Err(error.unwrap_or_else(|| serde_json::Error::custom("is not UTF-8")));
    };
    serde_json::from_str(text).or_else(|error| {
        if !error.is_data() || text.len() > REPARSE_LIMIT {
            return Err(error);
        }
        let again = whole(text).and_then(|text| serde_json::from_str(&text).ok());
        again.ok_or(error)
    })
}

/// Returns the text with its whole decimals written as integers, if it has any.
fn whole(text: &str) -> Option<String> {
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
mod tests {
    use std::collections::BTreeMap;

    use super::decode;

    #[test]
    fn a_whole_number_written_as_a_decimal_is_an_integer() {
        let read: BTreeMap<String, Vec<i64>> =
            decode(br#"{"amounts": [29990.0, 1, -2e3]}"#).unwrap();
        assert_eq!(read["amounts"], [29_990, 1, -2_000]);
    }

    #[test]
    fn what_is_no_integer_stays_an_error_that_says_where() {
        for body in [
            "{\n\"amount\": 2.5}",
            "{\n\"amount\": 1e300}",
            "{\n\"amount\": \"1.0\"}",
        ] {
            let error = decode::<BTreeMap<String, i64>>(body.as_bytes()).unwrap_err();
            assert!(error.is_data() && error.line() == 2, "{error}");
        }
    }

    #[test]
    fn what_is_not_utf_8_is_an_error_that_says_where() {
        let error = decode::<BTreeMap<String, String>>(b"{\n\"name\": \"\xff\"}").unwrap_err();
        assert!(error.is_syntax() && error.line() == 2, "{error}");
    }
}
