#![doc = include_str!("../README.md")]

mod access;
mod api;
mod auth;
mod body;
mod builder;
mod call;
mod callbacks;
mod check;
mod clients;
mod clock;
mod corrupt;
mod delivery;
mod dispatch;
mod documents;
mod errors;
mod faults;
mod handlers;
mod html;
mod log;
mod pages;
mod payer;
mod persistence;
mod query;
mod redact;
mod schema;
mod shared;
mod state;
mod wire;

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

pub use api::checkout::card::Card;
pub use builder::SandboxBuilder;
pub use clients::Client;
pub use clock::Clock;
#[doc(hidden)] // for tests that validate responses
pub use documents::DOCUMENTS;
pub use faults::{Fault, FaultError};
pub use log::{LoggedRequest, Refusal};
pub use payer::{PayError, Payer};
pub use state::callbacks::{Callback, CallbackAttempt, CallbackResponse, CallbackState};

use api::checkout::transaction_operations;
use dispatch::Server;
use shared::Shared;

/// A running sandbox. Dropping it stops the server and closes its connections.
pub struct Sandbox {
    server: Arc<Server>,
    /// A server for each address.
    tasks: Vec<AbortHandle>,
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1 and `::1`, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder for a sandbox with other settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Returns the base URL without a trailing slash, such as `http://127.0.0.1:34567`. The paths below it begin with
    /// `/v1` or `/v2`, those of api.dintero.com and of checkout.dintero.com alike.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared().base_url
    }

    /// Returns the port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared().port
    }

    /// Returns the sandbox's own account, by default `T12345678`.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.shared().settings.account
    }

    /// Returns the id of the first API client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.shared().settings.clients[0].id
    }

    /// Returns the secret of the first API client.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.shared().settings.clients[0].secret
    }

    /// Moves the sandbox's clock forward: tokens, sessions, cards and card tokens expire by it.
    pub fn advance(&self, by: Duration) {
        self.shared().settings.clock.advance(by);
        self.shared().change(|_| {});
    }

    /// Pays a session with a card, as the payer would at the session's `url`.
    ///
    /// Returns the id of the transaction. A declined or failed card is not an error here: it makes a transaction with
    /// that status, as in Dintero.
    ///
    /// # Errors
    ///
    /// Returns an error if the session does not exist, has expired, is cancelled, completed or locked. Nothing is
    /// changed then.
    pub fn pay(&self, session_id: &str, card: Card) -> Result<String, PayError> {
        self.payer(session_id).pay(card)
    }

    /// Returns the payer of a session, who can do more than [`Sandbox::pay`]: wait on hold, cancel.
    pub fn payer<'a>(&'a self, session_id: &'a str) -> Payer<'a> {
        Payer::new(&self.server, session_id)
    }

    /// Returns the callbacks of all accounts and how they ended: for each account the newest 20,000, oldest first.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        self.shared().state().callbacks().cloned().collect()
    }

    /// Waits until every callback that is due by the sandbox's clock has been tried. A retry is due later: move the
    /// clock with [`Sandbox::advance`], then wait again.
    pub async fn callbacks_sent(&self) {
        self.server.dispatcher.idle().await;
    }

    /// Carries out at once what [`Fault::Pending`] has put off, in all accounts.
    pub fn complete_pending(&self) {
        let now = self.shared().settings.clock.now();
        self.shared().change(|state| {
            for account in state.accounts.values_mut() {
                transaction_operations::complete_pending(account, now, true);
                self.server.dispatcher.notify(account);
            }
        });
    }

    /// Returns a digest of the state without tokens, callbacks and the log: the same before and after a request that
    /// changed nothing.
    #[must_use]
    pub fn state_digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", self.shared().state().accounts).hash(&mut hasher);
        hasher.finish()
    }

    /// Revokes every token, so that each client's next call is a 401.
    pub fn revoke_tokens(&self) {
        self.shared().change(|state| state.tokens.keep_newest(0));
    }

    /// Brings the state file, if there is one, to the disk; see [`SandboxBuilder::state_file`].
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written. The old one stays intact, and what has changed is written the next
    /// time.
    pub fn save_state(&self) -> io::Result<()> {
        self.shared().save()
    }

    /// Writes every further request to `copy`, too: a line of JSON each, flushed at once. If writing fails, no more is
    /// written, and the page `/_sandbox` says so.
    pub fn copy_log_to(&self, copy: impl io::Write + Send + 'static) {
        self.server.log.copy_to(Box::new(copy));
    }

    /// Returns the newest 10,000 requests, oldest first, without headers, queries and bodies, which only the inspector shows.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        let entries = self.server.log.entries();
        entries.iter().map(|entry| (**entry).clone()).collect()
    }

    /// Returns how many requests of one operation are in the log.
    #[must_use]
    pub fn count(&self, operation_id: &str) -> usize {
        let requests = self.requests();
        let ids = requests.iter().filter_map(|r| r.operation_id.as_deref());
        ids.filter(|id| *id == operation_id).count()
    }

    /// Empties the log.
    pub fn clear_requests(&self) {
        self.server.log.clear();
    }

    /// Injects a fault into the next call of an operation; several queue up. The token request is
    /// `aid_auths_oauth_token_post`.
    ///
    /// # Panics
    ///
    /// Panics if the sandbox has no operation of that id, since a test with a misspelt one would prove nothing, and if
    /// more than 1,000 faults wait for it.
    pub fn fail_next(&self, operation_id: &str, fault: Fault) {
        let known = documents::is_operation(operation_id);
        assert!(known, "the sandbox has no operation {operation_id}");
        assert!(
            self.server.faults.push(operation_id, fault),
            "too many faults wait for {operation_id}"
        );
    }

    /// Injects faults by chance from now on, in place of an earlier setting, into about `rate` of all requests (0 for none,
    /// 1 for each), the token request included. The same seed and the same order of requests give the same faults. Those
    /// that [`Sandbox::fail_next`] has queued come first.
    ///
    /// Each is as likely as any other: 429 and 503 with `Retry-After: 1`, 500, a connection closed before or after the work,
    /// 100 ms of delay, a stale token, a truncated body, an unknown value, an extra field.
    pub fn fail_at_random(&self, seed: u64, rate: f64) {
        self.server.faults.at_random(seed, rate);
    }

    fn shared(&self) -> &Shared {
        &self.server.shared
    }
}

/// Shows where the sandbox is, not what it holds, which includes tokens and PINs.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Sandbox");
        f.field("url", &self.url())
            .field("account", &self.account())
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.server.dispatcher.stop();
        // A caller that must know whether it could be saved calls `save_state` before.
        let _ = self.save_state();
        if let Some(file) = &self.shared().state_file {
            file.close();
        }
    }
}
