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
    let authorization = transaction.ledger.authorization;
    let error = authorization.error();
    let session_event = match authorization {
        Authorization::OnHold => "ON_HOLD_CALLBACK_SENT",
        _ => "AUTH_CALLBACK_SENT",
    };
    let notice = Notice {
        session_id: transaction.session_id.clone(),
        transaction_id: Some(id.to_owned()),
        time: transaction.created_at,
        error,
        unconditional: error.is_none() || was_held,
        session_event: error.is_none().then_some(session_event),
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
    let session_id = &notice.session_id;
    let callback = match target {
        Ok(target) => Callback {
            method: if target.is_post { "POST" } else { "GET" }.to_owned(),
            with_session: target.with_session,
            state: CallbackState::Waiting(now + target.delay),
            ..Callback::new(now, session_id, &target.call(session_id, &parameters))
        },
        Err(reason) => Callback {
            method: "GET".to_owned(),
            state: CallbackState::NotSent(reason.to_owned()),
            ..Callback::new(now, session_id, callback_url)
        },
    };
    account.queue_callback(Callback {
        transaction_id: notice.transaction_id,
        error: notice.error.map(str::to_owned),
        event: notice.event.map(|(event, _)| event),
        session_event: notice.session_event.map(str::to_owned),
        ..callback
    });
}
