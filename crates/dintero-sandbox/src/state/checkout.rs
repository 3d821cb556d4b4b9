//! Sessions and transactions, and the arithmetic of what can still be captured, refunded and voided.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::text;
use crate::errors::{ApiResult, ensure_state};
use crate::state::json::{object, pick, remove, set};
use crate::state::uuid;

pub(crate) type Cause<'a> = (DateTime<Utc>, &'a str);

/// A session: the body as it was created and updated, plus what the sandbox adds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) doc: Value,
    pub(crate) events: Vec<Value>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) cancelled: bool,
    /// The checkout page has locked the session, so that the merchant can update it.
    pub(crate) locked: bool,
    pub(crate) keeps_card: bool,
    /// The merchant has set the shipping options, so that no address callback asks for them.
    pub(crate) is_quoted: bool,
}

impl Session {
    /// The whole session as Dintero sends it; headers only when `includes` names them.
    pub(crate) fn body(&self, includes: &[&str]) -> Value {
        let mut doc = self.doc.clone();
        set(&mut doc, json!({"transaction_id": self.transaction_id}));
        doc["events"] = self.events.iter().map(|e| event(e, includes)).collect();
        doc
    }

    pub(crate) fn add_event(&mut self, (now, request_id): Cause<'_>, name: &str, details: Value) {
        self.events.push(object(json!({
            "id": uuid(), "name": name, "created_at": text(now), "request_id": request_id, "details": details,
        })));
        self.doc["updated_at"] = json!(text(now));
    }

    pub(crate) fn cancel(&mut self, cause: Cause<'_>, by: Option<&str>) {
        self.cancelled = true;
        let fields = json!({"cancelled_at": text(cause.0), "cancelled_by": by});
        set(&mut self.doc, fields);
        self.add_event(cause, "CANCELLED", Value::Null);
    }

    pub(crate) fn over(&self, now: DateTime<Utc>) -> Option<&'static str> {
        match self.transaction_id {
            _ if self.cancelled => Some("the session is cancelled"),
            Some(_) => Some("the session is completed"),
            None => (now >= self.expires_at).then_some("the session has expired"),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Authorization {
    #[default]
    Given,
    OnHold,
    Declined,
    Failed,
    Voided,
}

impl Authorization {
    /// The parameter `error` of callbacks and of the way back to the shop.
    pub(crate) fn error(self) -> Option<&'static str> {
        match self {
            Self::Declined => Some("authorization"),
            Self::Failed => Some("failed"),
            Self::Given | Self::OnHold | Self::Voided => None,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) authorization: Authorization,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    /// Set by a final capture: the rest of the authorization is released.
    pub(crate) closed: bool,
}

impl Ledger {
    pub(crate) fn new(authorization: Authorization, authorized: i64) -> Self {
        Self {
            authorization,
            authorized,
            ..Self::default()
        }
    }

    pub(crate) fn capturable(&self) -> i64 {
        match self.authorization {
            Authorization::Given if !self.closed => self.authorized - self.captured,
            _ => 0,
        }
    }

    pub(crate) fn refundable(&self) -> i64 {
        self.captured - self.refunded
    }

    pub(crate) fn status(&self) -> &'static str {
        match self.authorization {
            Authorization::OnHold => return "ON_HOLD",
            Authorization::Declined => return "DECLINED",
            Authorization::Failed => return "FAILED",
            Authorization::Voided => return "AUTHORIZATION_VOIDED",
            Authorization::Given => {}
        }
        let open = self.capturable() > 0;
        match (self.captured > 0, self.refunded > 0) {
            (false, _) => "AUTHORIZED",
            (true, false) if open => "PARTIALLY_CAPTURED",
            (true, false) => "CAPTURED",
            (true, true) if open => "PARTIALLY_CAPTURED_REFUNDED",
            (true, true) if self.refundable() > 0 => "PARTIALLY_REFUNDED",
            (true, true) => "REFUNDED",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) amount: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
}

pub(crate) fn lines(items: &[Value]) -> BTreeMap<String, Line> {
    let line = |item: &Value| {
        let amount = item["amount"].as_i64().unwrap_or(0);
        let line = Line {
            amount,
            ..Line::default()
        };
        Some((item["line_id"].as_str()?.to_owned(), line))
    };
    items.iter().filter_map(line).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Operation {
    Capture,
    Refund,
    Void,
}

impl Operation {
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Capture => "CAPTURE",
            Self::Refund => "REFUND",
            Self::Void => "VOID",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) operation: Operation,
    pub(crate) amount: i64,
    pub(crate) lines: BTreeMap<String, i64>,
    pub(crate) is_final: bool,
    pub(crate) extra: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) movement: Movement,
    pub(crate) request_id: String,
    pub(crate) due: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PreAuthorization {
    #[default]
    None,
    Open,
    Final,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) doc: Value,
    pub(crate) events: Vec<Value>,
    pub(crate) session_id: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) ledger: Ledger,
    pub(crate) lines: BTreeMap<String, Line>,
    pub(crate) pending: Option<Pending>,
    pub(crate) pre_authorization: PreAuthorization,
}

