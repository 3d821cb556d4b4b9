use std::sync::Arc;
use std::time::Duration;

use super::Locks;
use crate::{Clock, ManualClock};

#[tokio::test]
async fn one_of_the_same_key_waits_and_others_do_not() {
    let (locks, clock) = (Arc::new(Locks::default()), ManualClock::new());
    let first = locks.turn("a".to_owned(), clock.now()).await;
    drop(locks.turn("b".to_owned(), clock.now()).await);
    let mut second = Box::pin(locks.turn("a".to_owned(), clock.now()));
    let poll = |second: &mut _| futures_poll(second);
    assert!(poll(&mut second).is_none());
    drop(first);
    assert!(poll(&mut second).is_some());
}

fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn entries_are_freed_once_nothing_can_become_visible() {
    let (locks, clock) = (Locks::default(), ManualClock::new());
    for request in 0..20_000 {
        let mut turn = locks.turn(request.to_string(), clock.now()).await;
        *turn = Some(clock.now() + Duration::from_secs(30));
        drop(turn);
        clock.advance(Duration::from_secs(1));
        assert!(
            crate::lock(&locks.0).0.len() <= 64 + 2 * 30 + 1,
            "{request}"
        );
    }
}
