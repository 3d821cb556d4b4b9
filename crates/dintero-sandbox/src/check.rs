//! Rules for request bodies beyond the documents' schemas, which have been checked before. Every violation is collected,
//! so that one response names them all.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;
use url::Url;

use crate::errors::{ApiError, ApiResult, field_error};

/// Schemes whose URLs are not a place but content, which a browser would run or show as the page's own.
const ACTIVE_SCHEMES: [&str; 7] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "javascript",
    "vbscript",
];

#[derive(Debug, Default)]
pub(crate) struct Check {
    errors: Vec<Value>,
}

impl Check {
    /// Starts with the limits that hold in every body: amounts fit 32 bits, ids and references have at most 255
    /// characters, and URLs lead somewhere.
    pub(crate) fn of(body: &Value) -> Self {
        let mut check = Self::default();
        check.limits("", body);
        check
    }

    pub(crate) fn ensure(&mut self, holds: bool, field: &str, reason: &str) {
        // A hostile body may hold a million wrong items; twenty tell enough.
        if !holds && self.errors.len() < 20 {
            self.errors.push(field_error(field, reason));
        }
    }

    pub(crate) fn fail(&mut self, field: &str, reason: &str) {
        self.ensure(false, field, reason);
    }

    pub(crate) fn finish(self) -> ApiResult<()> {
        match self.errors.is_empty() {
            true => Ok(()),
            false => Err(ApiError::invalid(self.errors)),
        }
    }

    fn limits(&mut self, field: &str, value: &Value) {
        match value {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.limits(&format!("{field}[{i}]"), item);
                }
            }
            Value::Object(members) => {
                // Metadata is the merchant's own.
                for (name, value) in members.iter().filter(|(name, _)| *name != "metadata") {
                    let separator = if field.is_empty() { "" } else { "." };
                    let field = format!("{field}{separator}{name}");
                    self.limit(&field, name, value);
                    self.limits(&field, value);
                }
            }
            _ => {}
        }
    }

    fn limit(&mut self, field: &str, name: &str, value: &Value) {
        match value {
            Value::String(text) if is_identifier(name) => {
                // The one empty text that is known to be refused.
                let is_there = name != "phone_number" || !text.is_empty();
                self.ensure(is_there, field, "must not be empty");
                let is_short = text.chars().count() <= 255;
                self.ensure(is_short, field, "has more than 255 characters");
            }
            Value::String(text) if is_url(name) && !text.is_empty() => {
                let url = Url::parse(text).ok();
                let is_absolute = url.is_some() && text.contains("://");
                self.ensure(is_absolute, field, "must be an absolute URL");
                let runs = url.is_some_and(|url| ACTIVE_SCHEMES.contains(&url.scheme()));
                self.ensure(!runs, field, "must not be a URL that a browser would run");
            }
            Value::Number(number) if is_integer(name) => {
                let fits = |n: i64| n.unsigned_abs() <= i32::MAX.unsigned_abs().into();
                let reason =
                    "must be an integer of at most 2147483647 either way, the sandbox's limit";
                self.ensure(number.as_i64().is_some_and(fits), field, reason);
            }
            _ => {}
        }
    }
}

fn is_url(name: &str) -> bool {
    name == "url" || name.ends_with("_url")
}

fn is_identifier(name: &str) -> bool {
    const NAMES: [&str; 5] = ["currency", "email", "id", "originated_by", "phone_number"];
    name.ends_with("_id") || name.contains("reference") || NAMES.contains(&name)
}

fn is_integer(name: &str) -> bool {
    name.ends_with("amount") || ["expires_in", "length", "line_id"].contains(&name)
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
    let time = if upper { last } else { NaiveTime::MIN };
    Some(day.and_time(time).and_utc())
}

#[cfg(test)]
mod tests;
