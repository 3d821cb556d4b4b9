//! An API that responds late, wrongly or not at all.

use super::client_of;
use dintero::checkout::types::{CaptureOptions, CaptureOptionsBuilder, Transaction};
use dintero::outcome::Confirmation;
use dintero::{Dintero, ManualClock};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";
pub const AMOUNT: i64 = 10_000;

/// What happens to the next capture or void.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Done,
    /// 500, and never carried out.
    Lost,
    /// 500, and carried out after so many reads.
    Late(usize),
    /// 500, and declined after so many reads.
    LateDecline(usize),
    /// Carried out at once; the response shows it, and reads after so many.
    Lagging(usize),
    /// Carried out at once, without a response during the test.
    Silent,
    /// 202, and completed after so many reads: whether it succeeded.
    Accepted(usize, bool),
    /// 202, without an event until it is completed after so many reads.
    Unseen(usize),
    /// 200, and its last event is a failure.
    Declined,
    /// 200 with a malformed body; carried out or not.
    Malformed(bool),
    Rejected,
    /// 429 with a `Retry-After` of so many seconds.
    Busy(u64),
}

/// A transaction at the API, and its requests.
#[derive(Default)]
pub struct State {
    pub events: Vec<Value>,
    pub fates: Vec<Fate>,
    pub sent: usize,
    pub read: usize,
    /// Events that appear after so many reads.
    pub upcoming: Vec<(usize, Value)>,
    pub status: Option<&'static str>,
    /// The statuses of the reads after the first request.
    pub failing_reads: Vec<u16>,
}

#[derive(Clone)]
pub struct Api {
    pub state: Arc<Mutex<State>>,
    arrived: UnboundedSender<()>,
}

pub fn event(kind: &str, body: &Value, success: bool) -> Value {
    let error = json!({
        "message": "try later", "type": ["DECLINED"],
        "retry_policy": {"retry_codes": ["RETRY_AFTER_DELAY"], "retry_after": "2026-01-02T00:00:00Z"},
    });
    let mut event = json!({"event": kind, "success": success, "amount": body["amount"]});
    for (name, value) in [
        ("event_reference", &body["capture_reference"]),
        ("error", &error),
    ] {
        if !value.is_null() && (name != "error" || !success) {
            event[name] = value.clone();
        }
    }
    event
}

impl State {
    pub fn transaction(&self) -> Value {
        json!({
            "id": "T12345678.a", "amount": 29_990, "currency": "NOK", "payment_product": "vipps",
            "payment_product_type": "vipps", "status": self.status.unwrap_or("AUTHORIZED"), "events": self.events,
        })
    }

    pub fn captured(&self) -> i64 {
        let done = self
            .events
            .iter()
            .filter(|event| event["event"] == "CAPTURE" && event["success"] == true);
        done.filter_map(|event| event["amount"].as_i64()).sum()
    }
}

