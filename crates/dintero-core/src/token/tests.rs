use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{FIRST_REST, LONGEST_FETCH, Slot, Token};
use crate::Error;
use crate::clock::ManualClock;
use crate::credentials::{AccessToken, TokenRequest};

/// A slot whose source counts, waits for the gate, and fails while it is told to.
struct Bench {
    slot: Arc<Slot>,
    clock: ManualClock,
    asked: Arc<AtomicU32>,
    gate: Arc<Semaphore>,
    failing: Arc<AtomicU32>,
}

fn bench(life: Option<Duration>) -> Bench {
    let clock = ManualClock::new();
    let asked = Arc::new(AtomicU32::new(0));
    let failing = Arc::new(AtomicU32::new(0));
    let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
    let request = TokenRequest {
        host: "https://h.example".into(),
        owner: "T1".into(),
        account: "T12345678".into(),
    };
    let source = {
        let (asked, failing, gate) = (asked.clone(), failing.clone(), gate.clone());
        move |_: TokenRequest| {
            let (asked, failing, gate) = (asked.clone(), failing.clone(), gate.clone());
            async move {
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                let _permit = gate.acquire().await.map_err(Error::from_token_source)?;
                if failing.load(Ordering::SeqCst) > 0 {
                    return Err(Error::from_token_source("the vault is sealed"));
                }
                let token = AccessToken::new(format!("token-{number}"));
                Ok(match life {
                    Some(life) => token.expires_in(life),
                    None => token,
                })
            }
        }
    };
    let slot = Arc::new(Slot::new(
        request,
        Arc::new(source),
        Arc::new(clock.clone()),
    ));
    Bench {
        slot,
        clock,
        asked,
        gate,
        failing,
    }
}

