//! The dispatcher: sends callbacks when they are due by the sandbox's clock, and records how each attempt ended.

mod sign;

use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use url::Url;

use crate::access::is_allowed;
use crate::api::checkout::transaction_operations;
use crate::shared::{Shared, lock};
use crate::state::callbacks::{Callback, CallbackResponse, CallbackState};
use crate::state::json::text_of;
use crate::state::{Account, Wait, uuid};

/// How many callbacks are sent at once, so that a receiver that hangs does not hold up the others.
const AT_ONCE: usize = 32;
const BODY_LIMIT: usize = 1 << 20;
/// How much longer than a callback an express callback may take: 60 seconds instead of 10, as documented.
const EXPRESS: u32 = 6;

#[derive(Debug)]
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
    runtime: Handle,
    /// Built for the first callback: it takes longer than the sandbox needs to start.
    http: OnceLock<Option<Client>>,
    permits: Semaphore,
    /// One for each callback and each pending operation that waits.
    tasks: Mutex<JoinSet<()>>,
    /// An attempt has ended, or an operation is completed.
    progress: Notify,
}

struct Attempt {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    time_limit: Duration,
}

impl Dispatcher {
    /// To be called on a runtime.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            runtime: Handle::current(),
            http: OnceLock::new(),
            permits: Semaphore::new(AT_ONCE),
            tasks: Mutex::default(),
            progress: Notify::new(),
        }
    }

    /// Sees to what an account has had to wait since the last time.
    pub(crate) fn notify(self: &Arc<Self>, account: &mut Account) {
        if account.waits.is_empty() {
            return;
        }
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        for wait in std::mem::take(&mut account.waits) {
            let (dispatcher, account) = (Arc::clone(self), account.id.clone());
            let task = async move {
                match wait {
                    Wait::Callback(id) => dispatcher.deliver(&account, &id).await,
                    Wait::Operation(due) => dispatcher.complete(&account, due).await,
                }
            };
            tasks.spawn_on(task, &self.runtime);
        }
    }

    pub(crate) fn stop(&self) {
        lock(&self.tasks).abort_all();
    }

    fn with<T>(
        &self,
        account: &str,
        work: impl FnOnce(&mut Account, DateTime<Utc>) -> T,
    ) -> Option<T> {
        let mut state = self.shared.state();
        let now = self.shared.settings.clock.now();
        let done = work(state.accounts.get_mut(account)?, now);
        self.shared.changed(&mut state);
        Some(done)
    }

    async fn complete(self: &Arc<Self>, account: &str, due: DateTime<Utc>) {
        self.shared.settings.clock.reached(due).await;
        self.with(account, |account, now| {
            transaction_operations::complete_pending(account, now, false);
            self.notify(account);
        });
        self.progress.notify_waiters();
    }

    /// Sends a callback until it is delivered or given up.
    async fn deliver(&self, account: &str, id: &str) {
        while let Some(due) = self.due(account, id) {
            self.shared.settings.clock.reached(due).await;
            let _permit = self.permits.acquire().await;
            self.attempt(account, id).await;
            self.progress.notify_waiters();
        }
    }

    fn due(&self, account: &str, id: &str) -> Option<DateTime<Utc>> {
        let state = self.shared.state();
        match state.accounts.get(account)?.callbacks.find(id)?.state {
            CallbackState::Waiting(due) => Some(due),
            _ => None,
        }
    }

    /// Sends a callback once and returns the body of the response; `None` if nothing may be sent.
    async fn attempt(&self, account: &str, id: &str) -> Option<Vec<u8>> {
        let prepared = self.with(account, |account, now| {
            prepare(&self.shared, account, id, now)
        });
        let (response, body) = self.send(prepared??).await;
        self.with(account, |account, now| finish(account, id, now, response));
        Some(body)
    }

    /// Makes an express callback, which is not repeated, and returns how it ended and the body of the response.
    pub(crate) async fn ask(&self, account: &str, callback: &Callback) -> (CallbackState, Vec<u8>) {
        let id = &callback.delivery_id;
        self.with(account, |account, _| account.put_callback(callback.clone()));
        let body = self.attempt(account, id).await.unwrap_or_default();
        let state = self.with(account, |account, _| {
            let callback = account.callbacks.find(id)?;
            Some(callback.state.clone())
        });
        (state.flatten().unwrap_or(CallbackState::GivenUp), body)
    }

    fn http(&self) -> Option<&Client> {
        let build = || {
            // No redirects: the signature is for one URL. No proxy: what is called is near.
            let client = Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .gzip(false)
                .pool_max_idle_per_host(0)
                .user_agent(concat!("dintero-sandbox/", env!("CARGO_PKG_VERSION")));
            client.build().ok()
        };
        self.http.get_or_init(build).as_ref()
    }

    async fn send(&self, attempt: Attempt) -> (CallbackResponse, Vec<u8>) {
        let mut body = Vec::new();
        let Some(http) = self.http() else {
            return (CallbackResponse::Unreachable, body);
        };
        let mut request = http.request(attempt.method, attempt.url);
        request = request.timeout(attempt.time_limit);
        for (name, value) in attempt.headers {
            request = request.header(name, value);
        }
        if let Some(body) = attempt.body {
            let with_type = request.header(CONTENT_TYPE, "application/json");
            request = with_type.body(body);
        }
        let received = async {
            let mut response = request.send().await?;
            while body.len() <= BODY_LIMIT
                && let Some(chunk) = response.chunk().await?
            {
                body.extend_from_slice(&chunk);
            }
            reqwest::Result::Ok(response.status().as_u16())
        };
        let response = match received.await {
            Ok(status) => CallbackResponse::Status(status),
            Err(error) if error.is_timeout() => CallbackResponse::TimedOut,
            Err(_) => CallbackResponse::Unreachable,
        };
        (response, body)
    }

    pub(crate) async fn idle(&self) {
        loop {
            let mut progress = pin!(self.progress.notified());
            progress.as_mut().enable();
            if !self.is_something_due() {
                return;
            }
            progress.await;
        }
    }

    fn is_something_due(&self) -> bool {
        let (state, now) = (self.shared.state(), self.shared.settings.clock.now());
        let is_due = |callback: &Callback| matches!(callback.state, CallbackState::Waiting(due) if due <= now);
        state.accounts.values().any(|account| {
            account.callbacks.iter().any(is_due)
                || transaction_operations::next_due(account).is_some_and(|due| due <= now)
        })
    }
}

