//! Whether the API accepts a token: one call tries it, while others that were refused with an older one wait for the result.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use tokio::runtime::{Handle, Id};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::Token;
use crate::lock;

/// Held by the call that tries a token.
pub(crate) type Turn = OwnedMutexGuard<()>;

const ACCEPTED: u8 = 1;
const REFUSED: u8 = 2;

#[derive(Default)]
pub(super) struct Trial {
    result: AtomicU8,
    /// One for each runtime, since a runtime that rests would hold up the others.
    turns: Mutex<Vec<(Id, Arc<AsyncMutex<()>>)>>,
}

impl Token {
    /// Returns the turn to try the token, `None` in its place if the API accepts it, or an error if the API refuses it. Waits while
    /// another call tries it.
    pub(crate) async fn turn(&self) -> Result<Option<Turn>, ()> {
        let own = {
            let (mut turns, runtime) = (lock(&self.trial.turns), Handle::current().id());
            let at = turns.iter().position(|(id, _)| *id == runtime);
            let at = at.unwrap_or_else(|| {
                turns.push((runtime, Arc::default()));
                turns.len() - 1
            });
            turns[at].1.clone()
        };
        let turn = own.lock_owned().await;
        match self.trial.result.load(Relaxed) {
            ACCEPTED => Ok(None),
            REFUSED => Err(()),
            _ => Ok(Some(turn)),
        }
    }

    /// Notes whether a call was refused with the token.
    pub(crate) fn tried(&self, is_refused: bool) {
        let result = if is_refused { REFUSED } else { ACCEPTED };
        // Most calls change nothing, and then do not contend.
        if self.trial.result.load(Relaxed) != result {
            self.trial.result.store(result, Relaxed);
        }
    }
}
