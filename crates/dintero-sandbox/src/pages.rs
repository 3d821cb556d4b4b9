//! What the sandbox serves besides the API: the start page, the log and a check of its health.

use maud::{Markup, PreEscaped, html};
use serde_json::json;

use crate::call::ApiResponse;
use crate::dispatch::Server;
use crate::html::Page;
use crate::log::exchange::Exchange;
use crate::shared::Shared;
use crate::state::callbacks::Callback;

pub(crate) fn find(server: &Server, (method, path): (&str, &str)) -> Option<ApiResponse> {
    let shared = &*server.shared;
    let response = match (method, path) {
        ("GET", "/") => {
            let page = Page {
                title: "Dintero sandbox",
                ..Page::default()
            };
            page.with(&start(shared))
        }
        ("GET", "/_sandbox") => {
            let page = Page {
                title: "Sandbox log",
                script: include_str!("log/inspector.js"),
                form_action: "'self'",
                ..Page::default()
            };
            page.with(&PreEscaped(include_str!("log/inspector.html").into()))
        }
        ("GET", "/_sandbox/health") => {
            let body = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")});
            ApiResponse::new(200, body)
        }
        ("GET", "/_sandbox/deliveries") => {
            let callbacks = shared.state().callbacks().map(Callback::shown).collect();
            ApiResponse::new(200, callbacks)
        }
        ("GET", "/_sandbox/log.jsonl") => {
            let entries = server.log.entries();
            let lines = entries.iter().map(|entry| format!("{}\n", entry.shown()));
            ApiResponse::file("application/jsonl", lines.collect())
        }
        ("GET", path) => {
            let id = path.strip_prefix("/_sandbox/requests/")?;
            let entries = server.log.entries();
            let entry = entries.iter().find(|entry| entry.request_id == id);
            let entry = entry.map(|entry| Exchange::shown(entry, &shared.base_url));
            let state = shared.state();
            let mut accounts = state.accounts.values();
            let mut callback = || accounts.find_map(|account| account.callbacks.find(id));
            let shown = entry.or_else(|| callback().map(Callback::opened))?;
            ApiResponse::new(200, shown)
        }
        _ => return None,
    };
    Some(response.with_header("cache-control", "no-store"))
}

fn start(shared: &Shared) -> Markup {
    let (url, account) = (&shared.base_url, &shared.settings.account);
    let client = &shared.settings.clients[0];
    let first = format!(
        "curl -u {}:{} -H 'content-type: application/json' {url}/v1/accounts/{account}/auth/token \\\n  \
         -d '{{\"grant_type\":\"client_credentials\",\"audience\":\"https://api.dintero.com/v1/accounts/{account}\"}}'",
        client.id, client.secret,
    );
    html! {
        main {
            h1 { "Dintero sandbox" }
            p { "A local Dintero for tests, demos and offline work. No money moves, and nothing leaves this machine but callbacks." }
            table {
                tbody {
                    @for (name, value) in [
                        ("API and Checkout URL", url), ("Account", account), ("Client id", &client.id),
                        ("Client secret", &client.secret),
                    ] {
                        tr { th scope="row" { (name) } td { code { (value) } } }
                    }
                }
            }
            h2 { "First request" }
            pre { code { (first) } }
            h2 { "Pages" }
            ul {
                li { a href="/_sandbox" { "What arrived, and what was wrong with it" } }
                li { a href="/_sandbox/log.jsonl" { "The same as JSON lines" } }
                li { a href="/_sandbox/deliveries" { "Callbacks and webhooks that were sent, as JSON" } }
                li { a href="/_sandbox/health" { "Health" } }
            }
            p { "A session's " code { "url" } " is its payment page; a plain " code { "POST" } " to it pays with the approved card." }
        }
    }
}
