use super::Budget;

#[test]
fn the_budget_allows_a_hundred_retries_and_is_refilled_by_successes() {
    let budget = Budget::new();
    assert_eq!((0..1000).filter(|_| budget.try_acquire()).count(), 100);
    for _ in 0..4 {
        budget.release();
    }
    assert!(!budget.try_acquire());
    budget.release();
    assert!(budget.try_acquire());
    assert!(!budget.try_acquire());
}
