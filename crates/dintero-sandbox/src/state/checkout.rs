//! Sessions and transactions, and the arithmetic of what can still be captured, refunded and voided.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use crate::state::admin::Doc;
use crate::state::store::Store;
use crate::state::{Status, read_status, uuid};

/// How many events a session or a transaction can have.
const EVENTS: usize = 500;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checkout {
    pub(crate) sessions: Store<Session>,
    pub(crate) transactions: Store<Transaction>,
    /// The cards that may be charged again, by the id of their token.
    pub(crate) tokens: Store<Doc>,
    /// The transactions that have an operation pending.
    pub(crate) pending: Vec<String>,
}

/// A session: the body as it was created and updated, plus what the sandbox adds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) doc: Map<String, Value>,
    pub(crate) events: Vec<Value>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) cancelled: bool,
    /// The checkout page has locked the session, so that the merchant can update it.
    pub(crate) locked: bool,
    /// Its only purpose is to keep the payer's card.
    pub(crate) keeps_card: bool,
}

impl Session {
    /// The whole session as Dintero sends it; headers only when asked for.
    pub(crate) fn body(&self, includes: &[&str]) -> Value {
        let mut doc = self.doc.clone();
        if let Some(id) = &self.transaction_id {
            doc.insert("transaction_id".into(), json!(id));
        }
        doc.insert(
            "events".into(),
            Value::Array(self.events.iter().map(|e| event(e, includes)).collect()),
        );
        Value::Object(doc)
    }

    pub(crate) fn add_event(
        &mut self,
        now: DateTime<Utc>,
        request_id: &str,
        name: &str,
        details: Value,
    ) {
        let mut event =
            json!({"id": uuid(), "name": name, "created_at": text(now), "request_id": request_id});
        if !details.is_null() {
            event["details"] = details;
        }
        self.events.push(event);
        self.doc.insert("updated_at".into(), json!(text(now)));
    }

    pub(crate) fn check_capacity(&self) -> ApiResult<()> {
        if self.events.len() >= EVENTS {
            Err(ApiError::full("events of one session"))
        } else {
            Ok(())
        }
    }

    /// Why the session can no longer be paid or changed, if so.
    pub(crate) fn over(&self, now: DateTime<Utc>) -> Option<&'static str> {
        match (&self.transaction_id, self.cancelled) {
            (_, true) => Some("the session is cancelled"),
            (Some(_), _) => Some("the session is completed"),
            _ => (now >= self.expires_at).then_some("the session has expired"),
        }
    }
}

/// What became of the payment, before any capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Authorization {
    Given,
    /// Somebody has yet to decide.
    OnHold,
    Declined,
    Failed,
    Voided,
}

/// The sums of a transaction, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
            captured: 0,
            refunded: 0,
            closed: false,
        }
    }

    pub(crate) fn capturable(&self) -> i64 {
        let open = self.authorization == Authorization::Given && !self.closed;
        if open {
            self.authorized - self.captured
        } else {
            0
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

/// One line of the order, and how much of it has moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) amount: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
}

/// A capture, refund or void.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movement {
    /// `CAPTURE`, `REFUND` or `VOID`.
    #[serde(deserialize_with = "read_status")]
    pub(crate) event: Status,
    pub(crate) amount: i64,
    /// What moves of each line.
    pub(crate) lines: BTreeMap<String, i64>,
    /// A capture after which the rest is released.
    pub(crate) is_final: bool,
    /// The fields of the event.
    pub(crate) extra: Value,
}

/// A movement that was answered with 202.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) movement: Movement,
    pub(crate) request_id: String,
    pub(crate) due: DateTime<Utc>,
}

/// Where an authorization that is not final stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PreAuthorization {
    None,
    /// The amount can still be changed.
    Open,
    Final,
}

