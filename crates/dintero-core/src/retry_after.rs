//! Statuses that may be transient, and the `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

/// Returns `true` for statuses of failures that may be transient. The outcome is unknown, so only a call that tolerates it is
/// retried.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 500 | 502 | 503 | 504)
}

/// The longest delay, whatever is configured or requested.
pub(crate) const MAX_DELAY: Duration = Duration::from_secs(24 * 3600);

/// Returns the delay of a `Retry-After` header in seconds or as an HTTP date, zero for a date in the past. Other values count as
/// absent.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(MAX_DELAY, Duration::from_secs)
    } else {
        httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .unwrap_or_default()
    };
    Some(wait.min(MAX_DELAY))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue};

    use super::{MAX_DELAY, retry_after};

    fn read(value: &str, now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_str(value).expect("header"));
        retry_after(&headers, now)
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = httpdate::parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT").expect("date");
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(read("7", now), seconds(7));
        assert_eq!(read(" 0 ", now), seconds(0));
        assert_eq!(read("Thu, 01 Jan 2026 00:00:30 GMT", now), seconds(30));
        assert_eq!(read("Wed, 31 Dec 2025 00:00:30 GMT", now), seconds(0));
        assert_eq!(read("99999999999999999999999", now), Some(MAX_DELAY));
        assert_eq!(read("Fri, 01 Jan 2100 00:00:00 GMT", now), Some(MAX_DELAY));
        for nothing in ["", "-1", "+5", "1.5", "soon", "Thu, 99 Jan 2026"] {
            assert_eq!(read(nothing, now), None, "{nothing}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