impl Respond for Api {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.state.lock().unwrap();
        if request.method == "GET" {
            if state.sent > 0 && !state.failing_reads.is_empty() {
                let status = state.failing_reads.remove(0);
                let body = json!({"error": {"message": "not now"}});
                return ResponseTemplate::new(status).set_body_json(body);
            }
            state.read += 1;
            let read = state.read;
            let (due, upcoming) = std::mem::take(&mut state.upcoming)
                .into_iter()
                .partition(|(when, _)| *when <= read);
            state.upcoming = upcoming;
            let due: Vec<(usize, Value)> = due;
            state.events.extend(due.into_iter().map(|(_, event)| event));
            return ResponseTemplate::new(200).set_body_json(state.transaction());
        }
        state.sent += 1;
        let kind = if request.url.path().ends_with("void") {
            "VOID"
        } else {
            "CAPTURE"
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let fate = if state.fates.is_empty() {
            Fate::Done
        } else {
            state.fates.remove(0)
        };
        let done = event(kind, &body, true);
        let read = state.read;
        let failed = ResponseTemplate::new(500);
        match fate {
            Fate::Done => state.events.push(done),
            Fate::Lost => return failed,
            Fate::Late(after) => {
                state.upcoming.push((read + after, done));
                return failed;
            }
            Fate::LateDecline(after) => {
                state
                    .upcoming
                    .push((read + after, event(kind, &body, false)));
                return failed;
            }
            Fate::Lagging(after) => {
                state.events.push(done);
                let response = ResponseTemplate::new(200).set_body_json(state.transaction());
                let done = state.events.pop().unwrap();
                state.upcoming.push((read + after, done));
                return response;
            }
            Fate::Silent => {
                state.events.push(done);
                self.arrived.send(()).unwrap();
                return failed.set_delay(Duration::from_secs(3600));
            }
            Fate::Accepted(after, success) => {
                let mut begun = event(&format!("INITIATE_{kind}"), &body, true);
                begun["request_id"] = json!(ID);
                state.events.push(begun);
                let mut end = event(kind, &Value::Null, success);
                end["correlation_request_id"] = json!(ID.replace('-', ""));
                end["amount"] = body["amount"].clone();
                state.upcoming.push((read + after, end));
                let accepted = ResponseTemplate::new(202).insert_header("event-request-id", ID);
                return accepted.set_body_json(state.transaction());
            }
            Fate::Unseen(after) => {
                state.upcoming.push((read + after, done));
                return ResponseTemplate::new(202).set_body_json(state.transaction());
            }
            Fate::Declined => state.events.push(event(kind, &body, false)),
            Fate::Malformed(is_done) => {
                if is_done {
                    state.events.push(done);
                }
                return ResponseTemplate::new(200).set_body_string("<html>");
            }
            Fate::Rejected => return ResponseTemplate::new(400),
            Fate::Busy(wait) => {
                return ResponseTemplate::new(429).insert_header("retry-after", wait.to_string());
            }
        }
        ResponseTemplate::new(200).set_body_json(state.transaction())
    }
}

/// The API, its client, and what the test controls and observes.
pub struct Scene {
    _server: MockServer,
    pub dintero: Dintero,
    pub clock: ManualClock,
    pub state: Arc<Mutex<State>>,
    pub arrivals: UnboundedReceiver<()>,
}

impl Scene {
    pub async fn new(fates: &[Fate]) -> Self {
        let (arrived, arrivals) = unbounded_channel();
        let state = Arc::new(Mutex::new(State {
            fates: fates.to_vec(),
            ..State::default()
        }));
        let server = MockServer::start().await;
        let api = Api {
            state: Arc::clone(&state),
            arrived,
        };
        Mock::given(any()).respond_with(api).mount(&server).await;
        let (dintero, clock) = client_of(&server);
        Self {
            _server: server,
            dintero,
            clock,
            state,
            arrivals,
        }
    }

    pub fn capture(&self) -> Confirmation<Transaction> {
        self.capture_of(CaptureOptions::builder().amount(AMOUNT))
    }

    pub fn with_reference(&self) -> Confirmation<Transaction> {
        let options = CaptureOptions::builder()
            .amount(AMOUNT)
            .capture_reference("parcel-1");
        self.capture_of(options)
    }

    fn capture_of(&self, options: CaptureOptionsBuilder) -> Confirmation<Transaction> {
        let checkout = self.dintero.checkout();
        let call = checkout.capture_transaction("T12345678.a").body(options);
        call.confirm()
    }

    pub fn void(&self) -> Confirmation<Transaction> {
        let checkout = self.dintero.checkout();
        checkout.void_transaction("T12345678.a").confirm()
    }

    pub fn sent(&self) -> usize {
        self.state.lock().unwrap().sent
    }

    pub fn read(&self) -> usize {
        self.state.lock().unwrap().read
    }

    pub fn captured(&self) -> i64 {
        self.state.lock().unwrap().captured()
    }
}
