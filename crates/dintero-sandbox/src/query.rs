//! The query of a request.

use chrono::{DateTime, Utc};

use crate::check::parse_time;
use crate::errors::{ApiError, ApiResult};

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
