//! A model of the world: an API with lag, delays, and incomplete events in any order, a network that loses, and concurrent callers that
//! crash and call again. No sequence of confirmed captures, refunds and voids moves more than was requested, and no outcome is wrong.
//!
//! `MODEL_RUNS=100000` runs more of it, `MODEL_SEED` begins elsewhere. Time is that of Tokio, paused: it passes only while all wait.
#![allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "it reports what it did, and its time is paused"
)]

mod callers;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use dintero::Dintero;
use dintero::checkout::types::{CaptureOptions, RefundOptions, Transaction};
use dintero::outcome::{Confirmation, NotApplied, Outcome};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, timeout};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn percent(&mut self, of_hundred: u64) -> bool {
        self.below(100) < of_hundred
    }
}

const AUTHORIZED: i64 = 1_000;

/// The kind of a request, its reference and its amount; a void has neither.
type Key = (&'static str, String, i64);

/// What became of the requests of a key.
#[derive(Default)]
struct Done {
    /// The amounts that were moved.
    moved: Vec<i64>,
    /// How many were declined.
    declined: usize,
    /// The requests that the API still carries out.
    underway: usize,
}

/// A transaction at the API, as it is.
struct World {
    random: Random,
    /// How much goes wrong, in percent.
    chaos: u64,
    /// Events, and when reads show them.
    events: Vec<(Instant, Value)>,
    done: BTreeMap<Key, Done>,
    captured: i64,
    refunded: i64,
    /// The last of the amounts that no other request has.
    amounts: i64,
    voided: bool,
    /// Since when reads show the status of a void.
    void_visible: Option<Instant>,
    count: u64,
    received: usize,
    log: Vec<String>,
}

/// Shows what happened if the run fails.
impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log.join("\n"));
        }
    }
}

type Shared = Rc<RefCell<World>>;

impl World {
    fn note(&mut self, text: String) {
        self.log.push(format!("{:?} {text}", Instant::now()));
    }

    fn id(&mut self) -> String {
        self.count += 1;
        format!("00000000-0000-4000-8000-{:012}", self.count)
    }

    /// Adds an event, which may lack members, and becomes visible after at most 12 s.
    fn push(&mut self, mut event: Value) {
        event["id"] = json!(self.id());
        for member in [
            "id",
            "event_reference",
            "amount",
            "success",
            "correlation_request_id",
            "request_id",
        ] {
            if self.random.percent(self.chaos / 6) {
                event[member] = Value::Null;
            }
        }
        match self.random.below(12) {
            0 if self.random.percent(self.chaos) => {
                event["name"] = event["event"].take();
            }
            1 if self.random.percent(self.chaos / 2) => event["event"] = json!(["?"]),
            _ => {}
        }
        let lag = if self.random.percent(self.chaos) {
            self.random.below(12_000)
        } else {
            0
        };
        let visible = Instant::now() + Duration::from_millis(lag);
        self.note(format!("visible after {lag} ms: {event}"));
        self.events.push((visible, event));
    }

    fn read(&mut self, is_stale: bool) -> Value {
        let now = Instant::now();
        let mut events: Vec<Value> = self
            .events
            .iter()
            .filter(|(at, _)| !is_stale || *at <= now)
            .map(|(_, event)| event.clone())
            .collect();
        if self.random.percent(self.chaos) {
            for at in 1..events.len() {
                events.swap(at, self.random.below(at as u64 + 1) as usize);
            }
        }
        let is_voided = self.void_visible.is_some_and(|at| at <= now) || self.voided && !is_stale;
        let status = match self.random.percent(self.chaos / 10) {
            true => "UNKNOWN",
            false if is_voided => "AUTHORIZATION_VOIDED",
            false => "AUTHORIZED",
        };
        json!({"id": "T12345678.a", "amount": AUTHORIZED, "currency": "NOK", "status": status, "events": events})
    }

    fn allows(&self, kind: &str, amount: i64) -> bool {
        match kind {
            "REFUND" => self.refunded + amount <= self.captured,
            "CAPTURE" => !self.voided && self.captured + amount <= AUTHORIZED,
            _ => !self.voided,
        }
    }

    fn change(&mut self, kind: &str, amount: i64) {
        match kind {
            "REFUND" => self.refunded += amount,
            "CAPTURE" => self.captured += amount,
            _ => {
                let lag = Duration::from_millis(self.random.below(12_000));
                self.voided = true;
                self.void_visible = Some(Instant::now() + lag);
            }
        }
    }

    /// Carries out a request, if the transaction allows it.
    fn carry_out(&mut self, key: Key, request_id: Option<&str>) -> bool {
        let (kind, reference, amount) = key.clone();
        let declined = self.random.percent(self.chaos / 4);
        let allowed = self.allows(kind, amount);
        let mut event = json!({"event": kind, "success": allowed && !declined});
        if kind != "VOID" {
            event["amount"] = json!(amount);
            event["event_reference"] = json!(reference);
        }
        if let Some(id) = request_id {
            event["correlation_request_id"] = json!(id);
        }
        if allowed && !declined {
            self.change(kind, amount);
            self.done.entry(key).or_default().moved.push(amount);
        } else {
            self.done.entry(key).or_default().declined += 1;
        }
        if allowed || request_id.is_some() {
            self.push(event);
        }
        allowed
    }

