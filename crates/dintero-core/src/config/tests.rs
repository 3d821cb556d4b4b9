use std::ffi::OsString;
use std::time::Duration;

use crate::{AccessToken, Builder, Error, Handle, TokenRequest};

fn builder() -> Builder {
    Handle::builder()
        .account("T12345678")
        .client_credentials("id", "the-secret")
}

fn message(builder: Builder) -> String {
    let error = builder
        .build()
        .map(|_| ())
        .expect_err("a configuration error");
    assert!(error.is_configuration());
    error.to_string()
}

fn environment(variables: &'static [(&'static str, &'static str)]) -> Builder {
    Handle::builder().environment_from(move |name| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| OsString::from(value))
    })
}

#[test]
fn the_environment_is_enough() -> Result<(), Error> {
    let handle = environment(&[
        ("DINTERO_ACCOUNT_ID", "P12345678"),
        ("DINTERO_CLIENT_ID", "id"),
        ("DINTERO_CLIENT_SECRET", "secret"),
        ("DINTERO_API_URL", ""),
        ("DINTERO_CHECKOUT_URL", "http://127.0.0.1:8400"),
    ])
    .build()?;
    assert_eq!(handle.account(), "P12345678");
    assert_eq!(&*handle.shared().api_url, "https://api.dintero.com");
    assert_eq!(&*handle.shared().checkout_url, "http://127.0.0.1:8400");
    Ok(())
}

#[test]
fn an_empty_environment_is_one_error_that_names_every_variable_once() {
    let text = message(environment(&[]));
    for name in [
        "DINTERO_ACCOUNT_ID",
        "DINTERO_CLIENT_ID",
        "DINTERO_CLIENT_SECRET",
    ] {
        assert_eq!(text.matches(name).count(), 1, "{text}");
    }
    assert!(!text.contains("DINTERO_API_URL"), "{text}");
}

#[test]
fn a_malformed_environment_is_one_error_that_shows_no_value() {
    let text = message(environment(&[
        ("DINTERO_ACCOUNT_ID", "X99"),
        ("DINTERO_CLIENT_ID", "a:b"),
        ("DINTERO_CLIENT_SECRET", "hush\n"),
        ("DINTERO_API_URL", "http://api.dintero.com"),
        ("DINTERO_CHECKOUT_URL", "nonsense"),
    ]));
    for name in [
        "ACCOUNT_ID",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "API_URL",
        "CHECKOUT_URL",
    ] {
        assert_eq!(
            text.matches(&format!("`DINTERO_{name}`")).count(),
            1,
            "{text}"
        );
    }
    for value in ["X99", "a:b", "hush", "nonsense"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let builder =
        Handle::builder().environment_from(|_| Some(OsString::from_vec(vec![0xff, 0xfe])));
    assert!(message(builder).contains("`DINTERO_CLIENT_SECRET` is not valid UTF-8"));
}

#[test]
fn a_builder_names_all_that_is_wrong_at_once() {
    let text = message(
        Handle::builder()
            .account("12345678")
            .owner("P12")
            .client_credentials("", "")
            .bearer_token("hush\u{1}hush")
            .api_url("https://user:hunter2@api.dintero.com")
            .user_agent_suffix("shop\n")
            .system("s".repeat(121), "1")
            .feature_toggles(["a\nb"])
            .timeout(Duration::ZERO)
            .body_limit(0)
            .proxy("::hunter2::"),
    );
    let expected = [
        "`account`",
        "`owner`",
        "`client id`",
        "`client secret`",
        "`bearer token`",
        "`api_url`",
        "`user_agent_suffix`",
        "`dintero-system-name`",
        "`dintero-feature-toggles`",
        "`timeout`",
        "`body_limit`",
        "`proxy`",
        "`credentials`",
    ];
    for name in expected {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert!(
        !text.contains("hunter2") && !text.contains("hush"),
        "{text}"
    );
}

#[test]
fn credentials_are_needed_and_only_one_kind() {
    assert!(message(Handle::builder().account("T12345678")).contains("`credentials` are required"));
    assert!(message(builder().api_key("key")).contains("more than one kind"));
    let source = |_: TokenRequest| async { Ok(AccessToken::new("t")) };
    assert!(message(builder().token_source(source)).contains("more than one kind"));
}

#[test]
fn debug_of_a_builder_shows_no_secret() {
    let shown = format!("{:?}", builder().proxy("http://user:hunter2@proxy.example"));
    assert!(
        !shown.contains("the-secret") && !shown.contains("hunter2"),
        "{shown}"
    );
    assert!(shown.contains("T12345678"), "{shown}");
    let shown = format!("{:?}", builder().account("the-secret"));
    assert!(!shown.contains("the-secret"), "{shown}");
}

#[test]
fn an_own_http_client_is_taken_and_no_proxy_beside_it() {
    assert!(
        builder()
            .http_client(reqwest::Client::new())
            .build()
            .is_ok()
    );
    let both = builder()
        .http_client(reqwest::Client::new())
        .proxy("http://proxy.example");
    assert!(message(both).contains("`proxy`"));
}

#[test]
fn an_environment_without_urls_keeps_those_that_were_set() -> Result<(), Error> {
    let builder = Handle::builder()
        .api_url("http://127.0.0.1:8400")
        .checkout_url("http://127.0.0.1:8401");
    let handle = builder
        .environment_from(|name| match name {
            "DINTERO_ACCOUNT_ID" => Some("P12345678".into()),
            "DINTERO_CLIENT_ID" | "DINTERO_CLIENT_SECRET" => Some("x".into()),
            "DINTERO_CHECKOUT_URL" => Some("http://127.0.0.1:8402".into()),
            _ => None,
        })
        .build()?;
    assert_eq!(&*handle.shared().api_url, "http://127.0.0.1:8400");
    assert_eq!(&*handle.shared().checkout_url, "http://127.0.0.1:8402");
    Ok(())
}