fn finish(account: &mut Account, id: &str, now: DateTime<Utc>, response: CallbackResponse) {
    let Ok(callback) = account.callbacks.get_mut(id) else {
        return;
    };
    callback.attempted(now, response);
    if callback.state == CallbackState::GivenUp
        && let Some(id) = &callback.subscription_id
    {
        // What else waits for it is not sent any more.
        let _ = account.subscriptions.remove(id);
    }
    if callback.state == CallbackState::Delivered
        && let Some(event) = &callback.session_event
        && let Ok(session) = account.sessions.get_mut(&callback.session_id)
    {
        session.add_event((now, &uuid()), event, serde_json::Value::Null);
    }
}

/// Returns what to send, as the state is now; records that nothing may be sent there and returns `None` else.
fn prepare(
    shared: &Shared,
    account: &mut Account,
    id: &str,
    now: DateTime<Utc>,
) -> Option<Attempt> {
    let callback = account.callbacks.find(id)?;
    let hook_id = callback.subscription_id.as_deref();
    let hook = hook_id.and_then(|id| account.subscriptions.find(id));
    let url = Url::parse(&callback.url).ok();
    let is_own = url.as_ref().is_some_and(|url| shared.is_own(url));
    let url = url.filter(|url| is_allowed(url, &shared.settings.callback_hosts));
    let reason = match url {
        _ if hook.is_none() && hook_id.is_some() => "the subscription was deleted",
        _ if is_own => "the URL is the sandbox's own",
        Some(_) => "",
        None => "the URL is not on this machine, and its host was not allowed",
    };
    let Some(url) = url.filter(|_| reason.is_empty()) else {
        let callback = account.callbacks.get_mut(id).ok()?;
        callback.state = CallbackState::NotSent(reason.to_owned());
        return None;
    };
    let is_post = callback.method == "POST";
    let body = || {
        let id = callback.transaction_id.as_deref()?;
        let mut body = account.transactions.find(id)?.body(&[]);
        let session = account.sessions.find(&callback.session_id);
        if let Some(session) = session.filter(|_| callback.with_session) {
            body["session"] = session.body(&[]);
        }
        Some(body.to_string())
    };
    let own = callback.body.clone();
    let body = own.or_else(|| is_post.then(body).flatten());
    let secret = match hook {
        Some(hook) => Some(&hook["config"]["secret"]),
        None => account.signature().map(|found| &found["signature"]),
    };
    let mut headers = vec![("event-delivery", id.to_owned())];
    headers.extend(secret.map(|secret| {
        let value = text_of(&secret[if hook.is_some() { "value" } else { "secret" }]);
        let (time, method) = (now.timestamp(), &callback.method);
        match text_of(&secret["type"]) {
            "Authorization" => ("authorization", value.to_owned()),
            "HMAC-SHA1" => ("event-signature", sign::webhook(value, body.as_deref())),
            _ => {
                let signature = sign::header(value, time, &account.id, method, &url);
                ("Dintero-Signature", signature)
            }
        }
    }));
    let event = callback.event.clone().filter(|_| hook.is_some());
    headers.extend(event.map(|event| ("event", event)));
    Some(Attempt {
        time_limit: shared.settings.callback_time_limit
            * if callback.is_express { EXPRESS } else { 1 },
        headers,
        method: if is_post { Method::POST } else { Method::GET },
        url,
        body,
    })
}

#[cfg(test)]
mod tests;