impl Transaction {
    pub(crate) fn body(&self, includes: &[&str]) -> Value {
        let only_successful = includes.contains(&"events.success.true");
        let wanted = |e: &&Value| !only_successful || e["success"] == true;
        let mut doc = self.doc.clone();
        doc["status"] = json!(self.ledger.status());
        let hides_token = !includes.contains(&"card.payment_token");
        if let Some(card) = doc.get_mut("card").filter(|_| hides_token) {
            remove(card, &["payment_token"]);
        }
        let events = self.events.iter().filter(wanted);
        doc["events"] = events.map(|e| event(e, includes)).collect();
        doc
    }

    /// Appends an event that shows the status as it is now; `extra` holds the event's own fields. One with an `error`
    /// is a failed event.
    pub(crate) fn add_event(&mut self, cause: Cause<'_>, name: &str, amount: i64, extra: Value) {
        let (now, request_id) = cause;
        let (status, success) = (self.ledger.status(), extra.get("error").is_none());
        let mut event = json!({
            "id": uuid(), "event": name, "transaction_status": status, "success": success, "amount": amount,
            "created_at": text(now), "request_id": request_id,
        });
        set(&mut event, extra);
        self.events.push(event);
        self.doc["updated_at"] = json!(text(now));
    }

    pub(crate) fn whole_capture(&self) -> Movement {
        let lines = self.lines.iter();
        Movement {
            operation: Operation::Capture,
            amount: self.ledger.capturable(),
            lines: lines.map(|(id, line)| (id.clone(), line.amount)).collect(),
            is_final: false,
            extra: json!({"items": self.doc["items"]}),
        }
    }

    /// Begins a movement that is carried out when it is `due`, and notes its event.
    pub(crate) fn begin(&mut self, cause: Cause<'_>, movement: Movement, due: DateTime<Utc>) {
        let name = format!("INITIATE_{}", movement.operation.event());
        let extra = pick(&movement.extra, &["created_by", "event_reference"]);
        self.add_event(cause, &name, movement.amount, extra);
        let request_id = cause.1.to_owned();
        self.pending = Some(Pending {
            movement,
            request_id,
            due,
        });
    }

    pub(crate) fn apply(&mut self, cause: Cause<'_>, movement: Movement) {
        let (operation, amount) = (movement.operation, movement.amount);
        let left = self.ledger.capturable();
        match operation {
            Operation::Capture => {
                self.ledger.captured += amount;
                self.ledger.closed = movement.is_final;
            }
            Operation::Refund => self.ledger.refunded += amount,
            Operation::Void => self.ledger.authorization = Authorization::Voided,
        }
        for (id, moved) in movement.lines {
            let line = self.lines.entry(id).or_default();
            match operation {
                Operation::Refund => line.refunded += moved,
                _ => line.captured += moved,
            }
        }
        let by = json!({"created_by": movement.extra["created_by"]});
        self.add_event(cause, operation.event(), amount, movement.extra);
        if movement.is_final && left > amount {
            self.add_event(cause, "VOID", left - amount, by);
        }
    }

    pub(crate) fn check_idle(&self) -> ApiResult<()> {
        ensure_state(self.pending.is_none(), "an operation is pending")
    }
}

fn event(event: &Value, includes: &[&str]) -> Value {
    let mut event = event.clone();
    if !includes.contains(&"events.request_headers") {
        remove(&mut event, &["request_headers"]);
    }
    event
}

#[cfg(test)]
mod tests;
