//! The retry budget of a client.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// A token bucket shared by all calls of a client, so that a server that is down is not overloaded by retries.
///
/// It starts with 500 tokens. A retry takes 5, a success returns 1. 100 retries in a row are possible; while the bucket is empty,
/// calls are sent once.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const RETRY: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes the tokens of one retry. Returns `false` if there are not enough.
    pub(crate) fn try_acquire(&self) -> bool {
        let take = |left: u32| left.checked_sub(Self::RETRY);
        self.0.fetch_update(Relaxed, Relaxed, take).is_ok()
    }

    pub(crate) fn release(&self) {
        // The bucket is usually full; then this is a single read.
        if self.0.load(Relaxed) < Self::FULL {
            let add = |left: u32| (left < Self::FULL).then(|| left + 1);
            let _ = self.0.fetch_update(Relaxed, Relaxed, add);
        }
    }
}

#[cfg(test)]
mod tests;
