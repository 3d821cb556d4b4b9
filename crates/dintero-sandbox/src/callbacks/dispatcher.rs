//! The dispatcher: sends what is due by the sandbox's clock, and notes how it went.

use std::collections::BTreeSet;
use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use url::Url;

use super::{Callback, CallbackResponse, CallbackState, sign, target};
use crate::api::checkout::transaction_operations;
use crate::server::Shared;
use crate::state::{Account, SandboxState, uuid};

/// How many callbacks are on their way at once, so that a receiver that hangs does not hold up the others.
const AT_ONCE: usize = 32;
/// How much of a response's body is read.
const BODY_LIMIT: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Dispatcher {
    /// Built for the first callback: it takes longer than the sandbox needs to start.
    http: OnceLock<Option<Client>>,
    /// The hosts beyond this machine that may be called.
    hosts: Vec<String>,
    time_limit: Duration,
    /// There is something new to do.
    wake: Notify,
    /// Something was done.
    progress: Notify,
    /// The ids of what is on its way. Only changed under the state's lock.
    on_the_way: Mutex<BTreeSet<String>>,
}

/// One attempt, ready to be sent.
struct Job {
    account: String,
    delivery_id: String,
    method: Method,
    url: Url,
    signature: Option<String>,
    body: Option<String>,
}

impl Dispatcher {
    pub(crate) fn new(hosts: Vec<String>, time_limit: Duration) -> Self {
        Self {
            http: OnceLock::new(),
            hosts,
            time_limit,
            wake: Notify::new(),
            progress: Notify::new(),
            on_the_way: Mutex::default(),
        }
    }

    /// To be called after changes of an account.
    pub(crate) fn look_at(&self, account: &Account) {
        if !account.callbacks.is_idle() || !account.checkout.pending.is_empty() {
            self.wake.notify_one();
        }
    }

    fn on_the_way(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.on_the_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn http(&self) -> Option<&Client> {
        let build = || {
            // No redirects: the signature is for one URL. No proxy: what is called is near.
            let client = Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .gzip(false)
                .pool_max_idle_per_host(0)
                .timeout(self.time_limit)
                .user_agent(concat!("dintero-sandbox/", env!("CARGO_PKG_VERSION")));
            client.build().ok()
        };
        self.http.get_or_init(build).as_ref()
    }

    async fn send(&self, job: &Job) -> CallbackResponse {
        let Some(http) = self.http() else {
            return CallbackResponse::Unreachable;
        };
        let mut request = http
            .request(job.method.clone(), job.url.clone())
            .header("event-delivery", &job.delivery_id);
        if let Some(signature) = &job.signature {
            request = request.header("Dintero-Signature", signature);
        }
        if let Some(body) = &job.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let failed = |error: &reqwest::Error| match error.is_timeout() {
            true => CallbackResponse::TimedOut,
            false => CallbackResponse::Unreachable,
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(&error),
        };
        let mut read = 0;
        while read <= BODY_LIMIT {
            match response.chunk().await {
                Ok(Some(chunk)) => read += chunk.len(),
                Ok(None) => break,
                Err(error) => return failed(&error),
            }
        }
        CallbackResponse::Status(response.status().as_u16())
    }
}

/// Sends callbacks until the task is aborted; what is on its way ends with it.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut sending = JoinSet::new();
    loop {
        let next = start_due(&shared, &mut sending);
        shared.dispatcher.progress.notify_waiters();
        let full = sending.len() >= AT_ONCE;
        let due = async {
            match next {
                Some(next) if !full => shared.clock.reached(next).await,
                _ => pending().await,
            }
        };
        tokio::select! {
            () = shared.dispatcher.wake.notified() => {}
            () = due => {}
            Some(_) = sending.join_next() => {}
        }
    }
}

/// Waits until all that is due by now has been tried.
pub(crate) async fn settled(shared: &Shared) {
    loop {
        let mut progress = pin!(shared.dispatcher.progress.notified());
        progress.as_mut().enable();
        {
            let (state, now) = (shared.state(), shared.clock.now());
            let nothing_due = next_due(&state, &BTreeSet::new()).is_none_or(|due| due > now);
            if nothing_due && shared.dispatcher.on_the_way().is_empty() {
                return;
            }
        }
        progress.await;
    }
}

