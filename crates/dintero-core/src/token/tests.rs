use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{CachedToken, FETCH_TIMEOUT, FIRST_BACKOFF, Token, TokenCache};
use crate::Error;
use crate::clock::{Clock, ManualClock};
use crate::credentials::{AccessToken, TokenRequest, TokenSource};

/// A cache entry whose source counts its calls, waits for the gate, and fails on demand.
struct Fixture {
    entry: Arc<CachedToken>,
    clock: ManualClock,
    requested: Arc<AtomicU32>,
    gate: Arc<Semaphore>,
    failing: Arc<AtomicU32>,
}

fn entry(request: TokenRequest, source: impl TokenSource, clock: ManualClock) -> Arc<CachedToken> {
    let (source, clock): (Arc<dyn TokenSource>, Arc<dyn Clock>) =
        (Arc::new(source), Arc::new(clock));
    TokenCache::default().entry(request, &source, &clock)
}

fn fixture(lifetime: Option<Duration>) -> Fixture {
    let clock = ManualClock::new();
    let requested = Arc::new(AtomicU32::new(0));
    let failing = Arc::new(AtomicU32::new(0));
    let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
    let request = TokenRequest {
        host: "https://h.example".into(),
        owner: "T1".into(),
        account: "T12345678".into(),
    };
    let source = {
        let (requested, failing, gate) = (requested.clone(), failing.clone(), gate.clone());
        move |_: TokenRequest| {
            let (requested, failing, gate) = (requested.clone(), failing.clone(), gate.clone());
            async move {
                let number = requested.fetch_add(1, Ordering::SeqCst) + 1;
                let _permit = gate.acquire().await.map_err(Error::from_token_source)?;
                if failing.load(Ordering::SeqCst) > 0 {
                    return Err(Error::from_token_source("the vault is sealed"));
                }
                let token = AccessToken::new(format!("token-{number}"));
                Ok(match lifetime {
                    Some(lifetime) => token.expires_in(lifetime),
                    None => token,
                })
            }
        }
    };
    let entry = entry(request, source, clock.clone());
    Fixture {
        entry,
        clock,
        requested,
        gate,
        failing,
    }
}

impl Fixture {
    async fn token(&self) -> String {
        text(&self.entry.get().await.expect("a token"))
    }

    fn requested(&self) -> u32 {
        self.requested.load(Ordering::SeqCst)
    }

