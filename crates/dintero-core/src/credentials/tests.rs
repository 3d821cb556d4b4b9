use std::time::Duration;

use secrecy::SecretString;

use super::{AccessToken, TokenRequest, basic, sensitive};

#[test]
fn authorization_headers_follow_the_standards_and_do_not_show() {
    let basic = basic("Aladdin", &SecretString::from("open sesame")).expect("header");
    assert_eq!(basic.as_bytes(), b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(format!("{basic:?}"), "Sensitive");
    for bad in ["a\nb", "a\0", "tøken"] {
        assert!(sensitive("Bearer ", bad).is_none(), "{bad:?}");
    }
}

#[test]
fn the_audience_names_the_real_host_with_any_configuration() {
    let request = TokenRequest {
        host: "http://127.0.0.1:8400".into(),
        owner: "P111".into(),
        account: "T12345678".into(),
    };
    assert_eq!(
        request.audience(),
        "https://api.dintero.com/v1/accounts/T12345678"
    );
}

#[test]
fn a_token_does_not_show() {
    let shown = format!(
        "{:?}",
        AccessToken::new("eyJ-secret").expires_in(Duration::from_secs(9))
    );
    assert!(
        shown.contains("expires_in: Some(9s)") && !shown.contains("eyJ"),
        "{shown}"
    );
}
