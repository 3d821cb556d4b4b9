//! Drafts and orders, and the arithmetic of authorizations, captures, refunds and cancellations per line.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::errors::{ApiError, ApiResult};
use crate::state::store::Store;
use crate::state::{Status, read_status};

/// How many operations, events and comments an order can have, each.
pub(crate) const PER_ORDER: usize = 500;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shopping {
    pub(crate) drafts: Store<Draft>,
    /// By `order_id`.
    pub(crate) orders: Store<Order>,
}

/// A draft: `order` and `options` as they were sent, and the fields around them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) doc: Map<String, Value>,
    #[serde(deserialize_with = "read_status")]
    pub(crate) status: Status,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) events: Vec<Value>,
}

impl Draft {
    pub(crate) fn body(&self) -> Value {
        let mut doc = self.doc.clone();
        doc.insert("status".into(), json!(self.status));
        doc.insert("order".into(), self.order());
        doc.insert("events".into(), json!(self.events));
        Value::Object(doc)
    }

    /// The order of the draft, with `gross_amount` from its items where none was sent.
    pub(crate) fn order(&self) -> Value {
        let mut order = self.doc["order"].clone();
        if order.get("gross_amount").is_none() {
            order["gross_amount"] = json!(gross(&order));
        }
        order
    }

    pub(crate) fn require_open(&self) -> ApiResult<()> {
        if self.status == "open" {
            return Ok(());
        }
        Err(ApiError::wrong_state(format!(
            "the draft is {}",
            self.status
        )))
    }
}

/// The sum of the items' gross amounts.
pub(crate) fn gross(order: &Value) -> i64 {
    lines(order).into_values().sum()
}

/// Gross amount by `line_id`.
pub(crate) fn lines(order: &Value) -> BTreeMap<i64, i64> {
    let items = order["items"].as_array().into_iter().flatten();
    items
        .filter_map(|i| Some((i["line_id"].as_i64()?, i["gross_amount"].as_i64()?)))
        .collect()
}

/// What is recorded about the payment of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    Authorization,
    Capture,
    Refund,
    Cancellation,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] = [
        Kind::Authorization,
        Kind::Capture,
        Kind::Refund,
        Kind::Cancellation,
    ];

    pub(crate) fn plural(self) -> &'static str {
        match self {
            Kind::Authorization => "authorizations",
            Kind::Capture => "captures",
            Kind::Refund => "refunds",
            Kind::Cancellation => "cancellations",
        }
    }

    pub(crate) fn singular(self) -> &'static str {
        self.plural().trim_end_matches('s')
    }
}

/// An order: what the draft said, and everything recorded since.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) doc: Map<String, Value>,
    #[serde(deserialize_with = "read_status")]
    pub(crate) status: Status,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) operations: Vec<(Kind, Value)>,
    pub(crate) events: Vec<Value>,
    pub(crate) comments: Vec<Value>,
    /// Checkout sessions made for parts of the order.
    pub(crate) sessions: Vec<Value>,
}

impl Order {
    /// The whole order; events of the types in `events`.
    pub(crate) fn body(&self, events: &[&str]) -> Value {
        let mut doc = self.doc.clone();
        doc.insert("status".into(), json!(self.status));
        doc.insert("payment_status".into(), json!(self.payment_status()));
        doc.insert("comments".into(), json!(self.comments));
        for kind in Kind::ALL {
            let of_kind = self
                .operations
                .iter()
                .filter(|(k, _)| *k == kind)
                .map(|(_, o)| o.clone());
            doc.insert(kind.plural().into(), of_kind.collect());
        }
        if !events.is_empty() {
            let wanted = |e: &&Value| {
                e["event_type"]
                    .as_str()
                    .is_some_and(|t| events.contains(&t))
            };
            doc.insert(
                "events".into(),
                self.events.iter().filter(wanted).cloned().collect(),
            );
            doc.insert("state".into(), json!(self.state()));
        }
        Value::Object(doc)
    }

    pub(crate) fn several_authorizations(&self) -> bool {
        self.doc
            .get("options")
            .is_some_and(|o| o["multiple_authorizations"] == true)
    }

    /// How much successful operations of a kind moved per line; of one authorization or of all.
    pub(crate) fn moved(&self, kind: Kind, authorization: Option<&str>) -> BTreeMap<i64, i64> {
        let mut sums = BTreeMap::new();
        for (found, operation) in &self.operations {
            let key = if kind == Kind::Authorization {
                "id"
            } else {
                "authorization_id"
            };
            let of_authorization = authorization.is_none_or(|id| operation[key] == id);
            if *found != kind || operation["success"] == false || !of_authorization {
                continue;
            }
            for item in operation["items"].as_array().into_iter().flatten() {
                *sums
                    .entry(item["line_id"].as_i64().unwrap_or(0))
                    .or_default() += item["amount"].as_i64().unwrap_or(0);
            }
        }
        sums
    }

