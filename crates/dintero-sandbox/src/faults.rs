//! Faults on demand: what the next call of an operation runs into.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many faults can wait for one operation.
const LIMIT: usize = 1_000;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answer with this status and an error body; nothing is done. A 429 says `Retry-After: 1` (seconds).
    Status(u16),
    /// Read the request, do nothing and close the connection without an answer.
    CloseBeforeWork,
    /// Do the work and close the connection without an answer: the caller cannot know that it was done.
    CloseAfterWork,
    /// Wait this long (on tokio's clock) before the work, then do and answer as usual.
    Delay(Duration),
    /// Capture, refund and void answer 202; the work is done when the sandbox's clock has moved this far, or at
    /// [`Sandbox::complete_pending`](crate::Sandbox::complete_pending). Other operations do as usual.
    Pending(Duration),
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<BTreeMap<String, VecDeque<Fault>>>);

impl Faults {
    /// Queues a fault; false when the queue of the operation is full.
    pub(crate) fn push(&self, operation_id: &str, fault: Fault) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = waiting.entry(operation_id.to_owned()).or_default();
        let room = queue.len() < LIMIT;
        if room {
            queue.push_back(fault);
        }
        room
    }

    pub(crate) fn next(&self, operation_id: &str) -> Option<Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(operation_id)?
            .pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_met_once_and_in_order() {
        let faults = Faults::default();
        assert!(faults.push("a", Fault::Status(500)));
        assert!(faults.push("a", Fault::CloseAfterWork));
        assert_eq!(faults.next("b"), None);
        assert_eq!(faults.next("a"), Some(Fault::Status(500)));
        assert_eq!(faults.next("a"), Some(Fault::CloseAfterWork));
        assert_eq!(faults.next("a"), None);
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let faults = Faults::default();
        assert!((0..LIMIT).all(|_| faults.push("a", Fault::CloseBeforeWork)));
        assert!(!faults.push("a", Fault::CloseBeforeWork));
    }
}
