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

    /// To be called after each change of the state: it is in the state file, if there is one, before any response says so.
    pub(crate) fn changed(&self, state: &mut SandboxState) {
        if let Some(file) = &self.state_file {
            // The state file keeps a failure for the log's page; the next change tries again.
            let _ = file.write(state, self.settings.clock.moved_ms());
        }
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