/// A payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) doc: Map<String, Value>,
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
        doc.insert("status".into(), json!(self.ledger.status()));
        if !includes.contains(&"card.payment_token")
            && let Some(card) = doc.get_mut("card").and_then(Value::as_object_mut)
        {
            card.remove("payment_token");
        }
        let events = self
            .events
            .iter()
            .filter(wanted)
            .map(|e| event(e, includes))
            .collect();
        doc.insert("events".into(), Value::Array(events));
        Value::Object(doc)
    }

    /// Appends a successful event that shows the status as it is now; `extra` holds the event's own fields.
    pub(crate) fn add_event(
        &mut self,
        now: DateTime<Utc>,
        request_id: &str,
        name: &str,
        amount: i64,
        extra: Value,
    ) {
        let status = self.ledger.status();
        self.add_event_with(now, request_id, (name, status, true), amount, extra);
    }

    pub(crate) fn add_event_with(
        &mut self,
        now: DateTime<Utc>,
        request_id: &str,
        (name, status, success): (&str, &str, bool),
        amount: i64,
        extra: Value,
    ) {
        let mut event = json!({
            "id": uuid(), "event": name, "transaction_status": status, "success": success, "amount": amount,
            "created_at": text(now), "request_id": request_id,
        });
        if let (Some(event), Value::Object(extra)) = (event.as_object_mut(), extra) {
            event.extend(extra);
        }
        self.events.push(event);
        self.doc.insert("updated_at".into(), json!(text(now)));
    }

    /// Carries out a movement that was checked before, and notes its events.
    pub(crate) fn apply(&mut self, now: DateTime<Utc>, request_id: &str, movement: Movement) {
        let Movement {
            event,
            amount,
            lines,
            is_final,
            extra,
        } = movement;
        let left = self.ledger.capturable();
        match event {
            "CAPTURE" => {
                self.ledger.captured += amount;
                self.ledger.closed = is_final;
            }
            "REFUND" => self.ledger.refunded += amount,
            _ => self.ledger.authorization = Authorization::Voided,
        }
        for (id, moved) in lines {
            let line = self.lines.entry(id).or_default();
            let sum = if event == "REFUND" {
                &mut line.refunded
            } else {
                &mut line.captured
            };
            *sum += moved;
        }
        let by = json!({"created_by": extra["created_by"]});
        self.add_event(now, request_id, event, amount, extra);
        if is_final && left > amount {
            self.add_event(now, request_id, "VOID", left - amount, by);
        }
    }

    /// Whether there is room for a further operation, and none is pending.
    pub(crate) fn check_capacity(&self) -> ApiResult<()> {
        if self.pending.is_some() {
            return Err(ApiError::wrong_state("an operation is pending"));
        }
        // An operation has at most three events: that it was begun, itself, and the void of the rest.
        if self.events.len() + 3 > EVENTS {
            Err(ApiError::full("events of one transaction"))
        } else {
            Ok(())
        }
    }
}

fn event(event: &Value, includes: &[&str]) -> Value {
    let mut event = event.clone();
    if !includes.contains(&"events.request_headers")
        && let Some(event) = event.as_object_mut()
    {
        event.remove("request_headers");
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_follows_the_sums() {
        let cases = [
            ((0, 0, false), "AUTHORIZED"),
            ((40, 0, false), "PARTIALLY_CAPTURED"),
            ((40, 40, false), "PARTIALLY_CAPTURED_REFUNDED"),
            ((40, 0, true), "CAPTURED"),
            ((40, 40, true), "REFUNDED"),
            ((100, 0, false), "CAPTURED"),
            ((100, 30, false), "PARTIALLY_REFUNDED"),
            ((100, 100, false), "REFUNDED"),
        ];
        for ((captured, refunded, closed), status) in cases {
            let ledger = Ledger {
                captured,
                refunded,
                closed,
                ..Ledger::new(Authorization::Given, 100)
            };
            assert_eq!(ledger.status(), status, "{ledger:?}");
        }
    }

    #[test]
    fn only_an_open_authorization_can_be_captured() {
        assert_eq!(Ledger::new(Authorization::Given, 100).capturable(), 100);
        for other in [
            Authorization::OnHold,
            Authorization::Declined,
            Authorization::Failed,
            Authorization::Voided,
        ] {
            assert_eq!(Ledger::new(other, 100).capturable(), 0);
        }
        let closed = Ledger {
            captured: 40,
            closed: true,
            ..Ledger::new(Authorization::Given, 100)
        };
        assert_eq!((closed.capturable(), closed.refundable()), (0, 40));
    }
}
