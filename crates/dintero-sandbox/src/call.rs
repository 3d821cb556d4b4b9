//! One request on its way to a handler, and the response on its way back.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::auth::Grant;
use crate::check::parse_time;
use crate::clock::text;
use crate::errors::{ApiError, ApiResult, json_response};

/// What a handler works on. The token, its scopes and the account have been checked before.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) params: Vec<(&'static str, String)>,
    pub(crate) query: Query,
    pub(crate) headers: &'a HeaderMap,
    /// The JSON body: an object, or null where none was sent.
    pub(crate) body: Value,
    pub(crate) grant: Grant,
    pub(crate) now: DateTime<Utc>,
    pub(crate) base_url: &'a str,
    pub(crate) request_id: &'a str,
    /// Answer 202 and do the work so much later.
    pub(crate) pending: Option<Duration>,
}

impl Call<'_> {
    /// A parameter of the path; the routing table guarantees that it is there.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(n, _)| *n == name)
            .map_or("", |(_, v)| v)
    }

    pub(crate) fn now_text(&self) -> String {
        text(self.now)
    }

    /// A comma-separated feature toggle of `Dintero-Feature-Toggles`.
    pub(crate) fn toggle(&self, name: &str) -> bool {
        let values = self.headers.get_all("dintero-feature-toggles");
        values
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
            .any(|v| v.trim() == name)
    }

    /// The headers that say who integrates, with lower-case keys as Dintero gives them back.
    pub(crate) fn system_headers(&self) -> Value {
        const NAMES: [&str; 5] = [
            "dintero-system-name",
            "dintero-system-version",
            "dintero-system-plugin-name",
            "dintero-system-plugin-version",
            "user-agent",
        ];
        let mut headers = Map::new();
        for name in NAMES {
            if let Some(value) = self.headers.get(name).and_then(|v| v.to_str().ok()) {
                headers.insert(
                    name.to_owned(),
                    value.chars().take(120).collect::<String>().into(),
                );
            }
        }
        Value::Object(headers)
    }
}

/// A successful response.
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    /// The JSON body; null for none.
    pub(crate) body: Value,
    /// What is sent instead of JSON: its content type and its text.
    pub(crate) file: Option<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Bytes that are kept beyond what the request's own body weighs.
    pub(crate) kept: usize,
}

impl ApiResponse {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            file: None,
            headers: Vec::new(),
            kept: 0,
        }
    }

    pub(crate) fn ok(body: Value) -> ApiResult<Self> {
        Ok(Self::new(200, body))
    }

    /// A response after which copies of stored objects stay behind.
    pub(crate) fn keeping(body: Value, kept: usize) -> ApiResult<Self> {
        let mut response = Self::new(200, body);
        response.kept = kept;
        Ok(response)
    }

    pub(crate) fn file(content_type: &'static str, text: String) -> ApiResult<Self> {
        let mut response = Self::new(200, Value::Null);
        response.file = Some((content_type, text));
        Ok(response)
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The whole response.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = match self.file {
            Some((content_type, text)) => {
                let mut response = Response::new(Body::from(text));
                let content_type = HeaderValue::from_static(content_type);
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
                response
            }
            None if self.body.is_null() => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
                response
            }
            None => json_response(self.status, &self.body),
        };
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The query of a URL; a name may come several times.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
            .collect()
    }

    /// The values of a parameter that separates them by commas.
    pub(crate) fn separated(&self, name: &str) -> Vec<&str> {
        let values = self.all(name).into_iter();
        values.flat_map(|values| values.split(',')).collect()
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    pub(crate) fn int(&self, name: &str) -> ApiResult<Option<i64>> {
        let parse = |v: &str| {
            v.parse()
                .map_err(|_| ApiError::invalid_field(name, "must be an integer"))
        };
        self.first(name).map(parse).transpose()
    }

    /// `<name>.gte` and `<name>.lte` as times.
    pub(crate) fn times(&self, name: &str) -> ApiResult<TimeRange> {
        let one = |suffix: &str, upper: bool| {
            let name = format!("{name}.{suffix}");
            let time = self.first(&name).map(|v| parse_time(v, upper));
            match time {
                Some(None) => Err(ApiError::invalid_field(
                    &name,
                    "must be a date and time in ISO 8601",
                )),
                found => Ok(found.flatten()),
            }
        };
        Ok(TimeRange {
            gte: one("gte", false)?,
            lte: one("lte", true)?,
        })
    }

    /// The page size: 1 to 100, default 10.
    pub(crate) fn limit(&self) -> ApiResult<usize> {
        self.limit_of(10, 100)
    }

    /// The page size where the document has other limits.
    pub(crate) fn limit_of(&self, default: usize, most: usize) -> ApiResult<usize> {
        let Some(asked) = self.int("limit")? else {
            return Ok(default);
        };
        match usize::try_from(asked) {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(ApiError::invalid_field(
                "limit",
                &format!("must be between 1 and {most}"),
            )),
        }
    }
}

/// A range of times, open where nothing was asked for; both ends are included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeRange {
    gte: Option<DateTime<Utc>>,
    lte: Option<DateTime<Utc>>,
}

impl TimeRange {
    pub(crate) fn contains(&self, time: DateTime<Utc>) -> bool {
        self.gte.is_none_or(|t| time >= t) && self.lte.is_none_or(|t| time <= t)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.gte.is_none() && self.lte.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_gives_all_values() {
        let query = Query::parse("id=a&id=b%20c&limit=7");
        assert_eq!(query.all("id"), ["a", "b c"]);
        assert_eq!(query.limit(), Ok(7));
        assert_eq!(query.first("none"), None);
    }

    #[test]
    fn a_limit_outside_1_to_100_is_refused() {
        for text in ["limit=0", "limit=101", "limit=x", "limit="] {
            assert!(Query::parse(text).limit().is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_that_is_none_is_refused() {
        assert!(
            Query::parse("created_at.gte=soon")
                .times("created_at")
                .is_err()
        );
        let range = Query::parse("created_at.lte=2026-01-01")
            .times("created_at")
            .expect("range");
        assert!(range.contains(parse_time("2026-01-01T12:00:00Z", false).expect("time")));
        assert!(!range.is_open());
    }
}