impl Bench {
    async fn token(&self) -> String {
        text(&self.slot.token().await.expect("a token"))
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Lets the fetch behind the scenes run to its end.
    async fn landed(&self) {
        while self.slot.lock().flight.is_some() {
            tokio::task::yield_now().await;
        }
    }
}

fn text(token: &Token) -> String {
    let header = token.header.to_str().expect("text");
    header.strip_prefix("Bearer ").expect("a bearer").to_owned()
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_token_is_renewed_ten_minutes_early_behind_the_scenes() {
    let bench = bench(Some(4 * HOUR));
    assert_eq!(bench.token().await, "token-1");
    // Jitter makes it up to a tenth of ten minutes earlier, never later.
    bench.clock.advance(4 * HOUR - Duration::from_secs(661));
    assert_eq!(bench.token().await, "token-1");
    assert_eq!(bench.asked(), 1);
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(bench.token().await, "token-1", "nobody waits for a renewal");
    bench.landed().await;
    assert_eq!(bench.token().await, "token-2");
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_short_token_is_renewed_at_half_its_life() {
    let bench = bench(Some(Duration::from_secs(100)));
    bench.token().await;
    bench.clock.advance(Duration::from_secs(44));
    bench.token().await;
    assert_eq!(bench.asked(), 1);
    bench.clock.advance(Duration::from_secs(6));
    bench.token().await;
    bench.landed().await;
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn the_old_token_is_used_while_a_renewal_fails_and_it_is_valid() {
    let bench = bench(Some(HOUR));
    bench.token().await;
    bench.failing.store(1, Ordering::SeqCst);
    bench.clock.advance(HOUR - Duration::from_secs(30));
    for _ in 0..50 {
        assert_eq!(bench.token().await, "token-1");
        bench.landed().await;
    }
    assert_eq!(
        bench.asked(),
        2,
        "a failing source is left in peace for a while"
    );
    bench.clock.advance(FIRST_REST);
    bench.token().await;
    bench.landed().await;
    assert_eq!(bench.asked(), 3);
    bench.clock.advance(Duration::from_secs(30));
    assert!(bench.slot.token().await.is_err(), "its life is over");
}

#[tokio::test]
async fn however_many_wait_there_is_one_fetch() {
    let bench = bench(Some(HOUR));
    bench.gate.forget_permits(Semaphore::MAX_PERMITS);
    let waiting: Vec<_> = (0..10_000)
        .map(|_| {
            tokio::spawn({
                let slot = bench.slot.clone();
                async move { slot.token().await }
            })
        })
        .collect();
    while bench.asked() == 0 {
        tokio::task::yield_now().await;
    }
    bench.gate.add_permits(1);
    for caller in waiting {
        assert_eq!(
            text(&caller.await.expect("task").expect("token")),
            "token-1"
        );
    }
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_take_the_fetch_away() {
    let bench = bench(Some(HOUR));
    bench.gate.forget_permits(Semaphore::MAX_PERMITS);
    let first = tokio::spawn({
        let slot = bench.slot.clone();
        async move { slot.token().await }
    });
    while bench.asked() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    bench.gate.add_permits(1);
    assert_eq!(bench.token().await, "token-1");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn those_who_wait_share_a_failure_and_the_source_is_not_stormed() {
    let bench = bench(None);
    bench.failing.store(1, Ordering::SeqCst);
    for _ in 0..100 {
        let error = bench.slot.token().await.map(|_| ()).expect_err("sealed");
        assert!(error.is_authentication() && error.is_token_call());
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(bench.asked(), 1);
    bench.clock.advance(FIRST_REST);
    bench.failing.store(0, Ordering::SeqCst);
    assert_eq!(bench.token().await, "token-2");
}

#[tokio::test]
async fn the_rest_after_failures_grows_to_ten_seconds() {
    let bench = bench(None);
    bench.failing.store(1, Ordering::SeqCst);
    let mut last = bench.clock.passed();
    let mut rests = Vec::new();
    while rests.len() < 8 {
        assert!(bench.slot.token().await.is_err());
        if bench.asked() as usize > rests.len() + 1 {
            rests.push((bench.clock.passed() - last).as_millis());
            last = bench.clock.passed();
        }
        bench.clock.advance(Duration::from_millis(100));
    }
    assert_eq!(rests, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
}

#[tokio::test]
async fn only_the_token_that_was_refused_is_dropped() {
    let bench = bench(None);
    let first = bench.slot.token().await.expect("token");
    bench.slot.drop_refused(&first);
    let second = bench.slot.token().await.expect("token");
    assert_eq!(text(&second), "token-2");
    bench.slot.drop_refused(&first);
    assert_eq!(bench.token().await, "token-2");
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_token_without_a_life_time_is_kept() {
    let bench = bench(None);
    bench.token().await;
    bench.clock.advance(10_000 * HOUR);
    assert_eq!(bench.token().await, "token-1");
}

#[tokio::test]
async fn a_source_that_panics_is_an_error_and_not_a_hang() {
    let source = |_: TokenRequest| async {
        if true {
            panic!("a bug of the user")
        } else {
            Ok(AccessToken::new("t"))
        }
    };
    let request = TokenRequest {
        host: "h".into(),
        owner: "o".into(),
        account: "T12345678".into(),
    };
    let slot = Arc::new(Slot::new(
        request,
        Arc::new(source),
        Arc::new(ManualClock::new()),
    ));
    assert!(
        slot.token()
            .await
            .is_err_and(|error| error.is_authentication())
    );
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_refused() {
    let request = TokenRequest {
        host: "h".into(),
        owner: "o".into(),
        account: "T12345678".into(),
    };
    let source = |_: TokenRequest| async { Ok(AccessToken::new("line\nbreak")) };
    let slot = Arc::new(Slot::new(
        request,
        Arc::new(source),
        Arc::new(ManualClock::new()),
    ));
    let error = slot.token().await.map(|_| ()).expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("break"));
}

#[tokio::test]
async fn a_source_that_hangs_is_given_up_and_asked_again() {
    let bench = bench(None);
    bench.gate.forget_permits(Semaphore::MAX_PERMITS);
    let first = tokio::spawn({
        let slot = bench.slot.clone();
        async move { slot.token().await.map(|_| ()) }
    });
    while bench.asked() == 0 {
        tokio::task::yield_now().await;
    }
    bench.clock.advance(LONGEST_FETCH);
    let error = first.await.expect("task").expect_err("no answer");
    assert!(error.is_timeout() && error.is_token_call(), "{error}");
    bench.clock.advance(FIRST_REST);
    bench.gate.add_permits(1);
    assert_eq!(bench.token().await, "token-2");
}
