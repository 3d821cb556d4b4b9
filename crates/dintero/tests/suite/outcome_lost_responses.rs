//! Behaviour of the API that the sandbox lacks: a 202, a late or missing response, a decline in a 200, a request that is carried out late.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero::checkout::types::{CaptureOptions, Transaction};
use dintero::outcome::{self, Confirmation, NotApplied, Outcome, RetryAdvice};
use dintero::{Dintero, ManualClock};

use crate::support::client_of;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";
const AMOUNT: i64 = 10_000;

/// What happens to the next capture or void.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Done,
    /// 500, and never carried out.
    Lost,
    /// 500, and carried out after so many reads.
    Late(usize),
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
struct State {
    events: Vec<Value>,
    fates: Vec<Fate>,
    sent: usize,
    read: usize,
    /// Events that appear after so many reads.
    upcoming: Vec<(usize, Value)>,
    status: Option<&'static str>,
}

#[derive(Clone)]
struct Api {
    state: Arc<Mutex<State>>,
    arrived: UnboundedSender<()>,
}

fn event(kind: &str, body: &Value, success: bool) -> Value {
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
    fn transaction(&self) -> Value {
        json!({
            "id": "T12345678.a", "amount": 29_990, "currency": "NOK", "payment_product": "vipps",
            "payment_product_type": "vipps", "status": self.status.unwrap_or("AUTHORIZED"), "events": self.events,
        })
    }

    fn captured(&self) -> i64 {
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
struct Scene {
    _server: MockServer,
    dintero: Dintero,
    clock: ManualClock,
    state: Arc<Mutex<State>>,
    arrivals: UnboundedReceiver<()>,
}

impl Scene {
    async fn new(fates: &[Fate]) -> Self {
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

    fn capture(&self) -> Confirmation<Transaction> {
        let options = CaptureOptions::builder().amount(AMOUNT);
        outcome::capture(&self.dintero.checkout(), "T12345678.a", options)
    }

    fn with_reference(&self) -> Confirmation<Transaction> {
        let options = CaptureOptions::builder()
            .amount(AMOUNT)
            .capture_reference("parcel-1");
        outcome::capture(&self.dintero.checkout(), "T12345678.a", options)
    }

    fn void(&self) -> Confirmation<Transaction> {
        outcome::void(&self.dintero.checkout(), "T12345678.a")
    }

    fn sent(&self) -> usize {
        self.state.lock().unwrap().sent
    }

    fn read(&self) -> usize {
        self.state.lock().unwrap().read
    }

    fn captured(&self) -> i64 {
        self.state.lock().unwrap().captured()
    }
}

#[tokio::test]
async fn a_timeout_is_followed_by_a_read_that_shows_the_capture() {
    let mut scene = Scene::new(&[Fate::Silent]).await;
    let (send, clock) = (scene.capture().send(), scene.clock.clone());
    let timeout = async {
        scene.arrivals.recv().await.unwrap();
        clock.advance(Duration::from_secs(31));
    };
    let (outcome, ()) = tokio::join!(send, timeout);
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!(
        (scene.sent(), scene.read(), scene.captured()),
        (1, 1, AMOUNT)
    );
}

#[tokio::test]
async fn an_effect_within_the_confirmation_timeout_is_found_and_not_sent_again() {
    // Reads 0, 1, 3, 7, 15 and 30 s after the response was lost.
    for after in 1..=6 {
        let scene = Scene::new(&[Fate::Late(after)]).await;
        let outcome = scene.capture().repeat_if_not_applied(5).send().await;
        assert!(outcome.is_applied(), "{after}: {outcome:?}");
        assert_eq!(
            (scene.sent(), scene.read(), scene.captured()),
            (1, after, AMOUNT)
        );
        assert!(scene.clock.passed() <= Duration::from_secs(30));
    }
}

#[tokio::test]
async fn without_an_effect_the_request_is_not_applied_after_the_confirmation_timeout_and_no_sooner()
{
    for timeout in [0, 1, 5, 30, 300] {
        let scene = Scene::new(&[Fate::Lost]).await;
        let outcome = scene
            .capture()
            .confirmation_timeout(Duration::from_secs(timeout))
            .send()
            .await;
        assert!(
            matches!(outcome, Outcome::NotApplied(NotApplied::Lost(error)) if error.is_server_error())
        );
        assert_eq!(scene.clock.passed(), Duration::from_secs(timeout));
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
    }
}

#[tokio::test]
async fn a_request_is_repeated_only_as_often_as_configured() {
    for (repeats, sent) in [(0, 1), (1, 2), (2, 3), (3, 4), (9, 4)] {
        let scene = Scene::new(&[Fate::Lost; 3]).await;
        let outcome = scene.capture().repeat_if_not_applied(repeats).send().await;
        let applied = repeats >= 3;
        assert_eq!(outcome.is_applied(), applied, "{repeats}: {outcome:?}");
        assert_eq!(
            (scene.sent(), scene.captured()),
            (sent, if applied { AMOUNT } else { 0 })
        );
    }
}

#[tokio::test]
async fn a_retry_after_of_more_than_a_minute_is_not_waited_for() {
    for (wait, sent) in [(61, 1), (60, 4)] {
        let scene = Scene::new(&[Fate::Busy(wait); 3]).await;
        let outcome = scene.capture().repeat_if_not_applied(5).send().await;
        assert_eq!(outcome.is_applied(), sent > 1, "{wait}: {outcome:?}");
        assert!(
            outcome.is_applied() || matches!(outcome, Outcome::NotApplied(NotApplied::Rejected(_)))
        );
        assert_eq!(scene.sent(), sent, "{wait}");
    }
}

#[tokio::test]
async fn two_requests_that_were_both_carried_out_are_unknown() {
    // Six reads within the confirmation timeout do not show the first; it is carried out together with the second.
    let scene = Scene::new(&[Fate::Late(7), Fate::Malformed(true)]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).send().await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, 2 * AMOUNT));
}

#[tokio::test]
async fn a_rejection_of_the_repeated_request_waits_for_the_first_one() {
    let scene = Scene::new(&[Fate::Late(9), Fate::Rejected]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).send().await;
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, AMOUNT));
}

