//! Errors of tokens that are refused, and of token calls that are.

use base64::Engine as _;
use dintero_core::{Error, Handle, ManualClock};

use crate::server::{Server, reply};
use crate::{CAPTURE, builder, call};

/// A token as Dintero makes them, for this account.
fn jwt(account: &str, end: u64) -> String {
    let claims =
        format!(r#"{{"aud":"https://api.dintero.com/v1/accounts/{account}","exp":{end}}}"#);
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln")
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_told_when_it_is_refused() {
    let cases = [
        ("T12345678", u64::MAX, false, false, "grants"),
        (
            "T12345678",
            1,
            false,
            false,
            "the token has expired: set a new one",
        ),
        ("T87654321", 1, true, false, "another account"),
        ("P12345678", u64::MAX, true, true, "for production"),
    ];
    for (account, end, audience, environment, advice) in cases {
        let server = Server::start().await.api([reply(403, "{}")]);
        let handle = Handle::builder()
            .account("T12345678")
            .bearer_token(jwt(account, end))
            .api_url(&server.url)
            .checkout_url(&server.url)
            .build()
            .expect("handle");
        let error = call(&handle, &CAPTURE).await.expect_err("403");
        assert_eq!(
            (
                error.is_wrong_audience(),
                error.is_wrong_environment(),
                error.is_forbidden()
            ),
            (audience, environment, true)
        );
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn the_reasons_why_there_is_no_token_are_told_apart() {
    let mfa = r#"{"error":{"code":"mfa_required","message":"m"},"mfa_token":"hidden"}"#;
    let kinds = |error: &Error| {
        [
            error.is_wrong_audience(),
            error.is_mfa_required(),
            error.is_wrong_environment(),
        ]
    };
    let cases = [
        (
            None,
            401,
            "{}",
            [false; 3],
            "clients of production accounts do not work here",
        ),
        (
            None,
            403,
            "{}",
            [true, false, false],
            "grant for the audience",
        ),
        (None, 403, mfa, [false, true, false], "second factor"),
        (Some("T123"), 503, "{}", [false; 3], "can be sent again"),
    ];
    for (owner, status, body, expected, advice) in cases {
        let server = Server::start()
            .await
            .token((0..3).map(|_| reply(status, body)));
        let mut builder = builder(&server, &ManualClock::new());
        if let Some(owner) = owner {
            builder = builder.owner(owner);
        }
        let error = call(&builder.build().expect("handle"), &CAPTURE)
            .await
            .expect_err("no token");
        assert_eq!(kinds(&error), expected, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(error.is_retryable(), status == 503);
    }
}