/// When there is something to do next.
fn next_due(state: &SandboxState, on_the_way: &BTreeSet<String>) -> Option<DateTime<Utc>> {
    let of_account = |account: &Account| {
        let waits = |callback: &&Callback| !on_the_way.contains(&callback.delivery_id);
        let callbacks = account.callbacks.waiting.iter().filter(waits);
        let callbacks = callbacks.filter_map(|callback| match callback.state {
            CallbackState::Waiting(due) => Some(due),
            _ => None,
        });
        callbacks
            .chain(transaction_operations::next_due(account))
            .min()
    };
    state.accounts.values().filter_map(of_account).min()
}

/// Completes what is pending and starts what is due; gives the time of the next.
fn start_due(shared: &Arc<Shared>, sending: &mut JoinSet<()>) -> Option<DateTime<Utc>> {
    let now = shared.clock.now();
    let mut state = shared.state();
    let mut on_the_way = shared.dispatcher.on_the_way();
    let mut changed = false;
    for account in state.accounts.values_mut() {
        let pending = account.checkout.pending.len();
        transaction_operations::complete_pending(account, now, false);
        changed |= account.checkout.pending.len() != pending;
        let is_due = |callback: &&Callback| {
            matches!(callback.state, CallbackState::Waiting(due) if due <= now)
                && !on_the_way.contains(&callback.delivery_id)
        };
        let due = account.callbacks.waiting.iter().filter(is_due);
        let due: Vec<_> = due
            .map(|c| c.delivery_id.clone())
            .take(AT_ONCE.saturating_sub(sending.len()))
            .collect();
        for id in due {
            let Some(job) = prepare(account, &id, now, &shared.dispatcher.hosts) else {
                changed = true;
                continue;
            };
            on_the_way.insert(id);
            let shared = Arc::clone(shared);
            sending.spawn(async move {
                let response = shared.dispatcher.send(&job).await;
                finish(&shared, &job, response);
            });
        }
    }
    if changed {
        shared.changed();
    }
    next_due(&state, &on_the_way)
}

/// What to send, as things are now; `None` when nothing may be sent there, which is noted.
fn prepare(account: &mut Account, id: &str, now: DateTime<Utc>, hosts: &[String]) -> Option<Job> {
    let callback = account
        .callbacks
        .waiting
        .iter()
        .find(|c| c.delivery_id == id)?;
    let url = Url::parse(&callback.url).ok();
    let Some(url) = url.filter(|url| target::is_allowed(url, hosts)) else {
        let reason = "the callback_url is not on this machine, and its host was not allowed";
        let state = CallbackState::NotSent(reason.to_owned());
        account
            .callbacks
            .change(id, |callback| callback.state = state);
        return None;
    };
    let body = (callback.method == "POST").then(|| {
        let id = callback.transaction_id.as_deref()?;
        let mut body = account.checkout.transactions.find(id)?.body(&[]);
        let session = account.checkout.sessions.find(&callback.session_id);
        if let Some(session) = session.filter(|_| callback.with_session) {
            body["session"] = session.body(&[]);
        }
        Some(body.to_string())
    });
    let secret = account.admin.signature.as_ref();
    let secret = secret.and_then(|found| found["signature"]["secret"].as_str());
    let time = now.timestamp();
    Some(Job {
        account: account.id.clone(),
        delivery_id: id.to_owned(),
        signature: secret.map(|s| sign::header(s, time, &account.id, &callback.method, &url)),
        method: match callback.method.as_str() {
            "POST" => Method::POST,
            _ => Method::GET,
        },
        url,
        body: body.flatten(),
    })
}

fn finish(shared: &Shared, job: &Job, response: CallbackResponse) {
    let mut state = shared.state();
    let now = shared.clock.now();
    shared.dispatcher.on_the_way().remove(&job.delivery_id);
    let Some(account) = state.accounts.get_mut(&job.account) else {
        return;
    };
    let noted = account.callbacks.change(&job.delivery_id, |callback| {
        callback.attempted(now, response);
        let event = callback.session_event.clone();
        let event = event.filter(|_| callback.state == CallbackState::Delivered);
        Some((event?, callback.session_id.clone()))
    });
    if let Some((event, session_id)) = noted.flatten()
        && let Ok(session) = account.checkout.sessions.get_mut(&session_id, "session")
        && session.check_capacity().is_ok()
    {
        session.add_event(now, &uuid(), &event, serde_json::Value::Null);
    }
    shared.changed();
}