#[tokio::test]
async fn an_accepted_request_is_pending_until_its_completion_is_read() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Accepted(4, true)]).await;
        let Outcome::Pending(pending) = attempt(&scene).send().await else {
            panic!("a 202 is not a success yet");
        };
        let outcome = pending.wait(Duration::from_secs(60)).await;
        assert!(outcome.is_applied(), "{outcome:?}");
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn an_accepted_request_can_still_be_declined() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Accepted(4, false)]).await;
        let Outcome::Pending(pending) = attempt(&scene).repeat_if_not_applied(5).send().await
        else {
            panic!("a 202 is not a success yet");
        };
        let outcome = pending.wait(Duration::from_secs(60)).await;
        assert!(
            matches!(&outcome, Outcome::NotApplied(NotApplied::Declined(_))),
            "{outcome:?}"
        );
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
    }
}

#[tokio::test]
async fn waiting_ends_at_its_limit_and_can_continue() {
    let scene = Scene::new(&[Fate::Accepted(8, true)]).await;
    let Outcome::Pending(pending) = scene.capture().send().await else {
        panic!("a 202 is not a success yet");
    };
    let outcome = pending.wait(Duration::from_secs(10)).await;
    assert_eq!(scene.clock.passed(), Duration::from_secs(10));
    let Outcome::Pending(pending) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
}

#[tokio::test]
async fn an_accepted_request_without_an_event_is_pending() {
    let scene = Scene::new(&[Fate::Unseen(8)]).await;
    let Outcome::Pending(pending) = scene.capture().send().await else {
        panic!("a 202 is not a success yet");
    };
    let Outcome::Pending(pending) = pending.wait(Duration::from_secs(10)).await else {
        panic!("it was accepted");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_pending_capture_of_an_earlier_run_is_not_sent_again() {
    let scene = Scene::new(&[Fate::Accepted(3, true)]).await;
    assert!(matches!(
        scene.with_reference().send().await,
        Outcome::Pending(_)
    ));
    let Outcome::Pending(pending) = scene.with_reference().send().await else {
        panic!("it is in progress");
    };
    assert!(pending.wait(Duration::from_secs(60)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_200_with_a_failed_event_is_declined_and_says_when_to_try_again() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Declined]).await;
        let outcome = attempt(&scene).repeat_if_not_applied(5).send().await;
        let Outcome::NotApplied(NotApplied::Declined(declined)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(
            declined.retry(),
            RetryAdvice::Later(Some("2026-01-02T00:00:00Z".to_owned()))
        );
        assert_eq!(
            declined.error().map(|error| error.message.as_str()),
            Some("try later")
        );
        assert!(
            !declined.to_string().contains("try later"),
            "the provider's text may name the payer"
        );
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
        // The same call again sends it again, with the same reference too.
        assert!(attempt(&scene).send().await.is_applied());
        assert_eq!(scene.sent(), 2);
    }
}

#[tokio::test]
async fn a_success_with_a_malformed_body_is_checked_and_never_sent_again() {
    for done in [true, false] {
        let scene = Scene::new(&[Fate::Malformed(done)]).await;
        match scene.capture().repeat_if_not_applied(5).send().await {
            Outcome::Applied(_) => assert!(done),
            Outcome::Unknown(unknown) => {
                assert!(!done && unknown.error().is_some_and(dintero::Error::is_decode));
                assert!(matches!(unknown.check().await, Outcome::Unknown(_)));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn an_unknown_status_is_inconclusive() {
    let scene = Scene::new(&[Fate::Lost]).await;
    scene.state.lock().unwrap().status = Some("UNKNOWN");
    let Outcome::Unknown(unknown) = scene.capture().repeat_if_not_applied(5).send().await else {
        panic!("the status is UNKNOWN");
    };
    assert!(unknown.error().is_some_and(dintero::Error::is_server_error));
    scene.state.lock().unwrap().status = None;
    let outcome = unknown.check().await;
    assert!(
        matches!(outcome, Outcome::NotApplied(NotApplied::Lost(_))),
        "{outcome:?}"
    );
    assert_eq!(scene.sent(), 1);
}
