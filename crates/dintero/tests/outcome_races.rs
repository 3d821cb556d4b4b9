//! What the API may do beyond the sandbox: answer 202, answer late or never, decline in a 200, carry out what it had lost.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero::checkout::types::{CaptureOptions, Transaction};
use dintero::outcome::{self, Attempt, NotApplied, Outcome, RetryAdvice};
use dintero::{Dintero, ManualClock};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";
const AMOUNT: i64 = 10_000;

/// What becomes of the next capture or void.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Done,
    /// Answered with 500 and never done.
    Lost,
    /// Answered with 500 and done after so many readings.
    Late(usize),
    /// Not answered while the test runs, and done at once.
    Silent,
    /// 202, and ended after so many readings: whether it went well.
    Taken(usize, bool),
    /// 202, and no event of it before it ended after so many readings.
    Unseen(usize),
    /// 200, and its last event is a failure.
    Declined,
    /// 200 with a body that is no transaction; done or not.
    Garbled(bool),
    Refused,
    /// 429, and to come back after so many seconds.
    Busy(u64),
}

/// A transaction at the API, and what was asked of it.
#[derive(Default)]
struct Books {
    events: Vec<Value>,
    fates: Vec<Fate>,
    sent: usize,
    read: usize,
    /// Events that appear when so many readings were made.
    coming: Vec<(usize, Value)>,
    status: Option<&'static str>,
}

#[derive(Clone)]
struct Bank {
    books: Arc<Mutex<Books>>,
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

impl Books {
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

impl Respond for Bank {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut books = self.books.lock().unwrap();
        if request.method == "GET" {
            books.read += 1;
            let read = books.read;
            let (due, coming) = std::mem::take(&mut books.coming)
                .into_iter()
                .partition(|(when, _)| *when <= read);
            books.coming = coming;
            let due: Vec<(usize, Value)> = due;
            books.events.extend(due.into_iter().map(|(_, event)| event));
            return ResponseTemplate::new(200).set_body_json(books.transaction());
        }
        books.sent += 1;
        let kind = if request.url.path().ends_with("void") {
            "VOID"
        } else {
            "CAPTURE"
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let fate = if books.fates.is_empty() {
            Fate::Done
        } else {
            books.fates.remove(0)
        };
        let done = event(kind, &body, true);
        let read = books.read;
        let failed = ResponseTemplate::new(500);
        match fate {
            Fate::Done => books.events.push(done),
            Fate::Lost => return failed,
            Fate::Late(after) => {
                books.coming.push((read + after, done));
                return failed;
            }
            Fate::Silent => {
                books.events.push(done);
                self.arrived.send(()).unwrap();
                return failed.set_delay(Duration::from_secs(3600));
            }
            Fate::Taken(after, success) => {
                let mut begun = event(&format!("INITIATE_{kind}"), &body, true);
                begun["request_id"] = json!(ID);
                books.events.push(begun);
                let mut end = event(kind, &Value::Null, success);
                end["correlation_request_id"] = json!(ID.replace('-', ""));
                end["amount"] = body["amount"].clone();
                books.coming.push((read + after, end));
                let taken = ResponseTemplate::new(202).insert_header("event-request-id", ID);
                return taken.set_body_json(books.transaction());
            }
            Fate::Unseen(after) => {
                books.coming.push((read + after, done));
                return ResponseTemplate::new(202).set_body_json(books.transaction());
            }
            Fate::Declined => books.events.push(event(kind, &body, false)),
            Fate::Garbled(is_done) => {
                if is_done {
                    books.events.push(done);
                }
                return ResponseTemplate::new(200).set_body_string("<html>");
            }
            Fate::Refused => return ResponseTemplate::new(400),
            Fate::Busy(wait) => {
                return ResponseTemplate::new(429).insert_header("retry-after", wait.to_string());
            }
        }
        ResponseTemplate::new(200).set_body_json(books.transaction())
    }
}

/// A bank, a client of it, and what the test moves and sees.
struct Scene {
    _server: MockServer,
    dintero: Dintero,
    clock: ManualClock,
    books: Arc<Mutex<Books>>,
    arrivals: UnboundedReceiver<()>,
}

impl Scene {
    async fn new(fates: &[Fate]) -> Self {
        let (arrived, arrivals) = unbounded_channel();
        let books = Arc::new(Mutex::new(Books {
            fates: fates.to_vec(),
            ..Books::default()
        }));
        let server = MockServer::start().await;
        let bank = Bank {
            books: Arc::clone(&books),
            arrived,
        };
        Mock::given(any()).respond_with(bank).mount(&server).await;
        let clock = ManualClock::new();
        let dintero = Dintero::builder()
            .account("T12345678")
            .bearer_token("token")
            .api_url(server.uri())
            .checkout_url(server.uri())
            .clock(clock.clone())
            .build()
            .unwrap();
        Self {
            _server: server,
            dintero,
            clock,
            books,
            arrivals,
        }
    }

    fn capture(&self) -> Attempt<Transaction> {
        let options = CaptureOptions::builder().amount(AMOUNT);
        outcome::capture(&self.dintero.checkout(), "T12345678.a", options)
    }

    fn named(&self) -> Attempt<Transaction> {
        let options = CaptureOptions::builder()
            .amount(AMOUNT)
            .capture_reference("parcel-1");
        outcome::capture(&self.dintero.checkout(), "T12345678.a", options)
    }

    fn void(&self) -> Attempt<Transaction> {
        outcome::void(&self.dintero.checkout(), "T12345678.a")
    }

    fn sent(&self) -> usize {
        self.books.lock().unwrap().sent
    }

    fn read(&self) -> usize {
        self.books.lock().unwrap().read
    }

