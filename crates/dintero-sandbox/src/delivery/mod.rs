//! The dispatcher: sends callbacks that are due by the sandbox's clock, and records how each attempt ended.

mod sign;

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};

use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use url::Url;

use crate::access::is_allowed;
use crate::api::checkout::transaction_operations;
use crate::shared::{Shared, lock};
use crate::state::callbacks::{Callback, CallbackResponse, CallbackState};
use crate::state::json::text_of;
use crate::state::{Account, SandboxState, uuid};

/// How many callbacks are sent at once, so that a receiver that hangs does not hold up the others.
const AT_ONCE: usize = 32;
const BODY_LIMIT: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
    /// Built for the first callback: it takes longer than the sandbox needs to start.
    http: OnceLock<Option<Client>>,
    wake: Notify,
    /// An attempt has started or ended.
    progress: Notify,
    /// The ids of the callbacks that are being sent. Only changed under the state's lock.
    in_flight: Mutex<BTreeSet<String>>,
}

struct Attempt {
    account: String,
    delivery_id: String,
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Dispatcher {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            http: OnceLock::new(),
            wake: Notify::new(),
            progress: Notify::new(),
            in_flight: Mutex::default(),
        }
    }

    pub(crate) fn notify(&self, account: &Account) {
        if !account.callbacks.waiting.is_empty() || !account.checkout.pending.is_empty() {
            self.wake.notify_one();
        }
    }

    fn http(&self) -> Option<&Client> {
        let build = || {
            #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
            let _ = rustls_lib::crypto::ring::default_provider().install_default();
            // No redirects: the signature is for one URL. No proxy: what is called is near.
            let client = Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .gzip(false)
                .pool_max_idle_per_host(0)
                .timeout(self.shared.settings.callback_time_limit)
                .user_agent(concat!("dintero-sandbox/", env!("CARGO_PKG_VERSION")));
            client.build().ok()
        };
        self.http.get_or_init(build).as_ref()
    }

    async fn send(&self, attempt: &Attempt) -> CallbackResponse {
        let Some(http) = self.http() else {
            return CallbackResponse::Unreachable;
        };
        let mut request = http.request(attempt.method.clone(), attempt.url.clone());
        for (name, value) in &attempt.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &attempt.body {
            let with_type = request.header(CONTENT_TYPE, "application/json");
            request = with_type.body(body.clone());
        }
        let received = async {
            let mut response = request.send().await?;
            let mut read = 0;
            while read <= BODY_LIMIT
                && let Some(chunk) = response.chunk().await?
            {
                read += chunk.len();
            }
            reqwest::Result::Ok(response.status().as_u16())
        };
        match received.await {
            Ok(status) => CallbackResponse::Status(status),
            Err(error) if error.is_timeout() => CallbackResponse::TimedOut,
            Err(_) => CallbackResponse::Unreachable,
        }
    }

    /// Sends callbacks until the task is aborted; requests in flight end with it.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut sending = JoinSet::new();
        loop {
            let next = self.start_due(&mut sending);
            self.progress.notify_waiters();
            let next = next.filter(|_| sending.len() < AT_ONCE);
            let due = self.shared.settings.clock.reached(next.unwrap_or_default());
            tokio::select! {
                () = self.wake.notified() => {}
                () = due, if next.is_some() => {}
                Some(_) = sending.join_next() => {}
            }
        }
    }

    pub(crate) async fn idle(&self) {
        loop {
            let mut progress = pin!(self.progress.notified());
            progress.as_mut().enable();
            {
                let (state, now) = (self.shared.state(), self.shared.settings.clock.now());
                let nothing_due = next_due(&state, &BTreeSet::new()).is_none_or(|due| due > now);
                if nothing_due && lock(&self.in_flight).is_empty() {
                    return;
                }
            }
            progress.await;
        }
    }

    /// Completes pending operations and starts the attempts that are due; returns the time of the next.
    fn start_due(self: &Arc<Self>, sending: &mut JoinSet<()>) -> Option<DateTime<Utc>> {
        let now = self.shared.settings.clock.now();
        let mut state = self.shared.state();
        let mut in_flight = lock(&self.in_flight);
        let mut changed = false;
        for account in state.accounts.values_mut() {
            let pending = account.checkout.pending.len();
            transaction_operations::complete_pending(account, now, false);
            changed |= account.checkout.pending.len() != pending;
            let is_due = |callback: &&Callback| {
                matches!(callback.state, CallbackState::Waiting(due) if due <= now)
                    && !in_flight.contains(&callback.delivery_id)
            };
            let due = account.callbacks.waiting.iter().filter(is_due);
            let due = due.take(AT_ONCE.saturating_sub(sending.len()));
            for id in due.map(|c| c.delivery_id.clone()).collect::<Vec<_>>() {
                let Some(attempt) = prepare(&self.shared, account, &id, now) else {
                    changed = true;
                    continue;
                };
                in_flight.insert(id);
                let dispatcher = Arc::clone(self);
                sending.spawn(async move {
                    let response = dispatcher.send(&attempt).await;
                    dispatcher.finish(&attempt, response);
                });
            }
        }
        if changed {
            self.shared.changed(&mut state);
        }
        next_due(&state, &in_flight)
    }

    fn finish(&self, attempt: &Attempt, response: CallbackResponse) {
        let mut state = self.shared.state();
        let now = self.shared.settings.clock.now();
        lock(&self.in_flight).remove(&attempt.delivery_id);
        let Some(account) = state.accounts.get_mut(&attempt.account) else {
            return;
        };
        let noted = account.callbacks.change(&attempt.delivery_id, |callback| {
            callback.attempted(now, response);
            if callback.state == CallbackState::GivenUp
                && let Some(id) = &callback.subscription_id
            {
                // What else waits for it is not sent any more.
                let _ = account.admin.subscriptions.remove(id, "subscription");
            }
            let event = callback.session_event.clone();
            let event = event.filter(|_| callback.state == CallbackState::Delivered);
            Some((event?, callback.session_id.clone()))
        });
        if let Some((event, session_id)) = noted.flatten()
            && let Ok(session) = account.checkout.sessions.get_mut(&session_id, "session")
            && session.check_capacity().is_ok()
        {
            session.add_event((now, &uuid()), &event, serde_json::Value::Null);
        }
        self.shared.changed(&mut state);
    }
}

