//! The dispatcher: sends callbacks when they are due by the sandbox's clock, and records how each attempt ended.

mod sign;

use std::pin::pin;
use std::sync::{Arc, LazyLock, Mutex};

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use url::Url;

use crate::access::is_allowed;
use crate::api::checkout::transaction_operations;
use crate::log::exchange;
use crate::shared::{Shared, lock};
use crate::state::callbacks::{Callback, CallbackAttempt, CallbackResponse, CallbackState};
use crate::state::json::text_of;
use crate::state::{Account, SandboxState, Wait, uuid};

/// How many callbacks are sent at once, so that a receiver that hangs does not hold up the others.
const AT_ONCE: usize = 32;
const BODY_LIMIT: usize = 1 << 20;
/// How many characters of a response the inspector shows.
const SHOWN: usize = 2_000;
/// How much longer than a callback an express callback may take: 60 seconds instead of 10, as documented.
const EXPRESS: u32 = 6;

/// Built for the first callback: it takes longer than the sandbox needs to start.
static HTTP: LazyLock<Option<Client>> = LazyLock::new(|| {
    // No redirects: the signature is for one URL. No proxy: what is called is near. No connection outlives its runtime.
    let client = || {
        Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .gzip(false)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("dintero-sandbox/", env!("CARGO_PKG_VERSION")))
    };
    let built = client().build();
    // Without root certificates, as in an image without any, http still works.
    #[cfg(any(
        feature = "rustls-no-provider",
        feature = "rustls",
        feature = "native-tls"
    ))]
    let built = built.or_else(|_| client().tls_certs_only([]).build());
    built.ok()
});

#[derive(Debug)]
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
    runtime: Handle,
    permits: Semaphore,
    /// One for each callback and each pending operation that waits.
    tasks: Mutex<JoinSet<()>>,
    /// An attempt has ended, or an operation is completed.
    progress: Notify,
}

