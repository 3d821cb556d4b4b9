//! Every class of call meets every fault, and the requests that reach the server are counted.
//!
//! The observation is `matrix.txt`; after a wanted change write it anew with `UPDATE_EXPECT=1`.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use dintero_core::{Builder, Error, FailedAttempt, ManualClock, Operation, RetryClass, WasSent};
use expect_test::expect_file;

use crate::faults::{ALL, Evidence, Fault, Faulty, LIMIT};
use crate::retries::{OpensOnSleep, closed_port};
use crate::server::Server;
use crate::{CAPTURE, READ, SESSION, builder, call};

/// Permits ten attempts without a delay.
fn eager(failed: &FailedAttempt<'_>) -> Option<Duration> {
    (failed.attempts < 10).then_some(Duration::ZERO)
}

struct Observation {
    result: Result<(), Error>,
    reached: usize,
}

async fn meet(
    operation: &'static Operation,
    fault: Fault,
    times: usize,
    change: impl Fn(Builder) -> Builder,
) -> Observation {
    let clock = ManualClock::new();
    let tokens = Server::start().await;
    let configured = change(builder(&tokens, &clock).body_limit(LIMIT));
    if fault == Fault::Refused {
        let port = closed_port();
        let configured =
            configured.checkout_url(format!("http://{}", port.local_addr().expect("address")));
        let opened = Arc::new(Mutex::new(None));
        let (opens, closed) = if times == 1 {
            (Some(port), None)
        } else {
            (None, Some(port))
        };
        let opens = OpensOnSleep {
            clock,
            port: Arc::new(Mutex::new(opens)),
            opened: Arc::clone(&opened),
        };
        let result = call(&configured.clock(opens).build().expect("handle"), operation).await;
        // Nobody else got the port meanwhile.
        drop(closed);
        let server: Option<Server> = opened.lock().expect("lock").clone();
        let reached = server.map_or(0, |server| server.calls().len());
        return Observation {
            result: result.map(|_| ()),
            reached,
        };
    }
    let server = Faulty::start(fault, times, &clock).await;
    let mut configured = configured.checkout_url(server.url());
    if fault.is_http2() {
        // The token server speaks HTTP/1.1 only.
        configured = Builder::new()
            .account("T12345678")
            .bearer_token("t")
            .clock(clock)
            .api_url(server.url())
            .checkout_url(server.url())
            .http_client(reqwest::ClientBuilder::http2_prior_knowledge);
        configured = change(configured);
    }
    let handle = configured.build().expect("handle");
    let result = call(&handle, operation).await.map(|_| ());
    assert!(server.all_alike(), "a retry is the same request: {fault:?}");
    Observation {
        result,
        reached: server.reached(),
    }
}

/// The predicate that holds, or the status.
fn kind(error: &Error) -> String {
    let mut kinds = [
        (error.is_timeout(), "timeout"),
        (error.is_connect(), "no connection"),
        (error.is_broken_connection(), "broken connection"),
        (error.is_decode(), "decode"),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, name)| name.to_owned());
    let status = || {
        error
            .status()
            .map(|status| format!("status {}", status.as_u16()))
    };
    let first = kinds.next().or_else(status).expect("a kind");
    assert_eq!(kinds.next(), None, "an error is of one kind: {error}");
    first
}

fn row(
    name: &str,
    class: RetryClass,
    lasting: &Observation,
    eager: &Observation,
    once: &Observation,
) -> [String; 8] {
    let error = lasting.result.as_ref().expect_err("the fault lasts");
    [
        name.to_owned(),
        format!("{class:?}"),
        lasting.reached.to_string(),
        kind(error),
        format!("{:?}", error.was_sent()),
        if error.is_retryable() { "yes" } else { "no" }.to_owned(),
        eager.reached.to_string(),
        match &once.result {
            Ok(()) => format!("{}, success", once.reached),
            Err(_) => format!("{}, error", once.reached),
        },
    ]
}

/// What must hold whatever the table says.
fn check(name: &str, class: RetryClass, evidence: Evidence, observation: &Observation) {
    let at = format!("{name}, {class:?}");
    let reached = observation.reached;
    match (class, evidence) {
        (RetryClass::NonIdempotent, Evidence::None | Evidence::Handled) => {
            assert!(reached <= 1, "{at}: {reached}")
        }
        (RetryClass::DuplicateTolerated, Evidence::None | Evidence::Handled) => {
            assert!(reached <= 2, "{at}: {reached}")
        }
        _ => {}
    }
    let Err(error) = &observation.result else {
        return;
    };
    assert_eq!(error.retry_class(), Some(class), "{at}");
    if class == RetryClass::NonIdempotent {
        let sent = match evidence {
            Evidence::NotHandled => error.was_sent() != WasSent::Maybe,
            Evidence::Handled => error.was_sent() == WasSent::Yes,
            Evidence::None => error.was_sent() == WasSent::Maybe,
        };
        assert!(sent, "{at}: {:?}", error.was_sent());
        let may = error.is_retryable();
        assert!(
            !may || evidence == Evidence::NotHandled,
            "{at}: it could be charged twice"
        );
        let advises = error.to_string().contains("with `get_transaction`");
        assert!(advises || evidence != Evidence::None, "{at}: {error}");
    }
}

#[tokio::test]
async fn every_class_meets_every_fault_and_a_non_idempotent_call_is_sent_once_unless_it_provably_was_not_handled()
 {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "fault",
        "retry class",
        "requests",
        "error",
        "was sent",
        "retryable",
        "with an eager policy",
        "if it happens once",
    ]);
    for (name, fault, evidence) in ALL {
        for operation in [&READ, &SESSION, &CAPTURE] {
            let class = operation.retry_class();
            let lasting = meet(operation, fault, usize::MAX, |builder| builder).await;
            let eager = meet(operation, fault, usize::MAX, |builder| builder.retry(eager)).await;
            let once = meet(operation, fault, 1, |builder| builder).await;
            for observation in [&lasting, &eager, &once] {
                check(name, class, evidence, observation);
            }
            table.add_row(row(name, class, &lasting, &eager, &once));
        }
    }
    let mut text =
        "Requests that reach the server when a fault lasts, and when it happens once.\n\n"
            .to_owned();
    let _ = writeln!(text, "{table}");
    expect_file!["matrix.txt"].assert_eq(&text);
}

#[tokio::test]
async fn a_connection_that_is_closed_as_soon_as_it_is_made_lets_through_no_second_request() {
    for _ in 0..20 {
        for operation in [&SESSION, &CAPTURE] {
            let observation = meet(operation, Fault::ClosedAtOnce, usize::MAX, |builder| {
                builder.retry(eager)
            })
            .await;
            check(
                "closed at once",
                operation.retry_class(),
                Evidence::None,
                &observation,
            );
            let error = observation.result.expect_err("closed");
            assert_eq!(
                (error.was_sent(), kind(&error)),
                (WasSent::Maybe, "broken connection".to_owned())
            );
        }
    }
}
