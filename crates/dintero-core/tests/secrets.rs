//! Nothing that can be printed shows a secret, a token, a header, a query, a body or the server's free text.
//!
//! A program of its own: tracing decides per process which spans are of interest, so other tests must not run beside it.

#[allow(dead_code, reason = "the other tests use more of it")]
mod recorder;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "wire/server.rs"]
mod server;

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero_core::{
    AccessToken, Auth, Builder, CallOptions, Error, Evidence, FailedAttempt, Handle, ManualClock,
    Operation, OperationFacts, RetryClass, TokenRequest,
};
use http::Method;
use serde::Deserialize;

use crate::recorder::Recorder;
use crate::server::{Server, Step, reply};

static CAPTURE: Operation = Operation::new(OperationFacts {
    api: "checkout",
    id: "capture_post",
    name: "capture_transaction",
    method: Method::POST,
    path: "/transactions/{id}/capture",
    server: dintero_core::Server::Checkout,
    base: "/v1",
    account: None,
    scopes: &["write:checkout"],
    retry_class: RetryClass::NonIdempotent,
    read_back: Some("get_transaction"),
    paging: None,
    confirm: None,
    auth: Auth::Bearer,
    content_type: "application/json",
    accept: "application/json",
    statuses: &[200],
    evidence: Evidence::Seen,
    deprecated: false,
});

#[derive(Debug, Deserialize)]
struct Thing {
    #[serde(rename = "id")]
    _id: String,
}

fn builder(server: &Server, clock: &ManualClock) -> Builder {
    let builder = Handle::builder()
        .account("T12345678")
        .client_credentials("the-id", "hush-secret");
    builder
        .api_url(&server.url)
        .checkout_url(&server.url)
        .clock(clock.clone())
}

/// Everything that must not be seen; each is put into its place below.
const HIDDEN: [&str; 18] = [
    "4111111111111111",
    "hush response",
    "hush-name",
    "hush-secret",
    "token-1",
    "hush-query",
    "hush-header",
    "hush-body",
    "hush-message",
    "hush-response",
    "hush-cookie",
    "hush-person",
    "hush-proxy",
    "hush-key",
    "hush-bearer",
    "hush-source",
    "hush-vault",
    // "hush-secret" in the Basic header
    "aHVzaC1zZWNyZXQ",
];

fn show(text: &mut String, error: &Error) {
    let _ = writeln!(text, "{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(inner) = source {
        let _ = writeln!(text, "{inner}\n{inner:?}");
        source = inner.source();
    }
}

/// Every kind of error that the calls below do not end in, and every other thing that has a Debug.
async fn other_kinds(shown: &mut String, clock: &ManualClock) {
    let bad = builder(&Server::start().await, clock)
        .account("X99")
        .owner("hush-query")
        .client_credentials("hush:secret", "hush-secret\n")
        .bearer_token("hush-bearer\n")
        .api_key("hush-key\n")
        .proxy("hush-proxy")
        .api_url("https://u:hush-secret@hush-query.example?hush-query")
        .system("hush-header\n", "1")
        .user_agent_suffix("hush-header\n");
    let _ = writeln!(shown, "{bad:?}");
    show(shown, &bad.build().expect_err("all of it is wrong"));

    let server = Server::start().await;
    let source = |request: TokenRequest| {
        let token = AccessToken::new("hush-source").expires_in(Duration::from_secs(9));
        std::future::ready(Ok((token, request).0))
    };
    let source = builder_without(&server, clock)
        .token_source(source)
        .build()
        .expect("handle");
    let fixed = [
        builder_without(&server, clock)
            .bearer_token("hush-bearer")
            .build()
            .expect("handle"),
        builder_without(&server, clock)
            .api_key("hush-key")
            .build()
            .expect("handle"),
        source,
    ];
    for handle in &fixed {
        let _ = writeln!(shown, "{handle:?}");
        let policy = |failed: &FailedAttempt<'_>| panic!("nothing fails: {failed:?}");
        let response = handle
            .call(&CAPTURE)
            .path("id", &"a")
            .with_options(CallOptions::new().retry(policy))
            .send_bytes()
            .await;
        let _ = writeln!(shown, "{response:?}");
    }
    // Secrets in the place of something else.
    for bad in [
        builder(&server, clock).account("hush-secret"),
        builder(&server, clock).owner("hush-secret"),
        builder(&server, clock).client_credentials("hush-secret", " hush-key"),
        builder(&server, clock)
            .allow_http_for("hush-secret")
            .api_url("http://hush-bearer"),
        builder(&server, clock).checkout_url("hush-secret"),
    ] {
        let _ = writeln!(shown, "{bad:?}");
        show(shown, &bad.build().expect_err("none is what it should be"));
    }
    show(
        shown,
        &fixed[0].for_account("hush-secret").expect_err("no account"),
    );
    let options = CallOptions::new()
        .header("x-a", "hush-header")
        .header("hush-name", "x")
        .retry(dintero_core::RetryPolicy::off());
    let _ = writeln!(shown, "{options:?} {:?}", AccessToken::new("hush-source"));

    let vault =
        |_: TokenRequest| std::future::ready(Err(Error::from_token_source("hush-vault is sealed")));
    let vault = builder_without(&server, clock)
        .token_source(vault)
        .build()
        .expect("handle");
    let error = vault
        .call(&CAPTURE)
        .path("id", &"a")
        .send_bytes()
        .await
        .expect_err("no token");
    // The source is what the user's own code said.
    let _ = writeln!(shown, "{error}\n{error:?}");

    let elsewhere = Server::start().await;
    let to = format!("{}/hush-query", elsewhere.url);
    let server = Server::start().await.api([
        reply(429, "{}").with("retry-after", "hush-header"),
        reply(307, "").with("location", &to),
        reply(
            200,
            &format!("{{\"hush-response\":\"{}\"}}", "x".repeat(200)),
        ),
    ]);
    let limited = builder(&server, clock)
        .body_limit(100)
        .http_client(|client| client.redirect(reqwest::redirect::Policy::limited(3)))
        .build()
        .expect("handle");
    let seen = Arc::new(Mutex::new(String::new()));
    for _ in 0..3 {
        let note = Arc::clone(&seen);
        let policy = move |failed: &FailedAttempt<'_>| {
            let _ = writeln!(note.lock().expect("lock"), "{failed:?}");
            None
        };
        let call = limited
            .call(&CAPTURE)
            .path("id", &"hush-query")
            .with_options(CallOptions::new().retry(policy));
        show(shown, &call.send_bytes().await.expect_err("a fault"));
    }
    let seen = seen.lock().expect("lock").clone();
    assert!(seen.contains("FailedAttempt"));
    shown.push_str(&seen);

    let server = Server::start()
        .await
        .api((0..3).map(|_| reply(407, "hush-response")));
    let proxied = Handle::builder()
        .account("T12345678")
        .bearer_token("hush-bearer")
        .proxy(
            server
                .url
                .replace("http://", "http://hush-proxy:hush-proxy@"),
        )
        .clock(clock.clone());
    let _ = writeln!(shown, "{proxied:?}");
    let call = proxied
        .build()
        .expect("handle")
        .call(&CAPTURE)
        .path("id", &"hush-query");
    show(
        shown,
        &call
            .send_bytes()
            .await
            .expect_err("the proxy does not tunnel"),
    );

    let invalid = fixed[0]
        .call(&CAPTURE)
        .path("id", &"..")
        .header("x-a", &"hush-header\n");
    show(shown, &invalid.send_bytes().await.expect_err("not valid"));
    let response = dintero_core::Response::new(http::StatusCode::OK, http::HeaderMap::new(), 1);
    let _ = writeln!(shown, "{response:?} {CAPTURE:?}");
}

