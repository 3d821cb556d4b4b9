//! What must hold for any bytes. The fuzz targets and the tests below call the same functions.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Url;

use crate::config::base_url;
use crate::data::Violations;
use crate::retry_after::{MAX_DELAY, retry_after};
use crate::{Error, path};

/// Any body of any status gives an error with one sentence on one line, and what is read of the body was in it.
pub fn envelope(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let status = StatusCode::from_u16(300 + u16::from(*first)).expect("in range");
    let error = Error::from_response(status, HeaderMap::new(), body.to_vec());
    let sentence = error.to_string();
    assert!(sentence.len() < 600, "{sentence}");
    assert!(!sentence.chars().any(char::is_control), "{sentence}");
    assert!(sentence.contains("; "), "it ends in what to do: {sentence}");
    assert!(!format!("{error:?}").contains('\n'));
    assert_eq!(error.body().map(|kept| &kept[..]), Some(body));
    for text in [error.code(), error.message()].into_iter().flatten() {
        assert!(text.len() <= body.len().max(32), "{text}");
    }
    let again = Error::from_response(status, HeaderMap::new(), body.to_vec());
    assert_eq!(
        (error.code(), error.message(), error.errors()),
        (again.code(), again.message(), again.errors())
    );
}

/// Any `Retry-After` is a wait within bounds or none at all; digits are seconds.
pub fn wait(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(http::header::RETRY_AFTER, value);
    let new_year = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let wait = retry_after(&headers, new_year);
    assert!(wait.is_none_or(|wait| wait <= MAX_DELAY));
    let digits = !data.is_empty() && data.iter().all(u8::is_ascii_digit);
    if let Ok(seconds) = String::from_utf8_lossy(data).parse::<u64>()
        && digits
    {
        assert_eq!(wait, Some(Duration::from_secs(seconds).min(MAX_DELAY)));
    }
    assert!(!digits || wait.is_some());
}

/// Whatever is taken as a base URL, no path, id or query leads to another host or out of its place. The first line is the base,
/// the rest an id.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (base, id) = text.split_once('\n').unwrap_or((&text, "x"));
    let mut violations = Violations::default();
    let Some(built) = base_url("url", base, &[], &mut violations) else {
        assert!(!violations.is_empty(), "a refusal says why");
        return;
    };
    let built = built.as_str().trim_end_matches('/').to_owned();
    let root = Url::parse(&built).expect("a URL");
    assert!(!built.ends_with('/') && root.username().is_empty() && root.password().is_none());
    let host = root.host_str().expect("a host");
    let loopback = matches!(host, "localhost" | "[::1]")
        || host.starts_with("127.")
        || host.starts_with("[::ffff:7f");
    assert!(
        root.scheme() == "https" || (root.scheme() == "http" && loopback),
        "{built}"
    );
    let Ok(segment) = path::segment(id) else {
        return;
    };
    let mut query = String::new();
    path::push_query(&mut query, "search", id);
    let url = Url::parse(&format!("{built}/v1/things/{segment}/parts?{query}")).expect("a URL");
    assert_eq!(url.origin(), root.origin(), "{url}");
    let below = root.path().trim_end_matches('/');
    assert_eq!(url.path(), format!("{below}/v1/things/{segment}/parts"));
    assert_eq!(
        url.query_pairs().collect::<Vec<_>>(),
        [("search".into(), id.into())]
    );
    assert_eq!(url.fragment(), None);
}

#[cfg(test)]
mod tests;