fn next_due(state: &SandboxState, in_flight: &BTreeSet<String>) -> Option<DateTime<Utc>> {
    let of_callback = |callback: &Callback| match callback.state {
        CallbackState::Waiting(due) if !in_flight.contains(&callback.delivery_id) => Some(due),
        _ => None,
    };
    let of_account = |account: &Account| {
        let callbacks = account.callbacks.waiting.iter().filter_map(of_callback);
        let operation = transaction_operations::next_due(account);
        callbacks.chain(operation).min()
    };
    state.accounts.values().filter_map(of_account).min()
}

/// Returns what to send, as the state is now; records that nothing may be sent there and returns `None` else.
fn prepare(
    shared: &Shared,
    account: &mut Account,
    id: &str,
    now: DateTime<Utc>,
) -> Option<Attempt> {
    let callbacks = &mut account.callbacks;
    let callback = callbacks.waiting.find(id)?;
    let hook_id = callback.subscription_id.as_deref();
    let hook = hook_id.and_then(|id| account.admin.subscriptions.find(id));
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
        let state = CallbackState::NotSent(reason.to_owned());
        callbacks.change(id, |callback| callback.state = state);
        return None;
    };
    let is_post = callback.method == "POST";
    let body = || {
        let id = callback.transaction_id.as_deref()?;
        let mut body = account.checkout.transactions.find(id)?.body(&[]);
        let session = account.checkout.sessions.find(&callback.session_id);
        if let Some(session) = session.filter(|_| callback.with_session) {
            body["session"] = session.body(&[]);
        }
        Some(body.to_string())
    };
    let body = match hook {
        Some(_) => callback.body.clone(),
        None => is_post.then(body).flatten(),
    };
    let signature = account.admin.signature.as_ref();
    let secret = match hook {
        Some(hook) => Some(&hook["config"]["secret"]),
        None => signature.map(|found| &found["signature"]),
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
        account: account.id.clone(),
        delivery_id: id.to_owned(),
        headers,
        method: if is_post { Method::POST } else { Method::GET },
        url,
        body,
    })
}

#[cfg(test)]
mod tests;
