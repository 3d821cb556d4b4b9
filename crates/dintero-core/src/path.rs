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

pub(crate) fn push_query(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, RESERVED));
    query.push('=');
    query.extend(utf8_percent_encode(value, RESERVED));
}

pub(crate) fn query_value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let named = utf8_percent_encode(name, RESERVED).to_string();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == named).map(|(_, value)| value)
}

pub(crate) fn remove_query(query: &mut String, name: &str) {
    let named = utf8_percent_encode(name, RESERVED).to_string();
    let is_other = |pair: &&str| pair.split('=').next() != Some(&named);
    let others = query.split('&').filter(is_other);
    *query = others.collect::<Vec<_>>().join("&");
}

pub(crate) fn expand(template: &mut String, name: &str, encoded: &str) {
    let variable = format!("{{{name}}}");
    if let Some(open) = template.find(&variable) {
        template.replace_range(open..open + variable.len(), encoded);
    }
}

pub(crate) fn unexpanded(template: &str) -> impl Iterator<Item = &str> {
    let starts = template.split('{').skip(1);
    starts.filter_map(|rest| Some(rest.split_once('}')?.0))
}

#[cfg(test)]
mod tests;
