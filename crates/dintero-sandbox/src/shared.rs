//! What all parts of a running sandbox share: the settings, the clock and the state.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::access::is_allowed;
use crate::builder::SandboxBuilder;
use crate::persistence::StateFile;
use crate::state::SandboxState;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) port: u16,
    pub(crate) settings: SandboxBuilder,
    pub(crate) state: Mutex<SandboxState>,
    pub(crate) state_file: Option<StateFile>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, SandboxState> {
        lock(&self.state)
    }

    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let base = Url::parse(&self.base_url).ok();
        let is_here = is_allowed(url, &self.settings.allowed_hosts);
        (is_here && url.port_or_known_default() == Some(self.port))
            || base.is_some_and(|base| base.origin() == url.origin())
    }

    /// Changes the state; the change is in the state file, if there is one, when this returns.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut SandboxState) -> T) -> T {
        let mut state = self.state();
        let done = work(&mut state);
        self.changed(&mut state);
        drop(state);
        self.flush();
        done
    }

    /// Queues a change for the state file, to be flushed before any response says that it was made.
    pub(crate) fn changed(&self, state: &mut SandboxState) {
        if let Some(file) = &self.state_file {
            // The state file keeps a failure for the log's page; the next change tries again.
            let _ = file.queue(state, self.settings.clock.moved_ms());
        }
    }

    pub(crate) fn flush(&self) {
        let _ = self.state_file.as_ref().map(StateFile::flush);
    }

    /// Flushes after other requests that are ready have queued their changes, too: one write is for all of them.
    pub(crate) async fn flush_together(&self) {
        if self.state_file.as_ref().is_some_and(StateFile::has_queued) {
            tokio::task::yield_now().await;
        }
        self.flush();
    }

    pub(crate) fn save(&self) -> io::Result<()> {
        let moved_ms = self.settings.clock.moved_ms();
        let save = |file: &StateFile| file.save(&mut self.state(), moved_ms);
        self.state_file.as_ref().map_or(Ok(()), save)
    }
}

/// Locks a mutex, also a poisoned one: everything behind the sandbox's locks is valid after each statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
