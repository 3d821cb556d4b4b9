use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;

use std::time::{Duration, SystemTime};

use super::TokenFault;

/// 2026-01-01.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn bearer(claims: &str) -> HeaderValue {
    let payload = URL_SAFE_NO_PAD.encode(claims);
    HeaderValue::try_from(format!("Bearer eyJ.{payload}.sig")).expect("header")
}

#[test]
fn another_account_and_another_environment_are_mismatches() {
    let host = "https://api.dintero.com/v1/accounts";
    let cases = [
        (format!(r#"{{"aud":"{host}/T12345678"}}"#), None),
        (
            format!(r#"{{"aud":["x","{host}/T12345678/"],"exp":1}}"#),
            Some(TokenFault::Expired),
        ),
        (
            format!(r#"{{"aud":["{host}/P1","{host}/T12345678"]}}"#),
            None,
        ),
        (
            format!(r#"{{"aud":"{host}/T87654321"}}"#),
            Some(TokenFault::Account),
        ),
        (
            format!(r#"{{"aud":["{host}/P12345678"]}}"#),
            Some(TokenFault::Environment),
        ),
        (r#"{"aud":"something else"}"#.to_owned(), None),
        (r#"{"sub":"x"}"#.to_owned(), None),
        (r#"{"exp":0}"#.to_owned(), Some(TokenFault::Expired)),
        (r#"{"exp":4000000000}"#.to_owned(), None),
        (r#"{"exp":-1e300}"#.to_owned(), None),
        (
            format!(r#"{{"aud":"{host}/T87654321","exp":1}}"#),
            Some(TokenFault::Account),
        ),
        ("no JSON".to_owned(), None),
    ];
    for (claims, mismatch) in cases {
        assert_eq!(
            TokenFault::of_token(&bearer(&claims), "T12345678", now()),
            mismatch,
            "{claims}"
        );
    }
    for opaque in ["Bearer token-1", "Bearer a.%%.c", "Basic YTpi", ""] {
        assert_eq!(
            TokenFault::of_token(&HeaderValue::from_static(opaque), "T12345678", now()),
            None
        );
    }
}
