//! The retry budget of a client.

use std::sync::atomic::{AtomicU32, Ordering};

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
        self.update(|left| left.checked_sub(Self::RETRY))
    }

    pub(crate) fn release(&self) {
        // The bucket is usually full; then this is a single read.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            self.update(|left| (left < Self::FULL).then(|| left + 1));
        }
    }

    fn update(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        let updated = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
        updated.is_ok()
    }
}

#[cfg(test)]
mod tests;
