use http::{HeaderMap, HeaderValue, StatusCode};

use super::Response;

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("request-id", HeaderValue::from_static("r-1"));
    headers.insert("event-request-id", HeaderValue::from_static("e-1"));
    headers.insert("set-cookie", HeaderValue::from_static("secret-cookie"));
    headers
}

#[test]
fn a_202_is_pending_and_names_its_event() {
    let response = Response::new(StatusCode::ACCEPTED, headers(), 5);
    assert!(response.is_pending());
    assert_eq!(response.event_request_id(), Some("e-1"));
    assert_eq!(response.map(|value| value + 1).into_inner(), 6);
}

#[test]
fn debug_shows_neither_headers_nor_raw_bytes() {
    let typed = format!("{:?}", Response::new(StatusCode::OK, headers(), "value"));
    assert!(
        typed.contains("value") && typed.contains("r-1") && !typed.contains("secret-cookie"),
        "{typed}"
    );
    let raw = format!("{:?}", Response::raw(StatusCode::OK, headers(), "the body"));
    assert!(!raw.contains("the body"), "{raw}");
}
