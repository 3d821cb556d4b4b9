//! Webhooks: what is delivered to which subscription.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Notice;
use crate::errors::ApiResult;
use crate::state::callbacks::{Callback, CallbackState};
use crate::state::json::{items, remove, set, text_of};
use crate::state::{Account, uuid};

const PING: &str = "ping";

/// Returns a subscription as responses and pings show it, without its secret.
pub(crate) fn shown(subscription: &Value) -> Value {
    let mut shown = subscription.clone();
    remove(&mut shown["config"]["secret"], &["value"]);
    shown
}

/// Queues a ping, whose body is the subscription without any envelope.
pub(crate) fn ping(account: &mut Account, now: DateTime<Utc>, id: &str) -> ApiResult<()> {
    let subscription = account.admin.subscriptions.get(id, "subscription")?.clone();
    deliver(account, now, &subscription, PING, shown(&subscription));
    Ok(())
}

pub(super) fn on_notice(account: &mut Account, now: DateTime<Utc>, notice: &Notice) {
    let id = notice.transaction_id.as_deref();
    if notice.event.is_none() {
        let session = account.checkout.sessions.find(&notice.session_id);
        let reference = session.map(|s| s.doc["order"]["merchant_reference"].clone());
        let mut end = json!({"session_id": notice.session_id});
        let fields =
            json!({"merchant_reference": reference, "transaction_id": id, "error": notice.error});
        set(&mut end, fields);
        let mut payload = json!({"authorization": end});
        let fields = json!({"transaction": transaction(account, id)});
        set(&mut payload, fields);
        publish(account, now, "checkout_authorization", &payload);
    }
    if let Some(id) = id {
        on_transaction(account, now, id);
    }
}

pub(crate) fn on_transaction(account: &mut Account, now: DateTime<Utc>, id: &str) {
    let payload = json!({"transaction": transaction(account, Some(id))});
    publish(account, now, "checkout_transaction", &payload);
}

fn transaction(account: &Account, id: Option<&str>) -> Option<Value> {
    Some(account.checkout.transactions.find(id?)?.body(&[]))
}

pub(crate) fn on_token(account: &mut Account, now: DateTime<Utc>, event: &str, token: &Value) {
    publish(account, now, event, &json!({"token": token}));
}

fn publish(account: &mut Account, now: DateTime<Utc>, event: &str, payload: &Value) {
    let has = |s: &&Value| s["active"] != false && items(&s["events"]).iter().any(|e| e == event);
    let subscriptions = account.admin.subscriptions.iter();
    for subscription in subscriptions.filter(has).cloned().collect::<Vec<_>>() {
        deliver(account, now, &subscription, event, payload.clone());
    }
}

fn deliver(account: &mut Account, now: DateTime<Utc>, to: &Value, event: &str, mut body: Value) {
    let delivery_id = uuid();
    if event != PING {
        set(&mut body, json!({"account_id": account.id, "event": event}));
        body["event_delivery"] = json!(delivery_id);
    }
    let text = |at: &str| body.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let session_id = text("/authorization/session_id").or_else(|| text("/transaction/session_id"));
    account.callbacks.add(Callback {
        delivery_id,
        subscription_id: Some(text_of(&to["id"]).to_owned()),
        session_id: session_id.unwrap_or_default(),
        transaction_id: text("/transaction/id"),
        error: text("/authorization/error"),
        event: Some(event.to_owned()),
        method: "POST".to_owned(),
        url: text_of(&to["config"]["url"]).to_owned(),
        attempts: Vec::new(),
        with_session: false,
        state: CallbackState::Waiting(now),
        session_event: None,
        number: 0,
        body: Some(body.to_string()),
    });
}
