//! Small hand-written checks of request bodies. They collect every fault they find, so that one response names them all.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::{Map, Value};

use crate::errors::{ApiError, ApiResult, field_error};

/// Minor units that fit the API's int32 amounts.
pub(crate) const AMOUNT: RangeInclusive<i64> = 0..=i32::MAX as i64;
/// The same, with negative lines (gift cards, reversals).
pub(crate) const SIGNED_AMOUNT: RangeInclusive<i64> = -(i32::MAX as i64)..=i32::MAX as i64;

/// A place in a body: the value, if it is there, and its path for messages.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    value: Option<&'a Value>,
    path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self {
            value: Some(value),
            path: String::new(),
        }
    }

    /// The same value, with another name in messages.
    pub(crate) fn named(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }

    /// The property below, through several levels with dots.
    pub(crate) fn at(&self, path: &str) -> Node<'a> {
        let value = path
            .split('.')
            .try_fold(self.value, |v, key| Some(v?.get(key)));
        let path = if self.path.is_empty() {
            path.to_owned()
        } else {
            format!("{}.{path}", self.path)
        };
        Node {
            value: value.flatten(),
            path,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_none()
    }

    pub(crate) fn as_str(&self) -> Option<&'a str> {
        self.value?.as_str()
    }

    pub(crate) fn as_i64(&self) -> Option<i64> {
        self.value?.as_i64()
    }

    pub(crate) fn items(&self) -> Vec<Node<'a>> {
        let Some(items) = self.value.and_then(Value::as_array) else {
            return Vec::new();
        };
        let node = |(i, value)| Node {
            value: Some(value),
            path: format!("{}[{i}]", self.path),
        };
        items.iter().enumerate().map(node).collect()
    }
}

/// Collects what is wrong with a body.
#[derive(Debug, Default)]
pub(crate) struct Check {
    errors: Vec<Value>,
}

impl Check {
    pub(crate) fn fail(&mut self, node: &Node<'_>, reason: &str) {
        // A hostile body may hold a million wrong items; twenty tell enough.
        if self.errors.len() < 20 {
            self.errors.push(field_error(&node.path, reason));
        }
    }

    pub(crate) fn finish(self) -> ApiResult<()> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::invalid(self.errors))
        }
    }

    fn required(&mut self, node: &Node<'_>) -> bool {
        if node.is_absent() {
            self.fail(node, "is required");
        }
        !node.is_absent()
    }

    /// A required, non-empty string of at most `max` characters.
    pub(crate) fn need_text<'a>(&mut self, node: &Node<'a>, max: usize) -> &'a str {
        if self.required(node) {
            self.text(node, max).unwrap_or_default()
        } else {
            ""
        }
    }

    /// An optional string; when present it is not empty and has at most `max` characters.
    pub(crate) fn text<'a>(&mut self, node: &Node<'a>, max: usize) -> Option<&'a str> {
        let value = node.value?;
        match value.as_str() {
            None => self.fail(node, "must be a string"),
            Some("") => self.fail(node, "must not be empty"),
            Some(s) if s.chars().count() > max => {
                self.fail(node, &format!("has more than {max} characters"))
            }
            Some(s) => return Some(s),
        }
        None
    }

    /// An id of the merchant's own: no space at either end.
    pub(crate) fn own_id(&mut self, node: &Node<'_>, max: usize) {
        if self.text(node, max).is_some_and(|s| s.trim() != s) {
            self.fail(node, "must not begin or end with a space");
        }
    }

    pub(crate) fn need_int(&mut self, node: &Node<'_>, range: RangeInclusive<i64>) -> i64 {
        if self.required(node) {
            self.int(node, range).unwrap_or_default()
        } else {
            0
        }
    }

    pub(crate) fn int(&mut self, node: &Node<'_>, range: RangeInclusive<i64>) -> Option<i64> {
        let value = node.value?;
        match value.as_i64() {
            None => self.fail(node, "must be an integer"),
            Some(n) if !range.contains(&n) => {
                self.fail(
                    node,
                    &format!("must be between {} and {}", range.start(), range.end()),
                );
            }
            Some(n) => return Some(n),
        }
        None
    }

    pub(crate) fn number(&mut self, node: &Node<'_>) {
        if node.value.is_some_and(|v| !v.is_number()) {
            self.fail(node, "must be a number");
        }
    }

    pub(crate) fn flag(&mut self, node: &Node<'_>) -> Option<bool> {
        let value = node.value?;
        if !value.is_boolean() {
            self.fail(node, "must be true or false");
        }
        value.as_bool()
    }

    pub(crate) fn one_of(&mut self, node: &Node<'_>, allowed: &[&str]) {
        if node
            .value
            .is_some_and(|v| !v.as_str().is_some_and(|s| allowed.contains(&s)))
        {
            self.fail(node, &format!("must be one of {}", allowed.join(", ")));
        }
    }

    pub(crate) fn need_one_of(&mut self, node: &Node<'_>, allowed: &[&str]) {
        if self.required(node) {
            self.one_of(node, allowed);
        }
    }

    pub(crate) fn object<'a>(&mut self, node: &Node<'a>) -> Option<&'a Map<String, Value>> {
        let value = node.value?;
        if !value.is_object() {
            self.fail(node, "must be an object");
        }
        value.as_object()
    }

    pub(crate) fn need_object(&mut self, node: &Node<'_>) {
        if self.required(node) {
            self.object(node);
        }
    }

    /// The items of an optional array of objects; at most `max`.
    pub(crate) fn objects<'a>(&mut self, node: &Node<'a>, max: usize) -> Vec<Node<'a>> {
        match node.value {
            None => return Vec::new(),
            Some(Value::Array(items)) if items.len() > max => {
                self.fail(node, &format!("has more than {max} items"))
            }
            Some(Value::Array(_)) => {
                let items = node.items();
                for item in &items {
                    self.object(item);
                }
                return items;
            }
            Some(_) => self.fail(node, "must be an array"),
        }
        Vec::new()
    }

    /// A required array of objects with at least one item.
    pub(crate) fn need_objects<'a>(&mut self, node: &Node<'a>, max: usize) -> Vec<Node<'a>> {
        if !self.required(node) {
            return Vec::new();
        }
        let items = self.objects(node, max);
        if node
            .value
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            self.fail(node, "must have at least one item");
        }
        items
    }

    /// An optional RFC 3339 date and time.
    pub(crate) fn time(&mut self, node: &Node<'_>) -> Option<DateTime<Utc>> {
        let value = node.value?;
        let time = value.as_str().and_then(|s| parse_time(s, false));
        if time.is_none() {
            self.fail(node, "must be a date and time in ISO 8601");
        }
        time
    }

    /// An absolute URL: a scheme and something behind it.
    pub(crate) fn url(&mut self, node: &Node<'_>) {
        let Some(text) = self.text(node, 4096) else {
            return;
        };
        let scheme = |s: &str| {
            s.starts_with(|c: char| c.is_ascii_alphabetic()) && !s.contains(['/', ' ', '?'])
        };
        if !text
            .split_once("://")
            .is_some_and(|(s, rest)| scheme(s) && !rest.is_empty() && !rest.contains(' '))
        {
            self.fail(node, "must be an absolute URL");
        }
    }

    pub(crate) fn need_url(&mut self, node: &Node<'_>) {
        if self.required(node) {
            self.url(node);
        }
    }
}

