//! Webhooks: what is delivered to which subscription.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Notice;
use crate::errors::ApiResult;
use crate::state::Account;
use crate::state::callbacks::Callback;
use crate::state::json::{items, object, remove, set, text_of};

const PING: &str = "ping";

/// Returns a subscription as responses and pings show it, without its secret.
pub(crate) fn shown(subscription: &Value) -> Value {
    let mut shown = subscription.clone();
    remove(&mut shown["config"]["secret"], &["value"]);
    shown
}

/// Queues a ping, whose body is the subscription without any envelope.
pub(crate) fn ping(account: &mut Account, now: DateTime<Utc>, id: &str) -> ApiResult<()> {
    let subscription = account.subscriptions.get(id)?.clone();
    deliver(account, now, &subscription, PING, shown(&subscription));
    Ok(())
}

pub(super) fn on_notice(account: &mut Account, now: DateTime<Utc>, notice: &Notice) {
    let id = notice.transaction_id.as_deref();
    if notice.event.is_none() {
        let session = account.sessions.find(&notice.session_id);
        let reference = session.map(|s| s.doc["order"]["merchant_reference"].clone());
        let end = object(json!({
            "session_id": notice.session_id, "merchant_reference": reference, "transaction_id": id,
            "error": notice.error,
        }));
        let transaction = transaction(account, id);
        let payload = object(json!({"authorization": end, "transaction": transaction}));
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
    Some(account.transactions.find(id?)?.body(&[]))
}

pub(crate) fn on_token(account: &mut Account, now: DateTime<Utc>, event: &str, token: &Value) {
    publish(account, now, event, &json!({"token": token}));
}

fn publish(account: &mut Account, now: DateTime<Utc>, event: &str, payload: &Value) {
    let has = |s: &&Value| s["active"] != false && items(&s["events"]).iter().any(|e| e == event);
    let subscriptions = account.subscriptions.iter();
    for subscription in subscriptions.filter(has).cloned().collect::<Vec<_>>() {
        deliver(account, now, &subscription, event, payload.clone());
    }
}

fn deliver(account: &mut Account, now: DateTime<Utc>, to: &Value, event: &str, mut body: Value) {
    let text =
        |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let session_id = text(&body, "/authorization/session_id");
    let session_id = session_id.or_else(|| text(&body, "/transaction/session_id"));
    let url = text_of(&to["config"]["url"]);
    let callback = Callback::new(now, &session_id.unwrap_or_default(), url);
    if event != PING {
        set(&mut body, json!({"account_id": account.id, "event": event}));
        body["event_delivery"] = json!(callback.delivery_id);
    }
    account.queue_callback(Callback {
        subscription_id: Some(text_of(&to["id"]).to_owned()),
        transaction_id: text(&body, "/transaction/id"),
        error: text(&body, "/authorization/error"),
        event: Some(event.to_owned()),
        body: Some(body.to_string()),
        ..callback
    });
}
