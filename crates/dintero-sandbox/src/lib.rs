//! A local Dintero for tests, demos and offline work: it keeps state, checks what it is sent and speaks Dintero's paths.
//!
//! ```
//! use dintero_sandbox::{Card, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! println!("{} {} {}", sandbox.url(), sandbox.account(), sandbox.client_id());
//! // Point a client at `url()` (it serves both hosts' paths), create a session, then be the payer:
//! let refused = sandbox.pay("T12345678.no-such-session", Card::approved());
//! assert!(refused.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! It depends on none of the client crates, so that client and sandbox cannot share a mistake. It is not for
//! production: secrets are compared, not protected, and random values are only random enough for tests.
//!
//! # What there is
//!
//! All 103 operations of the OpenAPI documents in `openapi/`, with state where Dintero keeps state, and the token call
//! with real expiry. Another path is a 404 in Dintero's error form, a known path with another method a 405.
//!
//! **Validation.** Body, query and headers of every request are validated against the documents by JSON Schema; what
//! breaks them is a 400 that names each field. In builds with debug assertions so is every response
//! ([`SandboxBuilder::check_responses`]). Formats that are none (`iso4217-code`), `oneOf` that overlap and required
//! properties of answers that the documents mark as inferred are not held against anybody.
//!
//! **Faults.** [`Sandbox::fail_next`] for the next call of an operation, [`Sandbox::fail_at_random`] by chance with a seed,
//! and from another process the header `Sandbox-Fault` on the request itself, with the texts of [`Fault`]; another text is
//! a 400.
//!
//! **Log.** `GET /_sandbox` is a page, `GET /_sandbox/log.jsonl` the same as JSON lines, [`Sandbox::requests`] the same in
//! Rust: each request with its operation, verdict and what was wrong. No headers, queries and bodies; parts of paths and
//! names of fields that may be personal or secret are redacted.
//!
//! **State between runs.** [`SandboxBuilder::state_file`].
//!
//! **Pending.** [`Fault::Pending`] lets a capture, refund or void answer 202; [`Sandbox::advance`] or
//! [`Sandbox::complete_pending`] completes it. Terminals need 30 seconds of the sandbox's clock, the approval of a seller
//! an hour. The settlement history is made up: three weeks, and then what test reports add.
//!
//! **The payer.** A session's `url` is a payment page for a browser, without JavaScript: Dintero's test cards by what
//! they do, decline, time-out, on hold, cancel. It leads back to `return_url` with `merchant_reference`,
//! `transaction_id` and `error` (`authorization` for a payment that is `DECLINED`, `failed`, `cancelled`). Tests use
//! [`Sandbox::pay`] and [`Sandbox::payer`]; other processes a plain `POST` on `url`, without a token: the body is empty for
//! the approved card, or JSON such as `{"card_number": "4000 3000 0000 0006"}` (see [`Card::from_number`]) or
//! `{"action": "cancel"}` (also `decline`, `time_out`, `hold`, `release`, `refuse`). That response is JSON with
//! `transaction_id`, `session_id`, `status`, `return_url`, `redirect_url` and `error`.
//!
//! A card whose capture, refund or void times out answers 503 (500 when the session is cancelled); nothing moves, and the
//! transaction has a failed event. A payment on hold is of the type `dintero.external`; it waits for the page,
//! [`Payer::release`], [`Payer::refuse`] or `POST /transactions/{id}/authorization`.
//!
//! **Callbacks** go to `callback_url` as its query asks (`method`, `includes`, `report_error`, `report_event`,
//! `delay_callback`, `sid_parameter_name`), signed once `POST /admin/signature` has made a secret, with up to 20 retries
//! by the sandbox's clock ([`Sandbox::callbacks`], [`Sandbox::callbacks_sent`]). Only `http` and `https`, only on this
//! machine unless [`SandboxBuilder::callback_host`] allows more; no redirect and no proxy is followed; a response has 10 seconds,
//! and 64 KiB of it are read. Express callbacks (addresses, discount codes) and webhook subscriptions are not sent.
//!
//! # Where the facts are silent
//!
//! Dintero does not publish every rule. The sandbox then takes the stricter reading, so that what works here is likely
//! to work there:
//!
//! - what is not there is a 404, but a 400 with the code `NOT FOUND` where the documents describe a 400 and no 404;
//! - a path without variables wins: `GET /v1/sessions/pay` is a 405 and no session;
//! - a body where none is defined (cancel, void, close, GET, DELETE) is a 400; empty strings, `null` and numbers beyond 64 bits are refused; a property that only the API sets is refused in Shopping operations;
//! - an expired token is a 401; the audience must be `https://api.dintero.com/v1/accounts/{aid}`, also on loopback;
//! - a property that the documents call read-only is refused in requests, an unknown feature toggle too; an unknown query parameter is passed over;
//! - operations for which no scopes are documented: `admin:checkout` for API keys and the signature secret, read or write scopes of checkout for the others, of accounts for payouts;
//! - an API key may do what its maker may, `access_token` must be the maker's own, a rotated value stops working at once;
//! - a session lives 4 hours unless `expires_at` says otherwise; it takes one payment, also a declined one; updating it needs `update_without_lock=true` or the lock (`POST /v1/view/{session_id}/session/lock`, without a token), and a locked session cannot be paid;
//! - one operation of a transaction is pending at a time; a pre-authorization cannot be captured before it is final; `POST .../authorization` has no use for Klarna, since the sandbox has cards of `dintero_psp` and payments on hold only;
//! - callbacks are tried again after 10 seconds, doubled each time up to an hour, every attempt signed with its own time, all with one `event-delivery`; 3xx ends them as 4xx does; `delay_callback` is cut to 60; with auto-capture the callback comes after the capture; how a payment on hold ended is told also without `report_error`;
//! - a charge of a deleted card token is a 200 with `success: false`, of an unknown one a 400; a fund transfer beyond the source's balance is received and not carried out;
//! - capture and refund amounts are at least 1; `items`, when sent, must be lines of the transaction, add up to `amount`, and not exceed their line; a card payment that is partly captured cannot be voided;
//! - Shopping answers 409 when the state leaves no room: more than what is left of a line, a second authorization of a line without `multiple_authorizations`, an order that is closed or cancelled;
//! - an own `order_id` needs `split_draft=false`; with `split_draft=true` lines of different `groups` become orders of their own;
//! - a wallet `ref_id` used again on the same card gives the first response unchanged if path and body are the same, else a 400; `token` and `card_id` together are a 400; a wrong PIN is a 403; the status of a card stays `unused` once it is active; the cards of a customer go on after the `id` of the last one.
//!
//! # Limits
//!
//! Bodies: 1 MiB (413). Objects: 100,000 of a kind per account, 500 events per session or transaction, 500 records per
//! order, 1,000 tokens and transactions per card; about 1 GiB in all (500 with the code `SANDBOX_FULL`). Tokens: the
//! newest 10,000. Log: the newest 10,000 requests. Callbacks: 32 on their way at once; of
//! each account the newest 10,000 that wait and the newest 10,000 that are done.

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
mod log;
mod log_page;
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
pub use faults::{Fault, FaultError, RandomFaults};
pub use log::{LoggedRequest, Refusal};
pub use payer::{PayError, Payer, TransactionId};
pub use state::callbacks::{Callback, CallbackAttempt, CallbackResponse, CallbackState};

