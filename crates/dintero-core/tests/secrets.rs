//! Nothing that can be printed shows a secret, a token, a header, a query, a body or the server's free text.
//!
//! A program of its own: tracing decides per process which spans are of interest, so other tests must not run beside it.

#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "wire/server.rs"]
mod server;

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use std::time::Duration;

use dintero_core::{
    Auth, Builder, CallOptions, Error, Evidence, Handle, ManualClock, Operation, OperationFacts,
    RetryClass,
};
use http::Method;
use serde::Deserialize;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

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
    retry_class: RetryClass::Money,
    read_back: Some("get_transaction"),
    paging: None,
    auth: Auth::Bearer,
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
const HIDDEN: [&str; 9] = [
    "hush-secret",
    "token-1",
    "hush-query",
    "hush-header",
    "hush-body",
    "hush-message",
    "hush-answer",
    "hush-cookie",
    // "hush-secret" in the Basic header
    "aHVzaC1zZWNyZXQ",
];

/// Writes down every span, field and event.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.0.lock().expect("lock");
        text.push_str(span.metadata().name());
        span.record(&mut Fields(&mut text));
        text.push('\n');
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().expect("lock")));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().expect("lock");
        event.record(&mut Fields(&mut text));
        text.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn show(text: &mut String, error: &Error) {
    let _ = writeln!(text, "{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(inner) = source {
        let _ = writeln!(text, "{inner}\n{inner:?}");
        source = inner.source();
    }
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_what_is_secret_or_personal() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let clock = ManualClock::new();
    let answer = r#"{"error":{"code":"hush-answer of <you>","message":"hush-message"}}"#;
    let refused = |status| {
        reply(status, answer)
            .with("set-cookie", "hush-cookie")
            .with("request-id", "req-9")
    };
    let server = Server::start().await.api([
        refused(400),
        refused(403),
        refused(503),
        Step::Close,
        Step::Stall(clock.clone(), Duration::from_secs(31)),
        Step::Raw(b"hush-answer\r\n\r\n".to_vec()),
        reply(200, r#"{"id":["hush-answer"]}"#),
        reply(200, r#"{"id":"hush-answer"#),
        refused(401),
        refused(401),
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
            .json_unchecked(&serde_json::json!({ "email": "hush-body" }))
            .options(CallOptions::new().with_header("x-a", "hush-header"));
        let _ = writeln!(shown, "{call:?}");
        show(
            &mut shown,
            &call
                .send::<Thing>()
                .await
                .expect_err("every answer is a failure"),
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
        (401, answer),
        (200, r#"{"access_token":7,"id_token":"hush-answer"}"#),
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
    let traced = recorder.0.lock().expect("lock").clone();
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
        "dintero.operation=\"capture_post\"",
        "http.response.status_code=503",
        "T12345678",
    ] {
        assert!(traced.contains(told), "{told} in\n{traced}");
    }
}
