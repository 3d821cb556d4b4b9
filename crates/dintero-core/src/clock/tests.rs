use std::future::{pending, ready};
use std::pin::pin;
use std::time::Duration;

use super::{Clock, ManualClock, SystemClock, before};

#[tokio::test]
async fn a_manual_clock_reaches_a_time_only_when_it_is_advanced() {
    let clock = ManualClock::new();
    let end = clock.sleep_until(clock.now() + Duration::from_secs(5));
    assert_eq!(before(end, pin!(ready(1))).await, Some(1));
    let end = clock.sleep_until(clock.now() + Duration::from_secs(5));
    let waiting = tokio::spawn(async move { before(end, pin!(pending::<()>())).await });
    clock.advance(Duration::from_secs(5));
    assert_eq!(waiting.await.expect("task"), None);
}

#[tokio::test(start_paused = true)]
async fn the_system_clock_follows_tokios_time() {
    let start = SystemClock.now();
    SystemClock.sleep(Duration::from_secs(60)).await;
    assert!(SystemClock.now() - start >= Duration::from_secs(60));
    let end = SystemClock.sleep_until(SystemClock.now() + Duration::from_secs(1));
    assert_eq!(before(end, pin!(pending::<()>())).await, None);
}