use api::checkout::operations;
use dispatch::Server;

/// A running sandbox. Dropping it stops the server and closes its connections.
pub struct Sandbox {
    server: Arc<Server>,
    /// The server, and what saves the state.
    tasks: [AbortHandle; 3],
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// For a sandbox with settings of its own.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// The base URL without a trailing slash, such as `http://127.0.0.1:34567`; the paths below it begin with `/v1` or
    /// `/v2`, those of api.dintero.com and of checkout.dintero.com alike.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.server.shared.base_url
    }

    /// The sandbox's own account, by default `T12345678`.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.server.shared.account
    }

    /// The id of the first API client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.server.shared.clients[0].id
    }

    /// The secret of the first API client.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.server.shared.clients[0].secret
    }

    /// Moves the sandbox's clock forward: tokens, sessions, cards and card tokens expire by it.
    pub fn advance(&self, by: Duration) {
        self.server.shared.clock.advance(by);
        self.server.shared.changed();
    }

    /// Pays a session with a card, as the payer would at the session's `url`.
    ///
    /// A declined or failed card is not an error here: it makes a transaction with that status, as in Dintero.
    ///
    /// # Errors
    ///
    /// When the session does not exist, has expired, is cancelled or is completed. Nothing is changed then.
    pub fn pay(&self, session_id: &str, card: Card) -> Result<TransactionId, PayError> {
        self.payer(session_id).pay(card)
    }

    /// The payer of a session, who can do more than [`Sandbox::pay`]: decline, time out, wait on hold, cancel.
    pub fn payer<'a>(&'a self, session_id: &'a str) -> Payer<'a> {
        Payer::new(&self.server, session_id)
    }

    /// The callbacks of all accounts, with what became of them: for each account the newest 10,000 that wait and the newest
    /// 10,000 that are done, oldest first.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        let state = self.server.shared.state();
        let accounts = state.accounts.values();
        accounts.flat_map(|a| a.callbacks.all()).collect()
    }

    /// Waits until every callback that is due by the sandbox's clock has been tried. A retry is due later: move the clock
    /// with [`Sandbox::advance`], then wait again.
    pub async fn callbacks_sent(&self) {
        self.server.dispatcher.settled().await;
    }

    /// Carries out at once what [`Fault::Pending`] has put off, in all accounts.
    pub fn complete_pending(&self) {
        let now = self.server.shared.clock.now();
        for account in self.server.shared.state().accounts.values_mut() {
            operations::complete_pending(account, now, true);
            self.server.dispatcher.notify(account);
        }
        self.server.shared.changed();
    }

    /// A digest of all that the sandbox keeps but tokens, callbacks and the log: the same before and after a request that changed
    /// nothing.
    #[must_use]
    pub fn state_digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", self.server.shared.state().accounts).hash(&mut hasher);
        hasher.finish()
    }

    /// Makes every token invalid, so that each client's next call meets a 401.
    pub fn revoke_tokens(&self) {
        self.server.shared.state().tokens.clear();
        self.server.shared.changed();
    }

    /// Writes what has changed to the state file, if there is one; see [`SandboxBuilder::state_file`].
    ///
    /// # Errors
    ///
    /// When the file cannot be written. The old one is whole then, and what has changed is written the next time.
    pub fn save_state(&self) -> io::Result<()> {
        self.server.shared.save()
    }

    /// Writes every further request to `copy`, too: a line of JSON each, flushed at once. When writing fails, the page
    /// `/_sandbox` says so, and no more is written.
    pub fn copy_log_to(&self, copy: impl io::Write + Send + 'static) {
        self.server.log.copy_to(Box::new(copy));
    }

    /// What arrived so far, oldest first; at most the newest 10,000 requests. No headers, queries or bodies.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.log.entries()
    }

    /// How many requests of one operation are in the log.
    #[must_use]
    pub fn count(&self, operation_id: &str) -> usize {
        self.requests()
            .iter()
            .filter(|r| r.operation_id.as_deref() == Some(operation_id))
            .count()
    }

    /// Empties the log.
    pub fn clear_requests(&self) {
        self.server.log.clear();
    }

    /// Lets the next call of an operation run into a fault; several queue up. The token call is `aid_auths_oauth_token_post`.
    ///
    /// # Panics
    ///
    /// When the sandbox has no operation of that id, since a test with a misspelt one would prove nothing; and when more
    /// than 1,000 faults wait for it.
    pub fn fail_next(&self, operation_id: &str, fault: Fault) {
        assert_known(operation_id);
        assert!(
            self.server.faults.push(operation_id, fault),
            "too many faults wait for {operation_id}"
        );
    }

    /// Lets calls run into faults by chance, from now on and instead of what was asked for before; a rate of 0 ends it.
    /// What [`Sandbox::fail_next`] has queued comes first.
    ///
    /// # Panics
    ///
    /// When the sandbox has no operation of a named id.
    pub fn fail_at_random(&self, faults: RandomFaults) {
        faults.operations().iter().for_each(|id| assert_known(id));
        self.server.faults.at_random(faults);
    }
}

fn assert_known(operation_id: &str) {
    let known = documents::is_operation(operation_id);
    assert!(known, "the sandbox has no operation {operation_id}");
}

/// Shows where the sandbox is; not what it holds, which includes tokens and PINs.
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
        // Whoever must know whether it could be saved calls `save_state` before.
        let _ = self.save_state();
    }
}

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
