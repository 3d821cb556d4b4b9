//! `/_sandbox/events`: what the inspector shows, as server-sent events.

use std::convert::Infallible;
use std::iter::once;
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
    let start = (server, None, Vec::new());
    let events = stream::unfold(start, async |(server, mut seen, mut known)| {
        loop {
            if seen.is_some() {
                tokio::time::sleep(PACE).await;
            }
            let (count, requests) = server.log.since(seen.unwrap_or(0));
            let mut news: Vec<_> = requests.iter().map(|entry| entry.shown()).collect();
            let others = others(&server);
            let is_new = |other: &&Value| !known.contains(*other);
            news.extend(others.iter().filter(is_new).cloned());
            (seen, known) = (Some(count), others);
            if !news.is_empty() {
                let frame = Frame::data(Bytes::from(format!("data: {}\n\n", json!(news))));
                return Some((Ok::<_, Infallible>(frame), (server, seen, known)));
            }
        }
    });
    let body = StreamBody::new(events);
    body.map_err(|never| match never {}).boxed()
}

/// What could not be written, and the deliveries, the newest 1,000 of each account.
fn others(server: &Server) -> Vec<Value> {
    let state_file = server.shared.state_file.as_ref();
    let unsaved = state_file.and_then(StateFile::save_error);
    let failures = json!({"id": "failures", "log": server.log.write_error(), "state": unsaved});
    let state = server.shared.state();
    let accounts = state.accounts.values();
    let all = accounts.flat_map(|account| account.callbacks.iter().rev().take(1_000));
    once(failures).chain(all.map(Callback::shown)).collect()
}
