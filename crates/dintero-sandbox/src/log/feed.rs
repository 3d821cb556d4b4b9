//! `/_sandbox/events`: what the inspector shows, as server-sent events.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use serde_json::{Value, json};

use crate::body::ResponseBody;
use crate::dispatch::Server;
use crate::persistence::StateFile;
use crate::state::callbacks::Callback;

/// How often there may be an event, so that a busy sandbox does not make a busy page.
const PACE: Duration = Duration::from_millis(200);

/// Returns a body without an end: what the log has, then the requests that are new and the deliveries that are new or have
/// changed. Each event is a list.
pub(crate) fn body(server: Arc<Server>) -> ResponseBody {
    let start = (server, None::<u64>, HashMap::new());
    let events = stream::unfold(start, async |(server, mut seen, mut known)| {
        loop {
            if seen.is_some() {
                tokio::time::sleep(PACE).await;
            }
            let (count, requests) = server.log.since(seen.unwrap_or(0));
            let mut news: Vec<_> = requests.iter().map(|entry| entry.shown()).collect();
            let others = others(&server);
            news.extend(
                others
                    .iter()
                    .filter(|other| known.get(&other["id"]) != Some(*other))
                    .cloned(),
            );
            (seen, known) = (
                Some(count),
                others
                    .into_iter()
                    .map(|other| (other["id"].clone(), other))
                    .collect(),
            );
            if !news.is_empty() {
                let frame = Frame::data(Bytes::from(format!("data: {}\n\n", json!(news))));
                return Some((Ok::<_, Infallible>(frame), (server, seen, known)));
            }
        }
    });
    let body = StreamBody::new(events);
    body.map_err(|never| match never {}).boxed()
}

/// The deliveries, the newest 1,000 of each account, and what could not be written.
fn others(server: &Server) -> Vec<Value> {
    let state_file = server.shared.state_file.as_ref();
    let unsaved = state_file.and_then(StateFile::save_error);
    let failures = [
        (
            "log",
            "The log is no longer written to its file",
            server.log.write_error(),
        ),
        ("state", "The state could not be saved", unsaved),
    ];
    let failures = failures.into_iter().filter_map(|(id, failure, error)| {
        Some(json!({"id": id, "failure": format!("{failure}: {}.", error?)}))
    });
    let state = server.shared.state();
    let accounts = state.accounts.values();
    let deliveries = accounts.flat_map(|account| account.callbacks.iter().rev().take(1_000));
    failures.chain(deliveries.map(Callback::shown)).collect()
}
