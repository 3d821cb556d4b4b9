//! Percent-encoding of values in paths and queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Ids of the API have less than 100 bytes.
const MAX_BYTES: usize = 512;

/// Encodes a value as one path segment, or returns its violation.
pub(crate) fn segment(value: &str) -> Result<String, &'static str> {
    match value {
        "" => Err("must not be empty"),
        "." | ".." => Err("must not be `.` or `..`"),
        _ if value.len() > MAX_BYTES => Err("must have at most 512 bytes"),
        _ if value.chars().any(char::is_control) => Err("must not contain control characters"),
        _ => Ok(utf8_percent_encode(value, RESERVED).to_string()),
    }
}

/// Adds `name=value` to a query, both encoded.
pub(crate) fn push_query(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, RESERVED));
    query.push('=');
    query.extend(utf8_percent_encode(value, RESERVED));
}

/// Returns the encoded value of a query parameter.
pub(crate) fn query_value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let named = utf8_percent_encode(name, RESERVED).to_string();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == named).map(|(_, value)| value)
}

/// Removes all values of a query parameter.
pub(crate) fn remove_query(query: &mut String, name: &str) {
    let named = utf8_percent_encode(name, RESERVED).to_string();
    let others = query.split('&').filter(|pair| {
        let key = pair.split_once('=').map_or(*pair, |(key, _)| key);
        key != named
    });
    *query = others.collect::<Vec<_>>().join("&");
}

/// Replaces `{name}` by an encoded value. Returns `false` if the template has no such variable.
pub(crate) fn expand(template: &mut String, name: &str, encoded: &str) -> bool {
    let mut from = 0;
    while let Some(open) = template[from..].find('{').map(|at| from + at) {
        let Some(close) = template[open..].find('}').map(|at| open + at) else {
            return false;
        };
        if &template[open + 1..close] == name {
            template.replace_range(open..=close, encoded);
            return true;
        }
        from = close + 1;
    }
    false
}

/// Returns the variables of a template that have no value.
pub(crate) fn unexpanded(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests;