impl Dispatcher {
    /// To be called on a runtime.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            runtime: Handle::current(),
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
        for (due, wait) in std::mem::take(&mut account.waits) {
            let task = Arc::clone(self).see_to(account.id.clone(), due, wait);
            tasks.spawn_on(task, &self.runtime);
        }
    }

    pub(crate) fn stop(&self) {
        lock(&self.tasks).abort_all();
    }

    fn with<T>(&self, account: &str, work: impl FnOnce(&mut Account) -> Option<T>) -> Option<T> {
        let work = |state: &mut SandboxState| work(state.accounts.get_mut(account)?);
        self.shared.change(work)
    }

    /// Completes an operation, or sends a callback until it is delivered or given up.
    async fn see_to(self: Arc<Self>, account: String, mut due: DateTime<Utc>, wait: Wait) {
        let clock = &self.shared.settings.clock;
        loop {
            clock.reached(due).await;
            let next = match &wait {
                Wait::Callback(id) => {
                    let _permit = self.permits.acquire().await;
                    self.attempt(&account, id).await.0
                }
                Wait::Operation => self.with(&account, |account| {
                    transaction_operations::complete_pending(account, clock.now(), false);
                    self.notify(account);
                    None
                }),
            };
            self.progress.notify_waiters();
            match next {
                Some(CallbackState::Waiting(next)) => due = next,
                _ => return,
            }
        }
    }

    /// Sends a callback once; returns the state that this leaves it in, and the body of the response.
    async fn attempt(&self, account: &str, id: &str) -> (Option<CallbackState>, Vec<u8>) {
        let request = self.with(account, |account| self.prepare(account, id));
        let Some(request) = request else {
            let state = |account: &mut Account| Some(account.callbacks.find(id)?.state.clone());
            return (self.with(account, state), Vec::new());
        };
        let (response, shown, body) = receive(request).await;
        let attempt = CallbackAttempt {
            at: self.shared.settings.clock.now(),
            response,
            received: shown,
        };
        let state = self.with(account, |account| finish(account, id, attempt));
        (state, body)
    }

    /// Makes an express callback, which is not repeated; returns how it ended and the body of the response.
    pub(crate) async fn ask(
        &self,
        account: &str,
        callback: &Callback,
    ) -> (Option<CallbackState>, Vec<u8>) {
        self.with(account, |account| {
            account.put_callback(callback.clone());
            Some(())
        });
        self.attempt(account, &callback.delivery_id).await
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
            account.callbacks.iter().any(is_due) || transaction_operations::is_due(account, now)
        })
    }

    /// Returns what to send, as the state is now; records that nothing may be sent there and returns `None` else.
    fn prepare(&self, account: &mut Account, id: &str) -> Option<RequestBuilder> {
        let settings = &self.shared.settings;
        let callback = account.callbacks.find(id)?;
        let hook_id = callback.subscription_id.as_deref();
        let hook = hook_id.and_then(|id| account.subscriptions.find(id));
        let url = Url::parse(&callback.url).ok();
        let is_own = url.as_ref().is_some_and(|url| self.shared.is_own(url));
        let url = url.filter(|url| is_allowed(url, &settings.callback_hosts));
        let reason = match url {
            _ if hook.is_none() && hook_id.is_some() => "the subscription was deleted",
            _ if is_own => "the URL is the sandbox's own",
            _ if HTTP.is_none() => "no HTTP client could be made",
            Some(_) => "",
            None => "the URL is not on this machine, and its host was not allowed",
        };
        let Some(url) = url.filter(|_| reason.is_empty()) else {
            let callback = account.callbacks.get_mut(id).ok()?;
            callback.state = CallbackState::NotSent(reason.to_owned());
            return None;
        };
        let method = callback.method.parse().unwrap_or(Method::GET);
        let body = || {
            let id = callback.transaction_id.as_deref()?;
            let mut body = account.transactions.find(id)?.body(&[]);
            let session = account.sessions.find(&callback.session_id);
            if let Some(session) = session.filter(|_| callback.with_session) {
                body["session"] = session.body(&[]);
            }
            Some(body.to_string()).filter(|_| method == Method::POST)
        };
        let body = callback.body.clone().or_else(body);
        let time_limit = settings.callback_time_limit;
        let mut request = HTTP.as_ref()?.request(method, url.clone());
        request = request.timeout(time_limit * if callback.is_express { EXPRESS } else { 1 });
        request = request.header("event-delivery", id);
        let signature = account.signatures.iter().next();
        let (secret, member) = match hook {
            Some(hook) => {
                request = request.header("event", callback.event.clone().unwrap_or_default());
                (Some(&hook["config"]["secret"]), "value")
            }
            None => (signature.map(|found| &found["signature"]), "secret"),
        };
        if let Some(secret) = secret {
            let value = text_of(&secret[member]);
            let (time, method) = (settings.clock.now().timestamp(), &callback.method);
            request = match text_of(&secret["type"]) {
                "Authorization" => request.header("authorization", value),
                "HMAC-SHA1" => {
                    request.header("event-signature", sign::webhook(value, body.as_deref()))
                }
                _ => {
                    let signature = sign::header(value, time, &account.id, method, &url);
                    request.header("Dintero-Signature", signature)
                }
            };
        }
        Some(match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        })
    }
}

fn finish(account: &mut Account, id: &str, attempt: CallbackAttempt) -> Option<CallbackState> {
    let now = attempt.at;
    let callback = account.callbacks.get_mut(id).ok()?;
    callback.attempted(attempt);
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
    Some(callback.state.clone())
}

/// Sends a request; returns how that ended, the response as the inspector shows it, and its body.
async fn receive(request: RequestBuilder) -> (CallbackResponse, String, Vec<u8>) {
    let mut body = Vec::new();
    let received = async {
        let mut response = request.send().await?;
        while body.len() <= BODY_LIMIT
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        reqwest::Result::Ok((response.status(), response.headers().clone()))
    };
    let (response, shown) = match received.await {
        Ok((status, headers)) => {
            let message = (headers, Bytes::from(body.clone()));
            let mut shown = exchange::text(status.as_u16().to_string(), &message, None);
            if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
                shown.truncate(end);
                shown += "\n(cut here)";
            }
            (CallbackResponse::Status(status.as_u16()), shown)
        }
        Err(error) if error.is_timeout() => (CallbackResponse::TimedOut, String::new()),
        Err(_) => (CallbackResponse::Unreachable, String::new()),
    };
    (response, shown, body)
}

#[cfg(test)]
mod tests;
