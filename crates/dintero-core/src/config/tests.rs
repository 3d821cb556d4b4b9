mod environment;

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
        ("DINTERO_CHECKOUT_URL", "https://api.dintero.com/v1/x"),
    ])
    .build()?;
    assert_eq!(handle.account(), "P12345678");
    assert_eq!(&*handle.shared().api_url, "https://api.dintero.com");
    assert_eq!(
        &*handle.shared().checkout_url,
        "https://api.dintero.com/v1/x"
    );
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
fn settings_of_the_http_client_and_a_proxy_are_taken_together() {
    let both = builder()
        .http_client(|client| client.tcp_nodelay(true))
        .proxy("http://proxy.example");
    assert!(both.build().is_ok());
}

#[test]
fn a_proxy_that_cannot_work_is_named() {
    let socks = message(builder().proxy("socks5://hunter2.example"));
    assert!(socks.contains("`proxy` is a SOCKS proxy, which requires the feature `socks`"));
    let nonsense = message(builder().proxy("http://:hunter2"));
    assert!(nonsense.contains("`proxy` is not the URL of a proxy"));
    assert!(!format!("{socks}{nonsense}").contains("hunter2"));
}

#[test]
fn half_a_configuration_is_refused() {
    let refused = [
        (Some("http://127.0.0.1:8400"), None),
        (None, Some("http://127.0.0.1:8400")),
        (Some("https://127.0.0.1"), None),
        (None, Some("https://checkout.test.dintero.com")),
        (
            Some("https://api.dintero.com"),
            Some("https://shop.example"),
        ),
        (Some("https://shop.example"), Some("https://localhost")),
    ];
    let accepted = [
        (None, None),
        (Some("http://127.0.0.1:8400"), Some("http://[::1]:8401")),
        (Some("https://localhost"), Some("http://127.0.0.1")),
        (
            Some("https://a.shop.example"),
            Some("https://b.other.example"),
        ),
        (
            None,
            Some("https://api.dintero.com/v1/accounts/{aid}/payments"),
        ),
        (
            Some("https://api.test.dintero.com"),
            Some("https://checkout.test.dintero.com"),
        ),
    ];
    let with = |(api, checkout): (Option<&str>, Option<&str>)| {
        let both = builder();
        let both = api.into_iter().fold(both, Builder::api_url);
        checkout.into_iter().fold(both, Builder::checkout_url)
    };
    for urls in refused {
        let text = message(with(urls));
        assert!(
            text.contains("`checkout_url` must be of the same environment"),
            "{urls:?}: {text}"
        );
    }
    for urls in accepted {
        assert!(with(urls).build().is_ok(), "{urls:?}");
    }
}

#[test]
fn http_is_possible_for_allowed_hosts_but_not_for_dintero_nor_production() -> Result<(), Error> {
    let urls = |host: &str, account: &str| {
        builder()
            .account(account)
            .api_url(format!("http://{host}:8400"))
            .checkout_url(format!("http://{host}:8401"))
            .allow_http_for(host)
    };
    let handle = urls("sandbox", "T12345678").build()?;
    assert!(handle.for_account("T87654321").is_ok());
    let error = handle.for_account("P12345678").expect_err("production");
    assert!(
        error.to_string().contains("http is not permitted"),
        "{error}"
    );
    assert!(message(urls("sandbox", "P12345678")).contains("http is not permitted"));
    for host in ["api.dintero.com", "x.DINTERO.com", "dintero.com"] {
        assert!(
            message(urls(host, "T12345678")).contains("must be https"),
            "{host}"
        );
    }
    let other = urls("sandbox", "T12345678").api_url("http://elsewhere");
    assert!(message(other).contains("`DINTERO_ALLOW_HTTP`"));
    let variables = environment(&[
        ("DINTERO_ACCOUNT_ID", "T12345678"),
        ("DINTERO_CLIENT_ID", "id"),
        ("DINTERO_CLIENT_SECRET", "secret"),
        ("DINTERO_API_URL", "http://one:1"),
        ("DINTERO_CHECKOUT_URL", "http://two:2"),
        ("DINTERO_ALLOW_HTTP", "one, two"),
    ]);
    variables.build().map(|_| ())
}

#[test]
fn an_owner_of_the_other_environment_is_refused_before_any_call() -> Result<(), Error> {
    for (owner, account) in [("T123", "P12345678"), ("P12345678", "T12345678")] {
        let text = message(builder().account(account).owner(owner));
        assert!(
            text.contains("`owner` and account must both be for tests"),
            "{text}"
        );
    }
    let handle = builder().owner("T123").build()?;
    assert!(handle.for_account("T87654321").is_ok());
    assert!(
        handle
            .for_account("P87654321")
            .is_err_and(|error| error.is_configuration())
    );
    Ok(())
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

#[cfg(any(feature = "rustls", feature = "rustls-ring"))]
#[test]
fn a_client_that_cannot_be_built_does_not_blame_certificates() {
    let versions = builder().http_client(|client| {
        let client = client.tls_version_min(reqwest::tls::Version::TLS_1_3);
        client.tls_version_max(reqwest::tls::Version::TLS_1_2)
    });
    let error = versions.build().expect_err("no version is left");
    let text = error.to_string();
    assert!(error.is_configuration() && std::error::Error::source(&error).is_some());
    assert!(
        text.contains("`http_client`") && !text.contains("certificates"),
        "{text}"
    );
}

#[test]
fn a_token_with_its_scheme_is_refused_without_showing_it() {
    for token in ["Bearer hunter2", "bearer\thunter2", "hunter2 x"] {
        let text = message(Handle::builder().account("T12345678").bearer_token(token));
        assert!(
            text.contains("without `Bearer`") || text.contains("control characters"),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
    let text = message(Handle::builder().account("T12345678").api_key("hunter2 x"));
    assert!(
        text.contains("without its header") && !text.contains("hunter2"),
        "{text}"
    );
}
