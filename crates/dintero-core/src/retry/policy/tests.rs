use std::time::Duration;

use super::RetryPolicy;

#[test]
fn delays_stay_below_a_bound_that_doubles_up_to_the_cap() {
    let policy = RetryPolicy::default();
    for (next, bound) in [(2, 250), (3, 500), (4, 1000), (9, 8000), (u32::MAX, 8000)] {
        for _ in 0..200 {
            let delay = policy.delay_before(next, None).expect("no Retry-After");
            assert!(delay <= Duration::from_millis(bound), "{next}: {delay:?}");
        }
    }
}

#[test]
fn delays_are_spread() {
    let policy = RetryPolicy::default();
    let different: std::collections::BTreeSet<_> =
        (0..50).map(|_| policy.delay_before(4, None)).collect();
    assert!(different.len() > 10);
}

#[test]
fn retry_after_is_waited_for_and_never_cut_short() {
    let policy = RetryPolicy::default();
    let wait = policy
        .delay_before(2, Some(Duration::from_secs(60)))
        .expect("within the cap");
    assert!(wait >= Duration::from_secs(60) && wait <= Duration::from_secs(61));
    assert_eq!(policy.delay_before(2, Some(Duration::from_secs(61))), None);
}
