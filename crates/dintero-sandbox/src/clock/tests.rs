use super::*;

#[test]
fn a_standing_clock_moves_only_when_told() {
    let clock = Clock::standing_at(DateTime::UNIX_EPOCH);
    assert_eq!(clock.now(), clock.now());
    clock.clone().advance(Duration::from_millis(1500));
    assert_eq!(text(clock.now()), "1970-01-01T00:00:01.500Z");
}

#[test]
fn a_clock_cannot_be_moved_out_of_range() {
    let clock = Clock::standing_at(DateTime::UNIX_EPOCH);
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert_eq!(clock.now().timestamp_millis(), LIMIT_MS);
}

#[tokio::test]
async fn a_time_is_reached_when_the_clock_is_moved_there() {
    let clock = Clock::standing_at(DateTime::UNIX_EPOCH);
    let time = DateTime::UNIX_EPOCH + TimeDelta::seconds(60);
    let mut reached = pin!(clock.reached(time));
    for seconds in [0, 59] {
        clock.advance(Duration::from_secs(seconds));
        assert!(is_waiting(reached.as_mut()).await);
    }
    clock.advance(Duration::from_secs(1));
    reached.await;
}

#[tokio::test]
async fn the_system_clock_reaches_a_time_by_itself() {
    let clock = Clock::default();
    let time = clock.now() + TimeDelta::milliseconds(20);
    clock.reached(time).await;
    assert!(clock.now() >= time);
}

/// Whether the future, polled once, is still waiting.
async fn is_waiting(mut future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[test]
fn the_system_clock_is_moved_relative_to_the_machine() {
    let (plain, moved) = (Clock::default(), Clock::default());
    moved.advance(Duration::from_secs(3600));
    assert!(moved.now() - plain.now() >= TimeDelta::seconds(3599));
}
