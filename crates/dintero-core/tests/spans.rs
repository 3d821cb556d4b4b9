//! What is traced: a span for each call and an event for each attempt, under OpenTelemetry's names.
//!
//! A program of its own: tracing decides per process which spans are of interest, so other tests must not run beside it.

#[allow(dead_code, reason = "the other tests use more of it")]
mod recorder;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "wire/server.rs"]
mod server;

use dintero_core::{Auth, Evidence, Handle, ManualClock, Operation, OperationFacts, RetryClass};
use http::Method;

use crate::recorder::{Note, Recorder};
use crate::server::{Server, reply};

static READ: Operation = Operation::new(OperationFacts {
    api: "checkout",
    id: "transactions_id_get",
    name: "get_transaction",
    method: Method::GET,
    path: "/transactions/{id}",
    server: dintero_core::Server::Checkout,
    base: "/v1",
    account: None,
    scopes: &["read:checkout"],
    retry_class: RetryClass::Idempotent,
    read_back: None,
    paging: None,
    confirm: None,
    auth: Auth::Bearer,
    content_type: "application/json",
    accept: "application/json",
    statuses: &[200],
    evidence: Evidence::Seen,
    deprecated: false,
});

fn fields(note: &Note) -> Vec<(&str, &str)> {
    let fields = note.fields.iter();
    fields
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[tokio::test]
async fn a_call_is_a_span_and_its_attempts_are_events_under_opentelemetrys_names() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let id = |status| reply(status, r#"{"error":{"code":"c"}}"#).with("request-id", "req-9");
    let server = Server::start().await.api([id(503), id(404)]);
    let handle = Handle::builder()
        .account("T12345678")
        .client_credentials("id", "secret")
        .api_url(&server.url)
        .checkout_url(&server.url)
        .clock(ManualClock::new())
        .build()
        .expect("handle");
    let call = handle
        .call(&READ)
        .path("id", &"T12345678.abc")
        .query("search", &"x");
    call.send_bytes().await.expect_err("404");
    let raw = handle.request(Method::POST, "/v1/x").send_bytes().await;
    raw.expect("the script is over");

    let port = server.url.rsplit(':').next().expect("port");
    let notes = recorder.notes();
    let spans: Vec<_> = notes
        .iter()
        .filter(|note| note.is_span && note.name.starts_with("dintero."))
        .collect();
    assert_eq!(
        spans.iter().map(|span| &*span.name).collect::<Vec<_>>(),
        ["dintero.call", "dintero.token", "dintero.call"]
    );
    let expected = [
        ("dintero.account", "T12345678"),
        ("dintero.api", "checkout"),
        ("dintero.operation", "transactions_id_get"),
        ("dintero.request_id", "req-9"),
        ("error.type", "404"),
        ("http.request.method", "GET"),
        ("http.request.resend_count", "1"),
        ("http.response.status_code", "404"),
        ("otel.kind", "client"),
        ("server.address", "127.0.0.1"),
        ("server.port", port),
        ("url.template", "/transactions/{id}"),
    ];
    assert_eq!(fields(spans[0]), expected);
    let expected = [
        ("dintero.account", "T12345678"),
        ("http.request.method", "POST"),
        ("http.request.resend_count", "0"),
        ("http.response.status_code", "200"),
        ("otel.kind", "client"),
        ("server.address", "127.0.0.1"),
        ("server.port", port),
    ];
    assert_eq!(fields(spans[1]), expected);
    assert_eq!(
        spans[2].fields.get("dintero.operation").map(|id| &**id),
        Some("raw")
    );
    let attempts: Vec<_> = notes
        .iter()
        .filter(|note| note.name == "attempt")
        .map(fields)
        .collect();
    let attempt = |resent, status| {
        vec![
            ("http.request.resend_count", resent),
            ("http.response.status_code", status),
        ]
    };
    assert_eq!(
        attempts,
        [
            attempt("0", "200"),
            attempt("0", "503"),
            attempt("1", "404"),
            attempt("0", "200")
        ]
    );
}

#[allow(missing_docs)]
mod types {
    dintero_core::object! {
        pub struct Payment {
            note "note": optional value (::std::string::String) plain [];
            amount "amount": optional value (i64) plain [];
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_one_event_of_names_and_what_is_not_documented_one_in_a_process() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let body = r#"{"note":["hidden"],"amount":"hidden","x_new":"hidden"}"#;
    let server = Server::start()
        .await
        .api([reply(200, body), reply(200, body)]);
    let handle = Handle::builder()
        .account("T12345678")
        .bearer_token("token")
        .api_url(&server.url)
        .checkout_url(&server.url)
        .build()
        .expect("handle");
    for _ in 0..2 {
        let call = handle.call(&READ).path("id", &"T12345678.abc");
        let payment = call.send::<types::Payment>().await.expect("decoded");
        assert_eq!(payment.set_aside().len(), 2);
    }
    let notes = recorder.notes();
    let named = |name: &str| {
        notes
            .iter()
            .filter(|note| note.name == name)
            .map(fields)
            .collect::<Vec<_>>()
    };
    let events = named("fields of the response do not fit their types and were set aside");
    assert_eq!(events.len(), 2, "one for each response");
    assert_eq!(events[0][0], ("count", "2"));
    let told = named("not documented");
    let paths: Vec<_> = told
        .iter()
        .map(|event| {
            event
                .iter()
                .find(|field| field.0 == "path")
                .expect("a path")
                .1
        })
        .collect();
    assert_eq!(paths, ["x_new", "note", "amount"]);
    assert!(!recorder.text().contains("hidden"), "{}", recorder.text());
}
