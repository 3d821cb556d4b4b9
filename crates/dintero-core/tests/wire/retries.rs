//! Which call is sent again after what, counted on the wire.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use dintero_core::{Clock, Error, Handle, ManualClock, Operation, RetryPolicy, Sleep, WasSent};
use tokio::net::TcpSocket;

use crate::server::{Server, Step, reply};
use crate::{CAPTURE, LONG, READ, SESSION, builder, call, handle};

/// Plays one step twice, so that a second request receives the same response, and returns the outcome and the count on the wire.
async fn after(
    operation: &'static Operation,
    step: impl Fn(&ManualClock) -> Step,
) -> (Result<(), Error>, usize) {
    let clock = ManualClock::new();
    let server = Server::start().await.api([step(&clock), step(&clock)]);
    let outcome = call(&handle(&server, &clock), operation).await.map(|_| ());
    (outcome, server.calls().len())
}

#[tokio::test]
async fn an_idempotent_call_is_retried_until_it_succeeds() {
    for status in [408, 429, 500, 502, 503, 504, 520, 524, 530, 598, 599] {
        let (outcome, sent) = after(&READ, |_| reply(status, "{}")).await;
        assert!(outcome.is_ok(), "{status}");
        assert_eq!(sent, 3, "{status}");
    }
    for fault in [
        |_: &ManualClock| Step::Close,
        |clock: &ManualClock| Step::Stall(clock.clone(), LONG),
    ] {
        let (outcome, sent) = after(&READ, fault).await;
        assert!(outcome.is_ok());
        assert_eq!(sent, 3);
    }
}

#[tokio::test]
async fn a_duplicate_tolerated_call_is_retried_once_after_an_unknown_outcome() {
    let faults: [fn(&ManualClock) -> Step; 3] = [
        |_| reply(503, "{}"),
        |_| Step::Close,
        |clock| Step::Stall(clock.clone(), LONG),
    ];
    for fault in faults {
        let (outcome, sent) = after(&SESSION, fault).await;
        assert_eq!(
            outcome.expect_err("the second fails too").was_sent(),
            WasSent::Maybe
        );
        assert_eq!(sent, 2);
    }
}

