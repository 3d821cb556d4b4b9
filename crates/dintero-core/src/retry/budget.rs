//! How much all calls of a client together may repeat.

use std::sync::atomic::{AtomicU32, Ordering};

/// A token bucket shared by all calls of a client, so that a dead server is not hammered.
///
/// It starts full with 500; a repeat takes 5, a success puts 1 back. 100 repeats in a row are possible; when the bucket is
/// empty, calls are sent once each, until every fifth success pays for one repeat again.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const REPEAT: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Pays for one repeat, if there is enough.
    pub(crate) fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(Self::REPEAT)
            })
            .is_ok()
    }

    /// Notes a success.
    pub(crate) fn put_back(&self) {
        // In good times the bucket is full, and a read is all it costs.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left < Self::FULL).then(|| left + 1)
                });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn the_budget_allows_a_hundred_repeats_and_is_refilled_by_successes() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        for _ in 0..4 {
            budget.put_back();
        }
        assert!(!budget.take());
        budget.put_back();
        assert!(budget.take());
        assert!(!budget.take());
    }
}
