//! Requests as they are built, and responses of every kind.

use std::io::Write as _;

use dintero_core::{CallOptions, ManualClock, Violations, WasSent};
use http::Method;
use serde::Deserialize;

use crate::retries::closed_port;
use crate::server::{Server, Step, reply};
use crate::{CAPTURE, ORDERS, READ, SESSION, Thing, builder, call, handle};

#[tokio::test]
async fn a_request_is_put_together_as_it_was_described() {
    let server = Server::start().await;
    let handle = builder(&server, &ManualClock::new())
        .system("Shop", "2.1")
        .plugin("plug", "3")
        .feature_toggles(["one", "two"])
        .user_agent_suffix("my-shop/1")
        .build()
        .expect("handle");
    handle
        .call(&CAPTURE)
        .path("id", &"a/b c")
        .query("includes", &vec!["x y".to_owned(), "z".to_owned()])
        .query("absent", &None::<String>)
        .query_joined("ids", &vec!["1".to_owned(), "2".to_owned()])
        .header("dintero-system-name", &Some("Other".to_owned()))
        .header("dintero-system-version", &None::<String>)
        .json_unchecked(&serde_json::json!({ "amount": 100 }))
        .with_options(CallOptions::new().header("x-own", "1"))
        .send::<Thing>()
        .await
        .expect("response");
    let calls = server.calls();
    let seen = &calls[0];
    assert_eq!(
        (seen.method.as_str(), seen.body.as_str()),
        ("POST", r#"{"amount":100}"#)
    );
    assert_eq!(
        seen.target,
        "/v1/transactions/a%2Fb%20c/capture?includes=x%20y&includes=z&ids=1%2C2"
    );
    let agent = concat!("dintero-rust/", env!("CARGO_PKG_VERSION"), " my-shop/1");
    let headers = [
        ("user-agent", Some(agent)),
        ("accept", Some("application/json")),
        ("content-type", Some("application/json")),
        ("dintero-system-name", Some("Other")),
        ("dintero-system-version", Some("2.1")),
        ("dintero-system-plugin-name", Some("plug")),
        ("dintero-feature-toggles", Some("one,two")),
        ("x-own", Some("1")),
        ("api-version", None),
        ("accept-encoding", Some("gzip")),
    ];
    for (name, value) in headers {
        assert_eq!(seen.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn a_call_without_a_body_says_so() {
    let server = Server::start().await;
    let handle = handle(&server, &ManualClock::new());
    let calls = [
        handle.call(&SESSION),
        handle.request(Method::PUT, "/v1/x"),
        handle.request(Method::PATCH, "/v1/x"),
        handle.call(&READ).path("id", &"a"),
        handle.request(Method::DELETE, "/v1/x"),
    ];
    for call in calls {
        call.send_empty().await.expect("response");
    }
    for (at, seen) in server.calls().iter().enumerate() {
        assert_eq!((&*seen.body, seen.header("content-type")), ("", None));
        let length = seen.header("content-length");
        assert_eq!(length, (at < 3).then_some("0"), "{}", seen.method);
        assert_eq!(seen.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn a_request_with_violations_is_never_sent_and_names_them_all() {
    let server = Server::start().await;
    let mut found = Violations::default();
    found.push("order.amount", "must be at least 0");
    let error = handle(&server, &ManualClock::new())
        .call(&CAPTURE)
        .path("id", &"..")
        .header("dintero-feature-toggles", &"hidden\n")
        .violations(found)
        .with_options(CallOptions::new().header("authorization", "hidden"))
        .send::<Thing>()
        .await
        .expect_err("not valid");
    assert!(error.is_invalid_request());
    assert_eq!(
        (error.was_sent(), error.attempts(), error.operation()),
        (WasSent::No, 0, Some(&CAPTURE))
    );
    assert_eq!(error.violations().iter().count(), 4, "{error}");
    assert!(!error.to_string().contains("hidden"));
    let missing = handle(&server, &ManualClock::new())
        .call(&READ)
        .path("id", &None::<String>)
        .send_bytes()
        .await;
    assert!(
        missing
            .expect_err("no id")
            .to_string()
            .contains("`id` is required")
    );
    assert_eq!((server.calls().len(), server.token_calls().len()), (0, 0));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start().await;
    for status in [301, 302, 307, 308] {
        let server = Server::start()
            .await
            .api([reply(status, "").with("location", &format!("{}/v1/x", other.url))]);
        let error = call(&handle(&server, &ManualClock::new()), &READ)
            .await
            .expect_err("redirect");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(
            error.to_string().contains("redirects are not followed"),
            "{error}"
        );
    }
    assert_eq!((other.calls().len(), other.token_calls().len()), (0, 0));
}

#[tokio::test]
async fn no_setting_of_the_http_client_makes_it_follow_a_redirect() {
    let elsewhere = Server::start().await;
    let nowhere = closed_port();
    let nowhere = format!("http://{}/v1/x", nowhere.local_addr().expect("address"));
    let other = format!("{}/v1/other", elsewhere.url);
    for to in [
        &*other,
        &nowhere,
        "/v1/transactions/T12345678.abc/capture",
        "?a",
    ] {
        let server = Server::start()
            .await
            .api([reply(307, "").with("location", to)]);
        let handle = builder(&server, &ManualClock::new())
            .http_client(|client| client.redirect(reqwest::redirect::Policy::limited(9)))
            .build()
            .expect("handle");
        let error = call(&handle, &CAPTURE).await.expect_err("redirected");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(307));
        assert!(!error.is_retryable(), "{error}");
        assert_eq!((server.calls().len(), elsewhere.calls().len()), (1, 0));
    }
}

#[tokio::test]
async fn any_2xx_is_success() {
    for status in [200, 201, 202, 203, 206, 226] {
        let server = Server::start()
            .await
            .api([reply(status, r#"{"id":"x","more":1}"#)]);
        assert!(
            call(&handle(&server, &ManualClock::new()), &CAPTURE)
                .await
                .is_ok(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_names_the_field() {
    #[derive(Debug, Deserialize)]
    struct Transaction {
        #[serde(rename = "events")]
        _events: Vec<Event>,
    }
    #[derive(Debug, Deserialize)]
    struct Event {
        #[serde(rename = "amount")]
        _amount: i64,
    }
    let body = r#"{"events":[{"amount":1},{"amount":"hidden"}]}"#;
    let server = Server::start()
        .await
        .api([reply(200, body).with("request-id", "req-1")]);
    let handle = handle(&server, &ManualClock::new());
    let error = handle
        .call(&READ)
        .path("id", &"a")
        .send::<Transaction>()
        .await
        .expect_err("a string");
    assert!(error.is_decode());
    // No type of the generated crates says which keys are names of fields and not of a map.
    assert_eq!(error.field(), Some("*[1].*"));
    assert_eq!(
        (error.request_id(), error.was_sent(), error.attempts()),
        (Some("req-1"), WasSent::Yes, 1)
    );
    assert_eq!(error.body().map(|bytes| &bytes[..]), Some(body.as_bytes()));
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("*[1].*") && !shown.contains("hidden"),
        "{shown}"
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn an_empty_success_is_an_error_only_where_a_body_is_needed() {
    let empty = || Step::Reply(204, Vec::new(), Vec::new());
    let server = Server::start()
        .await
        .api([empty(), empty(), empty(), reply(200, "not JSON")]);
    let handle = handle(&server, &ManualClock::new());
    let error = call(&handle, &READ).await.expect_err("no body");
    assert!(
        error.is_decode() && error.to_string().contains("the body is empty"),
        "{error}"
    );
    assert!(
        handle
            .call(&SESSION)
            .send_empty()
            .await
            .is_ok_and(|response| response.status() == 204)
    );
    assert!(
        handle
            .call(&SESSION)
            .send_bytes()
            .await
            .is_ok_and(|response| response.is_empty())
    );
    assert!(handle.call(&SESSION).send_empty().await.is_ok());
}

#[tokio::test]
async fn a_response_whose_body_is_ignored_may_break_off() {
    let server = Server::start().await.api([Step::Raw(
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec(),
    )]);
    assert!(
        handle(&server, &ManualClock::new())
            .call(&CAPTURE)
            .path("id", &"a")
            .send_empty()
            .await
            .is_ok()
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_an_error_also_when_it_was_small_on_the_wire() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 4 << 20]).expect("gzip");
    let bomb = encoder.finish().expect("gzip");
    assert!(bomb.len() < 10_000);
    let plain = Step::Reply(200, Vec::new(), vec![b' '; 2000]);
    let gzip = Step::Reply(200, vec![("content-encoding", "gzip".to_owned())], bomb);
    for step in [plain, gzip] {
        let server = Server::start().await.api([step]);
        let handle = builder(&server, &ManualClock::new())
            .body_limit(1000)
            .build()
            .expect("handle");
        let error = call(&handle, &READ).await.expect_err("too large");
        assert!(
            error.is_decode() && error.to_string().contains("limit of 1000 bytes"),
            "{error}"
        );
        assert_eq!((error.was_sent(), server.calls().len()), (WasSent::Yes, 1));
    }
}

#[tokio::test]
async fn a_body_of_many_chunks_comes_whole() {
    let text = format!(r#"{{"id":"{}"}}"#, "x".repeat(3 << 20));
    let server = Server::start().await.api([reply(200, &text)]);
    let bytes = handle(&server, &ManualClock::new())
        .call(&READ)
        .path("id", &"a")
        .send_bytes()
        .await
        .expect("response");
    assert!(bytes[..] == *text.as_bytes());
}

#[tokio::test]
async fn an_error_body_that_is_cut_off_keeps_what_came() {
    let server = Server::start().await.api([Step::Raw(
        b"HTTP/1.1 400 X\r\ncontent-length: 99\r\n\r\n{\"error\"".to_vec(),
    )]);
    let error = call(&handle(&server, &ManualClock::new()), &CAPTURE)
        .await
        .expect_err("400");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert_eq!(error.body().map(|body| &body[..]), Some(&b"{\"error\""[..]));
    assert_eq!(error.was_sent(), WasSent::Yes);
}

#[test]
fn a_call_without_a_tokio_runtime_is_an_error_and_no_panic() {
    let handle = dintero_core::Handle::builder()
        .account("T12345678")
        .bearer_token("t")
        .build()
        .expect("handle");
    let mut call = std::pin::pin!(handle.call(&ORDERS).send_bytes());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("it must end at once")
    };
    assert!(
        error.is_configuration() && error.to_string().contains("Tokio runtime"),
        "{error}"
    );
}

#[tokio::test]
async fn a_call_to_the_loopback_goes_past_the_proxy() {
    let clock = ManualClock::new();
    let (server, proxy) = (Server::start().await, Server::start().await);
    let handle = builder(&server, &clock).proxy(&proxy.url).build();
    let handle = handle.expect("handle");
    assert!(call(&handle, &CAPTURE).await.is_ok());
    assert_eq!((server.calls().len(), server.token_calls().len()), (1, 1));
    assert_eq!((proxy.calls().len(), proxy.token_calls().len()), (0, 0));
}

#[tokio::test]
async fn interim_responses_alone_are_no_response() {
    let clock = ManualClock::new();
    let flood = "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n".repeat(20_000);
    let server = Server::start().await.api([Step::Raw(flood.into_bytes())]);
    let error = call(&handle(&server, &clock), &CAPTURE)
        .await
        .expect_err("no response");
    assert!(error.is_broken_connection(), "{error}");
    assert_eq!(error.was_sent(), WasSent::Maybe);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn headers_that_are_strange_or_too_many_are_no_panic() {
    let odd = b"HTTP/1.1 429 \xff\r\nretry-after: \xff\r\nrequest-id: \xfe\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(10_000));
    let server = Server::start()
        .await
        .api([Step::Raw(odd.to_vec()), Step::Raw(many.into_bytes())]);
    let handle = handle(&server, &ManualClock::new());
    let odd = handle
        .call(&CAPTURE)
        .path("id", &"a")
        .with_options(CallOptions::new().retry(dintero_core::RetryPolicy::off()));
    let error = odd.send::<Thing>().await.expect_err("refused");
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!((error.retry_after(), error.request_id()), (None, None));
    let error = call(&handle, &CAPTURE).await.expect_err("too many");
    assert_eq!(error.was_sent(), WasSent::Maybe, "{error}");
    assert_eq!(server.calls().len(), 2);
}
