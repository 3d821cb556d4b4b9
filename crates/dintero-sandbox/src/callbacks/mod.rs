//! Callbacks: which of them are due to a session's `callback_url`, and what became of each.

mod target;

use chrono::{DateTime, Utc};

use self::target::Target;
use crate::clock::text;
use crate::state::callbacks::{Callback, CallbackState};
use crate::state::{Account, uuid};

/// What a payment has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Authorized,
    Held,
    /// On hold before, and now refused.
    Refused,
    Declined,
    Failed,
}

impl Moment {
    /// The parameter `error` of the callback and of the return to the shop.
    pub(crate) fn error(self) -> Option<&'static str> {
        match self {
            Self::Authorized | Self::Held => None,
            Self::Declined => Some("authorization"),
            Self::Refused | Self::Failed => Some("failed"),
        }
    }
}

/// What one callback says.
struct News<'a> {
    session_id: &'a str,
    transaction_id: Option<&'a str>,
    time: DateTime<Utc>,
    error: Option<&'static str>,
    event: Option<(&'a str, &'a str)>,
    /// Told without being asked for.
    always: bool,
    session_event: Option<&'static str>,
}

/// A payment was authorized, held, declined or failed.
pub(crate) fn on_payment(account: &mut Account, now: DateTime<Utc>, id: &str, moment: Moment) {
    let Some(transaction) = account.checkout.transactions.find(id) else {
        return;
    };
    let session_id = transaction.session_id.clone();
    let news = News {
        session_id: &session_id,
        transaction_id: Some(id),
        time: transaction.created_at,
        error: moment.error(),
        event: None,
        always: !matches!(moment, Moment::Declined | Moment::Failed),
        session_event: match moment {
            Moment::Authorized => Some("AUTH_CALLBACK_SENT"),
            Moment::Held => Some("ON_HOLD_CALLBACK_SENT"),
            _ => None,
        },
    };
    tell(account, now, &news);
}

/// The payer left without paying.
pub(crate) fn on_cancel(account: &mut Account, now: DateTime<Utc>, session_id: &str) {
    let news = News {
        session_id,
        transaction_id: None,
        time: now,
        error: Some("cancelled"),
        event: None,
        always: false,
        session_event: None,
    };
    tell(account, now, &news);
}

/// The transaction has had new events, those from `first` on.
pub(crate) fn on_events(account: &mut Account, now: DateTime<Utc>, id: &str, first: usize) {
    let Some(transaction) = account.checkout.transactions.find(id) else {
        return;
    };
    let (session_id, time) = (transaction.session_id.clone(), transaction.created_at);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let events: Vec<_> = transaction
        .events
        .iter()
        .skip(first)
        .filter(|e| e["success"] == true)
        .map(|e| (text(&e["event"]), text(&e["id"])))
        .collect();
    for (event, event_id) in &events {
        let news = News {
            session_id: &session_id,
            transaction_id: Some(id),
            time,
            error: None,
            event: Some((event, event_id)),
            always: false,
            session_event: None,
        };
        tell(account, now, &news);
    }
}

/// Queues a callback, if the session has a `callback_url` that wants it.
fn tell(account: &mut Account, now: DateTime<Utc>, news: &News<'_>) {
    let Some(session) = account.checkout.sessions.find(news.session_id) else {
        return;
    };
    let Some(callback_url) = session.doc["url"]["callback_url"].as_str() else {
        return;
    };
    let target = Target::parse(callback_url);
    let wanted = match (&target, news.event) {
        (_, None) if news.always => true,
        (Ok(target), None) => target.reports_errors,
        (Ok(target), Some((event, _))) => target.reports(event),
        (Err(_), _) => false,
    };
    if !wanted {
        return;
    }
    let reference = session.doc["order"]["merchant_reference"].as_str();
    let time = text(news.time);
    let parameters = [
        ("merchant_reference", reference),
        ("transaction_id", news.transaction_id),
        ("time", Some(time.as_str())),
        ("error", news.error),
        ("event", news.event.map(|e| e.0)),
        ("event_id", news.event.map(|e| e.1)),
    ];
    let url = target
        .as_ref()
        .map(|t| t.call(news.session_id, &parameters));
    let posts = target.as_ref().is_ok_and(|t| t.posts);
    let callback = Callback {
        delivery_id: uuid(),
        session_id: news.session_id.to_owned(),
        transaction_id: news.transaction_id.map(str::to_owned),
        error: news.error.map(str::to_owned),
        event: news.event.map(|e| e.0.to_owned()),
        method: if posts { "POST" } else { "GET" }.to_owned(),
        url: url.unwrap_or_else(|_| callback_url.to_owned()),
        attempts: Vec::new(),
        with_session: target.as_ref().is_ok_and(|t| t.with_session),
        state: match target {
            Ok(target) => CallbackState::Waiting(now + target.delay),
            Err(reason) => CallbackState::NotSent(reason.to_owned()),
        },
        session_event: news.session_event.map(str::to_owned),
        number: 0,
    };
    account.callbacks.add(callback);
}