/// ISO 8601; without a zone it is UTC. A bare date is midnight, or as an `upper` bound the day's last moment.
pub(crate) fn parse_time(text: &str, upper: bool) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Ok(time) = text.parse::<NaiveDateTime>() {
        return Some(time.and_utc());
    }
    let last = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999)?;
    let day = text.parse::<NaiveDate>().ok()?;
    Some(
        day.and_time(if upper { last } else { NaiveTime::MIN })
            .and_utc(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_of_a_body_is_named_at_once() {
        let body = json!({"a": {"n": "1"}, "list": [{}, 3], "s": ""});
        let (root, mut check) = (Node::root(&body), Check::default());
        check.need_int(&root.at("a.n"), AMOUNT);
        check.need_text(&root.at("missing.deep"), 9);
        check.need_text(&root.at("s"), 9);
        check.need_objects(&root.at("list"), 9);
        let error = check.finish().expect_err("four faults");
        let fields: Vec<_> = error.body()["error"]["errors"]
            .as_array()
            .expect("array")
            .clone();
        let fields: Vec<_> = fields
            .iter()
            .map(|e| e["field"].as_str().expect("field").to_owned())
            .collect();
        assert_eq!(fields, ["a.n", "missing.deep", "s", "list[1]"]);
    }

    #[test]
    fn null_is_not_absent() {
        let body = json!({"s": null});
        let mut check = Check::default();
        check.text(&Node::root(&body).at("s"), 9);
        assert!(check.finish().is_err());
    }

    #[test]
    fn a_bare_date_as_upper_bound_includes_the_day() {
        let upper = parse_time("2026-02-03", true).expect("date");
        assert!(upper > parse_time("2026-02-03T23:59:59Z", true).expect("time"));
        assert!(upper < parse_time("2026-02-04", false).expect("date"));
        assert_eq!(
            parse_time("2026-02-03T10:00:00", true),
            parse_time("2026-02-03T11:00:00+01:00", true)
        );
        assert_eq!(parse_time("yesterday", true), None);
    }

    #[test]
    fn urls_need_a_scheme_and_a_rest() {
        for (text, good) in [
            ("https://a.example/x", true),
            ("shop://done", true),
            ("/x", false),
            ("https://", false),
        ] {
            let (body, mut check) = (json!({"u": text}), Check::default());
            check.url(&Node::root(&body).at("u"));
            assert_eq!(check.finish().is_ok(), good, "{text}");
        }
    }
}
