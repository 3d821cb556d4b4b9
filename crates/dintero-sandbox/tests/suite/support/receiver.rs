//! A shop that keeps the callbacks that it gets.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use dintero_sandbox::{Callback, Clock, Sandbox, SandboxBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Api, ok, session_body};

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query();
        query.into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |v| v.to_str().expect("text"))
    }
}

/// Keeps what it gets and responds with one status after the other, then 200.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    seen: Arc<Mutex<Vec<Seen>>>,
    responses: Arc<Mutex<Vec<u16>>>,
    /// The body of the next response; more than the sandbox cares to read where there is none.
    pub body: Arc<Mutex<Option<String>>>,
}

impl Receiver {
    /// Starts it; gives its address.
    pub async fn start(responses: &[u16]) -> (Self, String) {
        let receiver = Self::default();
        *receiver.responses.lock().expect("no panic") = responses.iter().rev().copied().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new()
            .fallback(Self::take)
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, at)
    }

    async fn take(
        State(receiver): State<Self>,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> (StatusCode, HeaderMap, String) {
        let status = receiver
            .responses
            .lock()
            .expect("no panic")
            .pop()
            .unwrap_or(200);
        receiver.seen.lock().expect("no panic").push(Seen {
            method,
            uri,
            headers,
            body,
        });
        let status = StatusCode::from_u16(status).expect("a status");
        let away = HeaderMap::from_iter([(
            axum::http::header::LOCATION,
            HeaderValue::from_static("/elsewhere"),
        )]);
        let body = receiver.body.lock().expect("no panic").take();
        (status, away, body.unwrap_or_else(|| "x".repeat(200 << 10)))
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }
}

pub fn standing() -> SandboxBuilder {
    let time = "2026-03-01T12:00:00Z".parse().expect("a time");
    Sandbox::builder().clock(Clock::standing_at(time))
}

/// A session with this callback URL and what else is merged into its body; gives its id.
pub async fn session(api: &Api, callback_url: &str, configuration: Value) -> String {
    let mut body = session_body();
    body["url"]["callback_url"] = json!(callback_url);
    body["configuration"] = configuration;
    let created = ok(api.post("/v1/sessions", body).await);
    created["id"].as_str().expect("an id").to_owned()
}

pub async fn only(api: &Api) -> Callback {
    api.sandbox.callbacks_sent().await;
    let mut callbacks = api.sandbox.callbacks();
    assert_eq!(callbacks.len(), 1, "{callbacks:?}");
    callbacks.remove(0)
}
