//! Callbacks: which of them a session's `callback_url` asks for. Webhooks are about the same moments.

mod target;
pub(crate) mod webhooks;

use chrono::{DateTime, Utc};
use serde_json::Value;

use self::target::Target;
use crate::clock::text;
use crate::state::Account;
use crate::state::callbacks::{Callback, CallbackState};
use crate::state::checkout::Authorization;
use crate::state::json::text_of;

#[derive(Default)]
struct Notice {
    session_id: String,
    transaction_id: Option<String>,
    time: DateTime<Utc>,
    error: Option<&'static str>,
    event: Option<(String, String)>,
    /// Sent also where `callback_url` does not ask for it.
    unconditional: bool,
    session_event: Option<&'static str>,
}

/// Queues the callback for a payment as its authorization is. How a payment that `was_held` ended is always reported,
/// since the first callback promised it.
pub(crate) fn on_payment(account: &mut Account, now: DateTime<Utc>, id: &str, was_held: bool) {
    let Some(transaction) = account.transactions.find(id) else {
        return;
    };
    let (error, session_event) = match transaction.ledger.authorization {
        Authorization::OnHold => (None, Some("ON_HOLD_CALLBACK_SENT")),
        Authorization::Declined => (Some("authorization"), None),
        Authorization::Failed => (Some("failed"), None),
        Authorization::Given | Authorization::Voided => (None, Some("AUTH_CALLBACK_SENT")),
    };
    let notice = Notice {
        session_id: transaction.session_id.clone(),
        transaction_id: Some(id.to_owned()),
        time: transaction.created_at,
        error,
        unconditional: error.is_none() || was_held,
        session_event,
        ..Notice::default()
    };
    queue(account, now, notice);
}

pub(crate) fn on_cancel(account: &mut Account, now: DateTime<Utc>, session_id: &str) {
    let notice = Notice {
        session_id: session_id.to_owned(),
        time: now,
        error: Some("cancelled"),
        ..Notice::default()
    };
    queue(account, now, notice);
}

/// Queues the callbacks for a transaction's successful events from `first` on.
pub(crate) fn on_events(account: &mut Account, now: DateTime<Utc>, id: &str, first: usize) {
    let Some(transaction) = account.transactions.find(id) else {
        return;
    };
    let events = transaction.events.iter().skip(first);
    let events = events.filter(|event| event["success"] == true);
    let member = |event: &Value, name: &str| text_of(&event[name]).to_owned();
    let notice = |event: &Value| Notice {
        session_id: transaction.session_id.clone(),
        transaction_id: Some(id.to_owned()),
        time: transaction.created_at,
        event: Some((member(event, "event"), member(event, "id"))),
        ..Notice::default()
    };
    for notice in events.map(notice).collect::<Vec<_>>() {
        queue(account, now, notice);
    }
}

/// Queues webhooks, and a callback if the session has a `callback_url` that asks for it.
fn queue(account: &mut Account, now: DateTime<Utc>, notice: Notice) {
    webhooks::on_notice(account, now, &notice);
    let Some(session) = account.sessions.find(&notice.session_id) else {
        return;
    };
    let Some(callback_url) = session.doc["url"]["callback_url"].as_str() else {
        return;
    };
    let target = Target::parse(callback_url);
    let event = notice.event.as_ref();
    let is_wanted = match (&target, event) {
        (_, None) if notice.unconditional => true,
        (Ok(target), None) => target.reports_errors,
        (Ok(target), Some((event, _))) => target.reports(event),
        (Err(_), _) => false,
    };
    if !is_wanted {
        return;
    }
    let time = text(notice.time);
    let reference = session.doc["order"]["merchant_reference"].as_str();
    let parameters = [
        ("merchant_reference", reference),
        ("transaction_id", notice.transaction_id.as_deref()),
        ("time", Some(time.as_str())),
        ("error", notice.error),
        ("event", event.map(|(event, _)| event.as_str())),
        ("event_id", event.map(|(_, id)| id.as_str())),
    ];
    let url = match &target {
        Ok(target) => target.call(&notice.session_id, &parameters),
        Err(_) => callback_url.to_owned(),
    };
    let is_get = !target.as_ref().is_ok_and(|target| target.is_post);
    let with_session = target.as_ref().is_ok_and(|target| target.with_session);
    let state = match target {
        Ok(target) => CallbackState::Waiting(now + target.delay),
        Err(reason) => CallbackState::NotSent(reason.to_owned()),
    };
    let callback = Callback::new(now, &notice.session_id, &url, state);
    account.queue_callback(Callback {
        transaction_id: notice.transaction_id,
        error: notice.error.map(str::to_owned),
        event: notice.event.map(|(event, _)| event),
        method: if is_get { "GET" } else { "POST" }.to_owned(),
        with_session,
        session_event: notice.session_event.map(str::to_owned),
        ..callback
    });
}
