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
    assert_eq!(read("1.5", now), seconds(2));
    assert_eq!(read("Thu, 01 Jan 2026 00:00:30 GMT", now), seconds(30));
    assert_eq!(read("Wed, 31 Dec 2025 00:00:30 GMT", now), seconds(0));
    assert_eq!(read("99999999999999999999999", now), Some(MAX_DELAY));
    assert_eq!(read("Fri, 01 Jan 2100 00:00:00 GMT", now), Some(MAX_DELAY));
    for nothing in ["", "-1", "+5", "1.5.5", ".", "soon", "Thu, 99 Jan 2026"] {
        assert_eq!(read(nothing, now), None, "{nothing}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}
