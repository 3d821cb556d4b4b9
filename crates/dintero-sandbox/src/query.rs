//! The query of a request.

use std::ops::Bound::{self, Included, Unbounded};

use chrono::{DateTime, Utc};

use crate::check::parse_time;
use crate::errors::{ApiError, ApiResult};

pub(crate) type TimeRange = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

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
        let invalid = |_| ApiError::invalid_field(name, "must be an integer");
        let number = self.first(name).map(str::parse).transpose();
        number.map_err(invalid)
    }

    pub(crate) fn times(&self, name: &str) -> ApiResult<TimeRange> {
        let one = |suffix: &str, upper: bool| {
            let name = format!("{name}.{suffix}");
            let reason = "must be a date and time in ISO 8601";
            let invalid = || ApiError::invalid_field(&name, reason);
            let parse = |text| parse_time(text, upper).ok_or_else(invalid);
            let bound = self.first(&name).map(parse).transpose()?;
            Ok(bound.map_or(Unbounded, Included))
        };
        Ok((one("gte", false)?, one("lte", true)?))
    }

    pub(crate) fn ints(&self, name: &str) -> ApiResult<impl Fn(i64) -> bool + use<>> {
        let exact = self.int(name)?;
        let gte = self.int(&format!("{name}.gte"))?.unwrap_or(i64::MIN);
        let lte = self.int(&format!("{name}.lte"))?.unwrap_or(i64::MAX);
        Ok(move |n: i64| (gte..=lte).contains(&n) && exact.is_none_or(|exact| n == exact))
    }
}