    /// Lets somebody else capture or refund, with or without a reference.
    fn interfere(&mut self) {
        let amount = 1 + self.random.below(3) as i64 * 50;
        let kind = ["CAPTURE", "REFUND"][self.random.below(2) as usize];
        if self.allows(kind, amount) {
            self.change(kind, amount);
            let reference = if self.random.percent(70) {
                json!("somebody else")
            } else {
                Value::Null
            };
            self.push(json!({"event": kind, "success": true, "amount": amount, "event_reference": reference}));
        }
    }
}

/// A response, or `None` for a connection that is closed.
type Reply = Option<(u16, String, Option<String>)>;

fn status_of(status: u16) -> Reply {
    let body = match status {
        400..=499 => json!({"error": {"message": "no"}}).to_string(),
        _ => "<html>".to_owned(),
    };
    Some((status, body, None))
}

async fn post(world: &Shared, path: &str, body: &Value) -> Reply {
    let (kind, reference) = match path.rsplit('/').next() {
        Some("capture") => ("CAPTURE", &body["capture_reference"]),
        Some("refund") => ("REFUND", &body["refund_reference"]),
        _ => ("VOID", &Value::Null),
    };
    let reference = reference.as_str().unwrap_or_default().to_owned();
    let amount = body["amount"].as_i64().unwrap_or(0);
    let key = (kind, reference.clone(), amount);
    let (fate, delay) = {
        let mut world = world.borrow_mut();
        world.received += 1;
        let chaos = world.chaos;
        let fate = if world.random.percent(chaos) {
            1 + world.random.below(9)
        } else {
            0
        };
        let delay = if world.random.percent(chaos) {
            world.random.below(12_000)
        } else {
            0
        };
        world.note(format!(
            "{path} {body} has the fate {fate} after {delay} ms"
        ));
        (fate, Duration::from_millis(delay))
    };
    match fate {
        // Never carried out.
        1 => return None,
        2 => {
            return status_of(
                [500, 503, 101, 999, 302, 404, 408, 425, 429, 413]
                    [world.borrow_mut().random.below(10) as usize],
            );
        }
        3 => return Some((400, "proxy".to_owned(), None)),
        _ => {}
    }
    let is_underway = |by: i64| {
        let mut world = world.borrow_mut();
        let done = world.done.entry(key.clone()).or_default();
        done.underway = done.underway.checked_add_signed(by as isize).unwrap();
    };
    is_underway(1);
    sleep(delay).await;
    if fate == 4 {
        // Accepted: carried out after at most 40 s.
        let (id, after, reply) = {
            let mut world = world.borrow_mut();
            let id = world.id();
            let mut begun = json!({"event": format!("INITIATE_{kind}"), "success": true, "request_id": id, "amount": amount});
            if kind != "VOID" {
                begun["event_reference"] = json!(reference);
            }
            world.push(begun);
            let after = Duration::from_millis(world.random.below(40_000));
            let reply = world.read(false).to_string();
            (id, after, reply)
        };
        let (world, request_id) = (world.clone(), id.clone());
        spawn_local(async move {
            sleep(after).await;
            let mut world = world.borrow_mut();
            world.carry_out(key.clone(), Some(&request_id));
            world.done.entry(key).or_default().underway -= 1;
        });
        return Some((202, reply, Some(id)));
    }
    let allowed = world.borrow_mut().carry_out(key.clone(), None);
    is_underway(-1);
    let mut world = world.borrow_mut();
    match fate {
        // Carried out, and the response is lost or says otherwise.
        5 => None,
        6 => status_of([500, 502, 101, 999, 302, 408, 520, 307][world.random.below(8) as usize]),
        7 => Some((200, "{}".to_owned(), None)),
        8 => Some((200, "<html>".to_owned(), None)),
        9 => Some((200, world.read(true).to_string(), None)),
        _ if !allowed => status_of(400),
        _ => Some((200, world.read(false).to_string(), None)),
    }
}

async fn get(world: &Shared) -> Reply {
    let mut world = world.borrow_mut();
    let chaos = world.chaos;
    if world.random.percent(chaos / 4) {
        world.interfere();
    }
    match world.random.below(8) {
        0 if world.random.percent(chaos) => None,
        1 if world.random.percent(chaos) => status_of(500 + world.random.below(30) as u16),
        2 if world.random.percent(chaos) => Some((200, "[]".to_owned(), None)),
        _ => Some((200, world.read(true).to_string(), None)),
    }
}

/// Serves one connection until it ends.
async fn serve(mut stream: TcpStream, world: Rc<RefCell<Option<Shared>>>) {
    let mut input = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = input.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if !matches!(stream.read_buf(&mut input).await, Ok(1..)) {
                return;
            }
        };
        let text = String::from_utf8_lossy(&input[..head]).to_ascii_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let end = head + length.unwrap_or(0);
        while input.len() < end {
            if !matches!(stream.read_buf(&mut input).await, Ok(1..)) {
                return;
            }
        }
        let body = serde_json::from_slice(&input[head..end]).unwrap_or_default();
        input.drain(..end);
        let Some(world) = world.borrow().clone() else {
            return;
        };
        let path = text.split(' ').nth(1).unwrap();
        let reply = match text.starts_with("get") {
            true => get(&world).await,
            false => post(&world, path, &body).await,
        };
        let Some((status, body, id)) = reply else {
            return;
        };
        let id = id.map_or_else(String::new, |id| format!("event-request-id: {id}\r\n"));
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nlocation: /\r\n{id}content-length: {length}\r\n\r\n{body}"
        );
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}
