//! Statuses that may be transient, and the `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

/// Returns `true` for statuses of failures that may be transient. The outcome is unknown, so only a call that tolerates it is
/// retried.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    // 520 to 530 are those of a content delivery network in front of the server, 598 and 599 timeouts of a proxy.
    matches!(
        status.as_u16(),
        408 | 500 | 502 | 503 | 504 | 520..=530 | 598 | 599
    )
}

/// The longest delay, whatever is configured or requested.
pub(crate) const MAX_DELAY: Duration = Duration::from_secs(24 * 3600);

/// Returns the delay of a `Retry-After` header in seconds, rounded up, or as an HTTP date, zero for a date in the past. Other values
/// count as absent.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?;
    let text = value.to_str().ok()?.trim();
    let is_decimal = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let wait = if text.bytes().all(is_decimal) {
        let seconds = text.parse::<f64>().ok()?.ceil();
        Duration::try_from_secs_f64(seconds).unwrap_or(MAX_DELAY)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_DELAY))
}

#[cfg(test)]
mod tests;
