use std::time::Duration;

use secrecy::ExposeSecret;

use super::read;

#[test]
fn the_lifetime_is_read_as_integer_string_or_decimal() {
    let cases = [
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":14400}"#,
            Some(14400),
        ),
        (r#"{"access_token":"a","expires_in":86400.0}"#, Some(86400)),
        (r#"{"access_token":"a","expires_in":"60"}"#, Some(60)),
        (r#"{"access_token":"a","expires_in":-5}"#, Some(0)),
        (r#"{"access_token":"a","expires_in":1e300}"#, None),
        (r#"{"access_token":"a","expires_in":null}"#, None),
        (r#"{"access_token":"a"}"#, None),
    ];
    for (body, life) in cases {
        let token = read(body.as_bytes()).expect(body);
        assert_eq!(token.secret.expose_secret(), "a");
        assert_eq!(token.expires_in, life.map(Duration::from_secs), "{body}");
    }
}

#[test]
fn a_response_without_a_token_names_the_field() {
    for body in [
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":null}"#,
    ] {
        assert_eq!(read(body.as_bytes()).expect_err(body).field, "access_token");
    }
    assert_eq!(
        read(b"<html>").expect_err("no JSON").text,
        "the body is not JSON"
    );
}