fn builder_without(server: &Server, clock: &ManualClock) -> Builder {
    let builder = Handle::builder().account("T12345678").clock(clock.clone());
    builder.api_url(&server.url).checkout_url(&server.url)
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_what_is_secret_or_personal() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let clock = ManualClock::new();
    let response = r#"{"error":{"code":"hush-response of <you>","message":"hush-message"}}"#;
    let refused = |status| {
        reply(status, response)
            .with("set-cookie", "hush-cookie")
            .with("request-id", "req-9")
    };
    let server = Server::start().await.api([
        refused(401),
        refused(401),
        refused(400),
        refused(403),
        reply(503, r#"{"error":{"code":"4111111111111111"}}"#).with("request-id", "hush response"),
        Step::Close,
        Step::Stall(clock.clone(), Duration::from_secs(31)),
        Step::Raw(b"hush-response\r\n\r\n".to_vec()),
        reply(200, r#"{"id":["hush-response"]}"#),
        reply(200, r#"{"id":"hush-response"#),
    ]);
    let handle = builder(&server, &clock)
        .system("hush-header", "1")
        .build()
        .expect("handle");
    let mut shown = format!("{handle:?} {handle:#?}");
    for _ in 0..9 {
        let call = handle
            .call(&CAPTURE)
            .path("id", &"hush-query")
            .query("search", &"hush-query")
            .json_unchecked(
                &serde_json::json!({ "email": "hush-person@example.com", "note": "hush-body" }),
            )
            .with_options(CallOptions::new().header("x-a", "hush-header"));
        let _ = writeln!(shown, "{call:?}");
        show(
            &mut shown,
            &call
                .send::<Thing>()
                .await
                .expect_err("every response is a failure"),
        );
    }
    let raw = handle
        .call(&CAPTURE)
        .path("id", &"a")
        .send_bytes()
        .await
        .expect("the script is over");
    let _ = writeln!(shown, "{raw:?}");
    for (status, body) in [
        (401, response),
        (200, r#"{"access_token":7,"id_token":"hush-response"}"#),
    ] {
        let server = Server::start().await.token([reply(status, body)]);
        let handle = builder(&server, &clock).build().expect("handle");
        show(
            &mut shown,
            &handle
                .call(&CAPTURE)
                .path("id", &"a")
                .send_bytes()
                .await
                .expect_err("no token"),
        );
    }
    other_kinds(&mut shown, &clock).await;
    let traced = recorder.text();
    for (name, text) in [("printed", &shown), ("traced", &traced)] {
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{hidden} was {name}:\n{text}");
        }
    }
    assert!(
        shown.contains("req-9") && shown.contains("capture_transaction"),
        "{shown}"
    );
    for told in [
        "dintero.call",
        "\"dintero.operation\": \"capture_post\"",
        "\"error.type\": \"503\"",
        "T12345678",
    ] {
        assert!(traced.contains(told), "{told} in\n{traced}");
    }
}
