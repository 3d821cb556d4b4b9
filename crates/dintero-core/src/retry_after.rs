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
    let value = headers.get(http::header::RETRY_AFTER)?;
    let text = value.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(MAX_DELAY, Duration::from_secs)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_DELAY))
}

#[cfg(test)]
mod tests;