    /// What is left of each line for one more operation of a kind.
    pub(crate) fn left(&self, kind: Kind, authorization: Option<&str>) -> BTreeMap<i64, i64> {
        let moved = |kind| self.moved(kind, authorization);
        let (mut left, minus) = match kind {
            Kind::Authorization => (self.lines(), vec![self.moved(Kind::Authorization, None)]),
            Kind::Capture | Kind::Cancellation => (
                moved(Kind::Authorization),
                vec![moved(Kind::Capture), moved(Kind::Cancellation)],
            ),
            Kind::Refund => (moved(Kind::Capture), vec![moved(Kind::Refund)]),
        };
        for (line, amount) in minus.into_iter().flatten() {
            *left.entry(line).or_default() -= amount;
        }
        left
    }

    pub(crate) fn lines(&self) -> BTreeMap<i64, i64> {
        let items = self
            .doc
            .get("items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items
            .filter_map(|i| Some((i["line_id"].as_i64()?, i["gross_amount"].as_i64()?)))
            .collect()
    }

    pub(crate) fn payment_status(&self) -> &'static str {
        let sum = |kind| self.moved(kind, None).into_values().sum::<i64>();
        let (captured, refunded) = (sum(Kind::Capture), sum(Kind::Refund));
        let total = self.lines().into_values().sum::<i64>() - sum(Kind::Cancellation);
        match () {
            () if self.moved(Kind::Capture, None).is_empty() => "pending",
            () if refunded != 0 && refunded >= captured => "refunded",
            () if refunded != 0 => "partially_refunded",
            () if captured < total => "partially_paid",
            () => "paid",
        }
    }

    /// The combined state of what services reported.
    pub(crate) fn state(&self) -> &'static str {
        let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
        for event in &self.events {
            if let (Some(service), Some(state)) =
                (event["service"].as_str(), event["state"].as_str())
            {
                if matches!(state, "error" | "failure") {
                    return "failure";
                }
                latest.insert(service, state);
            }
        }
        if latest.is_empty() || latest.values().any(|s| *s != "success") {
            "pending"
        } else {
            "success"
        }
    }

    pub(crate) fn check_capacity(&self) -> ApiResult<()> {
        let most = self
            .operations
            .len()
            .max(self.events.len())
            .max(self.comments.len())
            .max(self.sessions.len());
        if most >= PER_ORDER {
            Err(ApiError::full("records of one order"))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Recorded = (Kind, i64, i64);

    fn order(operations: &[Recorded]) -> Order {
        let doc = json!({"items": [{"line_id": 1, "gross_amount": 700}, {"line_id": 2, "gross_amount": 300}]});
        let record = |(kind, line, amount): &Recorded| {
            (
                *kind,
                json!({"items": [{"line_id": line, "amount": amount}], "success": true}),
            )
        };
        Order {
            doc: doc.as_object().cloned().unwrap_or_default(),
            status: "open",
            created_at: DateTime::UNIX_EPOCH,
            operations: operations.iter().map(record).collect(),
            events: Vec::new(),
            comments: Vec::new(),
            sessions: Vec::new(),
        }
    }

    #[test]
    fn the_payment_status_follows_captures_refunds_and_cancellations() {
        use Kind::{Authorization as A, Cancellation as X, Capture as C, Refund as R};
        let cases: [(&[Recorded], &str); 7] = [
            (&[], "pending"),
            (&[(A, 1, 700), (A, 2, 300)], "pending"),
            (&[(A, 1, 700), (C, 1, 700)], "partially_paid"),
            (
                &[(A, 1, 700), (C, 1, 700), (A, 2, 300), (X, 2, 300)],
                "paid",
            ),
            (
                &[(A, 1, 700), (C, 1, 700), (A, 2, 300), (C, 2, 300)],
                "paid",
            ),
            (
                &[(C, 1, 700), (C, 2, 300), (R, 2, 300)],
                "partially_refunded",
            ),
            (&[(C, 1, 700), (R, 1, 700)], "refunded"),
        ];
        for (operations, status) in cases {
            assert_eq!(order(operations).payment_status(), status, "{operations:?}");
        }
    }

    #[test]
    fn what_is_left_of_a_line_depends_on_the_operation() {
        use Kind::{Authorization as A, Cancellation as X, Capture as C, Refund as R};
        let order = order(&[(A, 1, 600), (C, 1, 250), (X, 1, 50), (R, 1, 100)]);
        for (kind, left) in [(A, 100), (C, 300), (X, 300), (R, 150)] {
            assert_eq!(order.left(kind, None)[&1], left, "{kind:?}");
        }
    }

    #[test]
    fn an_operation_without_success_moves_nothing() {
        let mut order = order(&[(Kind::Authorization, 1, 600)]);
        order.operations[0].1["success"] = json!(false);
        assert_eq!(order.left(Kind::Authorization, None)[&1], 700);
    }

    #[test]
    fn the_latest_event_of_each_service_decides_the_state() {
        let mut order = order(&[]);
        assert_eq!(order.state(), "pending");
        order
            .events
            .push(json!({"service": "pick", "state": "pending"}));
        order
            .events
            .push(json!({"service": "pick", "state": "success"}));
        assert_eq!(order.state(), "success");
        order
            .events
            .push(json!({"service": "ship", "state": "error"}));
        order
            .events
            .push(json!({"service": "ship", "state": "success"}));
        assert_eq!(order.state(), "failure");
    }
}