    fn captured(&self) -> i64 {
        self.books.lock().unwrap().captured()
    }
}

#[tokio::test]
async fn a_timeout_is_followed_by_a_reading_that_shows_the_capture() {
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
async fn what_comes_through_within_the_grace_is_found_and_not_sent_again() {
    // Readings 0, 1, 3, 7, 15 and 30 s after the answer was lost.
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
async fn without_a_trace_it_is_not_applied_when_the_grace_is_over_and_no_sooner() {
    for grace in [0, 1, 5, 30, 300] {
        let scene = Scene::new(&[Fate::Lost]).await;
        let outcome = scene
            .capture()
            .grace(Duration::from_secs(grace))
            .send()
            .await;
        assert!(
            matches!(outcome, Outcome::NotApplied(NotApplied::Lost(error)) if error.is_server_error())
        );
        assert_eq!(scene.clock.passed(), Duration::from_secs(grace));
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
    }
}

#[tokio::test]
async fn it_is_repeated_only_as_often_as_asked() {
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
async fn a_busy_api_is_not_waited_for_longer_than_a_minute() {
    for (wait, sent) in [(61, 1), (60, 4)] {
        let scene = Scene::new(&[Fate::Busy(wait); 3]).await;
        let outcome = scene.capture().repeat_if_not_applied(5).send().await;
        assert_eq!(outcome.is_applied(), sent > 1, "{wait}: {outcome:?}");
        assert!(
            outcome.is_applied() || matches!(outcome, Outcome::NotApplied(NotApplied::Refused(_)))
        );
        assert_eq!(scene.sent(), sent, "{wait}");
    }
}

#[tokio::test]
async fn two_that_came_through_after_all_are_not_called_one() {
    // Six readings within the grace see nothing of the first; with the second it comes through too.
    let scene = Scene::new(&[Fate::Late(7), Fate::Garbled(true)]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).send().await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, 2 * AMOUNT));
}

#[tokio::test]
async fn a_refusal_of_the_repeat_waits_for_the_first_one_too() {
    let scene = Scene::new(&[Fate::Late(9), Fate::Refused]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).send().await;
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, AMOUNT));
}

#[tokio::test]
async fn a_capture_taken_for_later_is_pending_until_its_end_is_read() {
    for attempt in [Scene::capture, Scene::named, Scene::void] {
        let scene = Scene::new(&[Fate::Taken(4, true)]).await;
        let Outcome::Pending(pending) = attempt(&scene).send().await else {
            panic!("202 is no success yet");
        };
        let outcome = pending.wait(Duration::from_secs(60)).await;
        assert!(outcome.is_applied(), "{outcome:?}");
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn a_capture_taken_for_later_can_still_be_declined() {
    for attempt in [Scene::capture, Scene::named, Scene::void] {
        let scene = Scene::new(&[Fate::Taken(4, false)]).await;
        let Outcome::Pending(pending) = attempt(&scene).repeat_if_not_applied(5).send().await
        else {
            panic!("202 is no success yet");
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
async fn waiting_ends_with_its_limit_and_can_go_on() {
    let scene = Scene::new(&[Fate::Taken(8, true)]).await;
    let Outcome::Pending(pending) = scene.capture().send().await else {
        panic!("202 is no success yet");
    };
    let outcome = pending.wait(Duration::from_secs(10)).await;
    assert_eq!(scene.clock.passed(), Duration::from_secs(10));
    let Outcome::Pending(pending) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
}

#[tokio::test]
async fn what_was_taken_is_pending_even_where_it_does_not_show() {
    let scene = Scene::new(&[Fate::Unseen(8)]).await;
    let Outcome::Pending(pending) = scene.capture().send().await else {
        panic!("202 is no success yet");
    };
    let Outcome::Pending(pending) = pending.wait(Duration::from_secs(10)).await else {
        panic!("it was taken");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_pending_capture_of_an_earlier_run_is_not_sent_again() {
    let scene = Scene::new(&[Fate::Taken(3, true)]).await;
    assert!(matches!(scene.named().send().await, Outcome::Pending(_)));
    let Outcome::Pending(pending) = scene.named().send().await else {
        panic!("it is under way");
    };
    assert!(pending.wait(Duration::from_secs(60)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_200_with_a_failed_event_is_declined_and_says_when_to_try_again() {
    for attempt in [Scene::capture, Scene::named, Scene::void] {
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
        // Asked again, it is sent again, under the same reference too.
        assert!(attempt(&scene).send().await.is_applied());
        assert_eq!(scene.sent(), 2);
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_looked_up_and_never_sent_again() {
    for done in [true, false] {
        let scene = Scene::new(&[Fate::Garbled(done)]).await;
        match scene.capture().repeat_if_not_applied(5).send().await {
            Outcome::Applied(_) => assert!(done),
            Outcome::Unknown(unknown) => {
                assert!(!done && unknown.error().is_some_and(dintero::Error::is_decode));
                assert!(matches!(unknown.look_again().await, Outcome::Unknown(_)));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn an_unknown_status_decides_nothing() {
    let scene = Scene::new(&[Fate::Lost]).await;
    scene.books.lock().unwrap().status = Some("UNKNOWN");
    let Outcome::Unknown(unknown) = scene.capture().repeat_if_not_applied(5).send().await else {
        panic!("the API does not know itself");
    };
    assert!(unknown.error().is_some_and(dintero::Error::is_server_error));
    scene.books.lock().unwrap().status = None;
    let outcome = unknown.look_again().await;
    assert!(
        matches!(outcome, Outcome::NotApplied(NotApplied::Lost(_))),
        "{outcome:?}"
    );
    assert_eq!(scene.sent(), 1);
}
