//! The query of a request.

use chrono::{DateTime, Utc};

use crate::check::parse_time;
use crate::errors::{ApiError, ApiResult};

/// The query of a URL; a name may come several times.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(pairs.into_owned().collect())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(n, _)| n == name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter();
        Some(&values.find(|(n, _)| n == name)?.1)
    }

    fn int(&self, name: &str) -> ApiResult<Option<i64>> {
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
            let reason = "must be a date and time in ISO 8601";
            let invalid = || ApiError::invalid_field(&name, reason);
            let parse = |text| parse_time(text, upper).ok_or_else(invalid);
            self.first(&name).map(parse).transpose()
        };
        Ok(TimeRange {
            gte: one("gte", false)?,
            lte: one("lte", true)?,
        })
    }

    /// `<name>`, `<name>.gte` and `<name>.lte` as integers.
    pub(crate) fn ints(&self, name: &str) -> ApiResult<impl Fn(i64) -> bool + use<>> {
        let exact = self.int(name)?;
        let gte = self.int(&format!("{name}.gte"))?;
        let lte = self.int(&format!("{name}.lte"))?;
        Ok(move |n: i64| {
            exact.is_none_or(|exact| n == exact)
                && gte.is_none_or(|gte| n >= gte)
                && lte.is_none_or(|lte| n <= lte)
        })
    }
}

/// A range of times with both ends, open where the query has none.
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