    /// Waits for the fetch in the background.
    async fn fetched(&self) {
        while !crate::lock(&self.entry.state).fetches.is_empty() {
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
async fn a_token_is_renewed_ten_minutes_early_in_the_background() {
    let fixture = fixture(Some(4 * HOUR));
    assert_eq!(fixture.token().await, "token-1");
    // Jitter makes it up to a tenth of ten minutes earlier, never later.
    fixture.clock.advance(4 * HOUR - Duration::from_secs(661));
    assert_eq!(fixture.token().await, "token-1");
    assert_eq!(fixture.requested(), 1);
    fixture.clock.advance(Duration::from_secs(61));
    assert_eq!(
        fixture.token().await,
        "token-1",
        "callers do not wait for a renewal"
    );
    fixture.fetched().await;
    assert_eq!(fixture.token().await, "token-2");
    assert_eq!(fixture.requested(), 2);
}

#[tokio::test]
async fn a_short_token_is_renewed_at_half_its_lifetime() {
    let fixture = fixture(Some(Duration::from_secs(100)));
    fixture.token().await;
    fixture.clock.advance(Duration::from_secs(44));
    fixture.token().await;
    assert_eq!(fixture.requested(), 1);
    fixture.clock.advance(Duration::from_secs(6));
    fixture.token().await;
    fixture.fetched().await;
    assert_eq!(fixture.requested(), 2);
}

#[tokio::test]
async fn the_old_token_is_used_while_a_renewal_fails_and_it_is_valid() {
    let fixture = fixture(Some(HOUR));
    fixture.token().await;
    fixture.failing.store(1, Ordering::SeqCst);
    fixture.clock.advance(HOUR - Duration::from_secs(30));
    for _ in 0..50 {
        assert_eq!(fixture.token().await, "token-1");
        fixture.fetched().await;
    }
    assert_eq!(
        fixture.requested(),
        2,
        "a failing source is not called during the backoff"
    );
    fixture.clock.advance(FIRST_BACKOFF);
    fixture.token().await;
    fixture.fetched().await;
    assert_eq!(fixture.requested(), 3);
    fixture.clock.advance(Duration::from_secs(30));
    assert!(fixture.entry.get().await.is_err(), "it has expired");
}

#[tokio::test]
async fn any_number_of_callers_share_one_fetch() {
    let fixture = fixture(Some(HOUR));
    fixture.gate.forget_permits(Semaphore::MAX_PERMITS);
    let waiting: Vec<_> = (0..10_000)
        .map(|_| {
            tokio::spawn({
                let entry = fixture.entry.clone();
                async move { entry.get().await }
            })
        })
        .collect();
    while fixture.requested() == 0 {
        tokio::task::yield_now().await;
    }
    fixture.gate.add_permits(1);
    for caller in waiting {
        assert_eq!(
            text(&caller.await.expect("task").expect("token")),
            "token-1"
        );
    }
    assert_eq!(fixture.requested(), 1);
}

#[tokio::test]
async fn a_caller_that_is_dropped_does_not_cancel_the_fetch() {
    let fixture = fixture(Some(HOUR));
    fixture.gate.forget_permits(Semaphore::MAX_PERMITS);
    let first = tokio::spawn({
        let entry = fixture.entry.clone();
        async move { entry.get().await }
    });
    while fixture.requested() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    fixture.gate.add_permits(1);
    assert_eq!(fixture.token().await, "token-1");
    assert_eq!(fixture.requested(), 1);
}

#[tokio::test]
async fn waiting_callers_share_a_failure_and_the_source_is_not_overloaded() {
    let fixture = fixture(None);
    fixture.failing.store(1, Ordering::SeqCst);
    for _ in 0..100 {
        let error = fixture.entry.get().await.map(|_| ()).expect_err("sealed");
        assert!(error.is_authentication() && error.is_token_call());
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(fixture.requested(), 1);
    fixture.clock.advance(FIRST_BACKOFF);
    fixture.failing.store(0, Ordering::SeqCst);
    assert_eq!(fixture.token().await, "token-2");
}

#[tokio::test]
async fn the_backoff_after_failures_grows_to_ten_seconds() {
    let fixture = fixture(None);
    fixture.failing.store(1, Ordering::SeqCst);
    let mut last = fixture.clock.passed();
    let mut delays = Vec::new();
    while delays.len() < 8 {
        assert!(fixture.entry.get().await.is_err());
        if fixture.requested() as usize > delays.len() + 1 {
            delays.push((fixture.clock.passed() - last).as_millis());
            last = fixture.clock.passed();
        }
        fixture.clock.advance(Duration::from_millis(100));
    }
    assert_eq!(
        delays,
        [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]
    );
}

#[tokio::test]
async fn only_the_token_that_was_refused_is_dropped() {
    let fixture = fixture(None);
    let first = fixture.entry.get().await.expect("token");
    assert!(fixture.entry.refuse(&first));
    let second = fixture.entry.get().await.expect("token");
    assert_eq!(text(&second), "token-2");
    assert!(fixture.entry.refuse(&first));
    assert_eq!(fixture.token().await, "token-2");
    assert_eq!(fixture.requested(), 2);
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_kept() {
    let fixture = fixture(None);
    fixture.token().await;
    fixture.clock.advance(10_000 * HOUR);
    assert_eq!(fixture.token().await, "token-1");
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
    let entry = entry(request, source, ManualClock::new());
    assert!(
        entry
            .get()
            .await
            .is_err_and(|error| error.is_authentication())
    );
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused() {
    let request = TokenRequest {
        host: "h".into(),
        owner: "o".into(),
        account: "T12345678".into(),
    };
    let source = |_: TokenRequest| async { Ok(AccessToken::new("line\nbreak")) };
    let entry = entry(request, source, ManualClock::new());
    let error = entry.get().await.map(|_| ()).expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("break"));
}

#[tokio::test]
async fn a_source_that_hangs_is_abandoned_and_called_again() {
    let fixture = fixture(None);
    fixture.gate.forget_permits(Semaphore::MAX_PERMITS);
    let first = tokio::spawn({
        let entry = fixture.entry.clone();
        async move { entry.get().await.map(|_| ()) }
    });
    while fixture.requested() == 0 {
        tokio::task::yield_now().await;
    }
    fixture.clock.advance(FETCH_TIMEOUT);
    let error = first.await.expect("task").expect_err("no response");
    assert!(error.is_timeout() && error.is_token_call(), "{error}");
    fixture.clock.advance(FIRST_BACKOFF);
    fixture.gate.add_permits(1);
    assert_eq!(fixture.token().await, "token-2");
}

#[test]
fn a_runtime_that_rests_while_it_tries_a_token_holds_up_no_other_one() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().expect("a runtime")
    };
    let (first, second) = (runtime(), runtime());
    let fixture = fixture(None);
    let token = first.block_on(fixture.entry.get()).expect("a token");
    let held = first.block_on(token.turn());
    assert!(matches!(held, Ok(Some(_))));
    let other = second.block_on(token.turn());
    assert!(matches!(other, Ok(Some(_))));
    drop((held, other));
    token.tried(true);
    assert!(first.block_on(token.turn()).is_err());
    token.tried(false);
    assert!(matches!(second.block_on(token.turn()), Ok(None)));
}
