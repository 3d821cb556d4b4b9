//! One confirmed request at a time for each operation, object and reference of a client and its clones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The turn of a request: until when an earlier one may have an effect that is not visible yet.
pub(super) type Turn = OwnedMutexGuard<Option<Instant>>;

type Turns = HashMap<String, Arc<AsyncMutex<Option<Instant>>>>;

/// The requests that are on their way, or may have an effect that is not visible yet.
#[derive(Default)]
pub(crate) struct Locks(Mutex<(Turns, usize)>);

impl Locks {
    /// Waits until no other request of this key is on its way.
    pub(super) async fn turn(&self, key: String, now: Instant) -> Turn {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (turns, most) = &mut *turns;
            if turns.len() > *most {
                turns.retain(|_, turn| {
                    let until = turn.try_lock().map_or(None, |until| *until);
                    Arc::strong_count(turn) > 1 || until.is_some_and(|until| until > now)
                });
                // Looking at all of them costs a constant time for each request.
                *most = 64 + 2 * turns.len();
            }
            turns.entry(key).or_default().clone()
        };
        turn.lock_owned().await
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .len()
    }
}

#[cfg(test)]
mod tests;