#[tokio::test]
async fn the_retry_of_duplicate_tolerated_calls_can_be_turned_off() {
    let clock = ManualClock::new();
    let server = Server::start().await.api([reply(503, "{}")]);
    let handle = builder(&server, &clock)
        .retry(RetryPolicy::default().with_duplicate_tolerated_retry(false))
        .build()
        .expect("handle");
    assert!(call(&handle, &SESSION).await.is_err());
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_non_idempotent_call_is_never_sent_twice_when_the_outcome_is_unknown() {
    for status in [408, 500, 501, 502, 503, 504, 520, 522, 524, 530, 598, 599] {
        let (outcome, sent) = after(&CAPTURE, |_| reply(status, "{}")).await;
        assert_eq!(
            outcome.expect_err("status").was_sent(),
            WasSent::Maybe,
            "{status}"
        );
        assert_eq!(sent, 1, "{status}");
    }
    let faults: [fn(&ManualClock) -> Step; 5] = [
        |_| Step::Close,
        |clock| Step::Stall(clock.clone(), LONG),
        |_| Step::Raw(b"nonsense\r\n\r\n".to_vec()),
        |_| Step::Raw(b"HTTP/1.1 20".to_vec()),
        |_| Step::Raw(Vec::new()),
    ];
    for fault in faults {
        let (outcome, sent) = after(&CAPTURE, fault).await;
        let error = outcome.expect_err("fault");
        assert_eq!(
            (error.was_sent(), error.attempts(), sent),
            (WasSent::Maybe, 1, 1),
            "{error}"
        );
        assert!(
            error.to_string().contains("with `get_transaction`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_non_idempotent_call_on_a_reused_connection_is_not_sent_again_by_the_http_client() {
    let clock = ManualClock::new();
    let server = Server::start()
        .await
        .api([reply(200, r#"{"id":"first"}"#), Step::Close]);
    let handle = handle(&server, &clock);
    call(&handle, &CAPTURE)
        .await
        .expect("the connection is kept");
    let error = call(&handle, &CAPTURE)
        .await
        .expect_err("closed after reading");
    assert_eq!((error.was_sent(), error.attempts()), (WasSent::Maybe, 1));
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_non_idempotent_call_whose_success_was_cut_off_was_carried_out() {
    let (outcome, sent) = after(&CAPTURE, |_| {
        Step::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec())
    })
    .await;
    let error = outcome.expect_err("half a body");
    assert_eq!((error.was_sent(), sent), (WasSent::Yes, 1));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert!(
        error.is_broken_connection() && error.to_string().contains("the call was carried out"),
        "{error}"
    );
}

#[tokio::test]
async fn a_429_is_retried_for_a_non_idempotent_call_after_the_requested_delay() {
    for retry_after in ["7", "Thu, 01 Jan 2026 00:00:07 GMT"] {
        let clock = ManualClock::new();
        let server = Server::start()
            .await
            .api([reply(429, "{}").with("retry-after", retry_after)]);
        let thing = call(&handle(&server, &clock), &CAPTURE)
            .await
            .expect("the second succeeds");
        assert_eq!(thing.id, "x");
        assert_eq!(server.calls().len(), 2);
        let waited = clock.passed();
        assert!(
            waited >= Duration::from_secs(7) && waited <= Duration::from_secs(8),
            "{waited:?}"
        );
    }
}

#[tokio::test]
async fn a_retry_after_that_is_too_long_fails_at_once_and_is_told() {
    let clock = ManualClock::new();
    let server = Server::start()
        .await
        .api([reply(429, "{}").with("retry-after", "3600")]);
    let error = call(&handle(&server, &clock), &CAPTURE)
        .await
        .expect_err("an hour");
    assert!(
        error.is_rate_limited() && error.to_string().contains("after 3600 s"),
        "{error}"
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!((server.calls().len(), clock.passed()), (1, Duration::ZERO));
}

#[tokio::test]
async fn a_permanent_refusal_is_not_retried() {
    for status in [300, 302, 400, 403, 404, 409, 412, 418, 422] {
        for operation in [&READ, &SESSION, &CAPTURE] {
            let (outcome, sent) = after(operation, |_| reply(status, "{}")).await;
            assert_eq!(
                outcome.expect_err("refused").was_sent(),
                WasSent::Yes,
                "{status}"
            );
            assert_eq!(sent, 1, "{status}");
        }
    }
}

/// A port that refuses connections. As long as the socket lives no other test gets it.
pub(crate) fn closed_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("socket");
    let any = "127.0.0.1:0".parse().expect("address");
    socket.bind(any).expect("a free port");
    socket
}

#[tokio::test]
async fn a_refused_connection_is_tried_three_times_whatever_the_class() {
    let port = closed_port();
    let closed = format!("http://{}", port.local_addr().expect("address"));
    for operation in [&READ, &SESSION, &CAPTURE] {
        let clock = ManualClock::new();
        let server = Server::start().await;
        let handle = builder(&server, &clock)
            .checkout_url(&closed)
            .build()
            .expect("handle");
        let error = call(&handle, operation).await.expect_err("nobody listens");
        assert!(error.is_connect(), "{error}");
        assert_eq!((error.attempts(), error.was_sent()), (3, WasSent::No));
        assert!(error.to_string().contains("can be sent again"), "{error}");
    }
}

/// Opens a server on its port, if it has one, when the first delay begins.
#[derive(Debug)]
pub(crate) struct OpensOnSleep {
    pub(crate) clock: ManualClock,
    pub(crate) port: Arc<Mutex<Option<TcpSocket>>>,
    pub(crate) opened: Arc<Mutex<Option<Server>>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

impl Clock for OpensOnSleep {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn wall(&self) -> SystemTime {
        self.clock.wall()
    }

    fn sleep(&self, length: Duration) -> Sleep {
        let (clock, port, opened) = (self.clock.clone(), self.port.clone(), self.opened.clone());
        let sleep: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            if let Some(port) = port.lock().expect("lock").take() {
                let listener = port.listen(64).expect("listening");
                *opened.lock().expect("lock") = Some(Server::serve(listener));
            }
            clock.sleep(length).await;
        });
        sleep
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        self.clock.sleep_until(at)
    }
}

#[tokio::test]
async fn a_non_idempotent_call_whose_connection_was_refused_is_sent_when_the_server_is_back() {
    let port = closed_port();
    let url = format!("http://{}", port.local_addr().expect("address"));
    let clock = ManualClock::new();
    let opened = Arc::default();
    let opens = OpensOnSleep {
        clock: clock.clone(),
        port: Arc::new(Mutex::new(Some(port))),
        opened: Arc::clone(&opened),
    };
    let tokens = Server::start().await;
    let builder = builder(&tokens, &clock).checkout_url(url).clock(opens);
    assert!(
        call(&builder.build().expect("handle"), &CAPTURE)
            .await
            .is_ok()
    );
    let server = opened.lock().expect("lock").clone().expect("opened");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_down_is_not_overloaded_by_retries() {
    let clock = ManualClock::new();
    let server = Server::start()
        .await
        .api((0..400).map(|_| reply(503, "{}")));
    let handle = handle(&server, &clock);
    for _ in 0..200 {
        assert!(call(&handle, &READ).await.is_err());
    }
    assert_eq!(
        server.calls().len(),
        300,
        "200 calls and the 100 retries of the budget"
    );
}

#[tokio::test]
async fn a_success_after_retries_reports_nothing_but_success() {
    let clock = ManualClock::new();
    let server = Server::start().await.api([
        Step::Close,
        reply(202, r#"{"id":"t"}"#).with("event-request-id", "e-1"),
    ]);
    let response = handle(&server, &clock)
        .call(&READ)
        .path("id", &"a")
        .send_bytes()
        .await
        .expect("202");
    assert!(response.is_pending());
    assert_eq!(response.event_request_id(), Some("e-1"));
}

#[tokio::test]
async fn a_proxy_that_refuses_the_tunnel_receives_no_token_and_no_request_was_sent() {
    let clock = ManualClock::new();
    let proxy = Server::start()
        .await
        .api([reply(502, ""), reply(407, ""), Step::Close]);
    let handle = Handle::builder()
        .account("T12345678")
        .bearer_token("hush")
        .proxy(&proxy.url)
        .clock(clock)
        .build()
        .expect("handle");
    let error = call(&handle, &CAPTURE).await.expect_err("no tunnel");
    assert!(error.is_connect(), "{error}");
    assert_eq!((error.was_sent(), error.attempts()), (WasSent::No, 3));
    let seen = proxy.calls();
    assert_eq!(seen.len(), 3);
    for tunnel in seen {
        assert_eq!(tunnel.target, "checkout.dintero.com:443");
        assert_eq!((tunnel.header("authorization"), &*tunnel.body), (None, ""));
    }
}
