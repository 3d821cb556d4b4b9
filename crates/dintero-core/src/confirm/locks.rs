//! One confirmed request at a time for each operation, object and reference of a client and its clones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::lock;

/// The turn of a request: until when an earlier one may have an effect that is not visible yet.
pub(super) type Turn = OwnedMutexGuard<Option<Instant>>;

type Turns = HashMap<String, Arc<AsyncMutex<Option<Instant>>>>;

#[derive(Default)]
pub(crate) struct Locks(Mutex<(Turns, usize)>);

impl Locks {
    /// Waits until no other request of this key is on its way.
    pub(super) async fn turn(&self, key: String, now: Instant) -> Turn {
        let turn = {
            let (turns, most) = &mut *lock(&self.0);
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
}

#[cfg(test)]
mod tests;
