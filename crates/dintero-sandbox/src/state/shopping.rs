//! Drafts and orders, and the arithmetic of authorizations, captures, refunds and cancellations per line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::errors::{ApiError, ApiResult};
use crate::state::json::{items, text_of};

/// Returns an error with the state of a draft or an order that is not open.
pub(crate) fn require_open(
    doc: &Value,
    what: &str,
    error: fn(String) -> ApiError,
) -> ApiResult<()> {
    match text_of(&doc["status"]) {
        "open" => Ok(()),
        status => Err(error(format!("the {what} is {status}"))),
    }
}

pub(crate) fn gross(order: &Value) -> i64 {
    lines(order).into_values().sum()
}

pub(crate) fn lines(order: &Value) -> BTreeMap<i64, i64> {
    let line = |i: &Value| Some((i["line_id"].as_i64()?, i["gross_amount"].as_i64()?));
    items(&order["items"]).iter().filter_map(line).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Authorization,
    Capture,
    Refund,
    Cancellation,
}

impl Kind {
    #[rustfmt::skip]
    pub(crate) const ALL: [Kind; 4] = [Kind::Authorization, Kind::Capture, Kind::Refund, Kind::Cancellation];

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

    pub(crate) fn of_path(path: &str) -> Self {
        // /v1/accounts/{aid}/shopping/orders/{order_id}/{kind}
        let part = path.split('/').nth(7).unwrap_or_default();
        let found = Self::ALL.into_iter().find(|kind| kind.plural() == part);
        found.unwrap_or(Kind::Authorization)
    }
}

/// An order: what the draft said, and everything recorded since.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Order {
    /// As reads show it, but for what is computed and for events.
    pub(crate) doc: Value,
    pub(crate) events: Vec<Value>,
    pub(crate) sessions: Vec<Value>,
}

impl Order {
    pub(crate) fn new(mut doc: Value, event: Value) -> Self {
        doc["status"] = json!("open");
        doc["comments"] = json!([]);
        for kind in Kind::ALL {
            doc[kind.plural()] = json!([]);
        }
        Self {
            doc,
            events: vec![event],
            sessions: Vec::new(),
        }
    }

    pub(crate) fn body(&self, events: &[&str]) -> Value {
        let mut doc = self.doc.clone();
        doc["payment_status"] = json!(self.payment_status());
        if !events.is_empty() {
            let wanted = |e: &&Value| events.contains(&text_of(&e["event_type"]));
            doc["events"] = self.events.iter().filter(wanted).cloned().collect();
            doc["state"] = json!(self.state());
        }
        doc
    }

    pub(crate) fn operations(&self, kind: Kind) -> &[Value] {
        items(&self.doc[kind.plural()])
    }

    pub(crate) fn has_operations(&self) -> bool {
        let mut kinds = Kind::ALL.into_iter();
        kinds.any(|kind| !self.operations(kind).is_empty())
    }

    pub(crate) fn add(&mut self, list: &str, record: Value) {
        if let Some(list) = self.doc[list].as_array_mut() {
            list.push(record);
        }
    }

    pub(crate) fn several_authorizations(&self) -> bool {
        self.doc["options"]["multiple_authorizations"] == true
    }

    /// How much successful operations of a kind moved per line; of one authorization or of all.
    pub(crate) fn moved(&self, kind: Kind, authorization: Option<&str>) -> BTreeMap<i64, i64> {
        let key = match kind {
            Kind::Authorization => "id",
            _ => "authorization_id",
        };
        let counts =
            |o: &&Value| o["success"] != false && authorization.is_none_or(|id| o[key] == id);
        let mut sums = BTreeMap::new();
        for operation in self.operations(kind).iter().filter(counts) {
            for item in items(&operation["items"]) {
                let line = item["line_id"].as_i64().unwrap_or(0);
                *sums.entry(line).or_default() += item["amount"].as_i64().unwrap_or(0);
            }
        }
        sums
    }

    pub(crate) fn left(&self, kind: Kind, authorization: Option<&str>) -> BTreeMap<i64, i64> {
        let moved = |kind| self.moved(kind, authorization);
        let (mut left, minus) = match kind {
            Kind::Authorization => (lines(&self.doc), vec![self.moved(kind, None)]),
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

    pub(crate) fn payment_status(&self) -> &'static str {
        let sum = |kind| self.moved(kind, None).into_values().sum::<i64>();
        let (captured, refunded) = (sum(Kind::Capture), sum(Kind::Refund));
        let total = gross(&self.doc) - sum(Kind::Cancellation);
        match () {
            () if self.moved(Kind::Capture, None).is_empty() => "pending",
            () if refunded != 0 && refunded >= captured => "refunded",
            () if refunded != 0 => "partially_refunded",
            () if captured < total => "partially_paid",
            () => "paid",
        }
    }

    pub(crate) fn state(&self) -> &'static str {
        let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
        for event in &self.events {
            match (event["service"].as_str(), event["state"].as_str()) {
                (Some(_), Some("error" | "failure")) => return "failure",
                (Some(service), Some(state)) => latest.insert(service, state),
                _ => None,
            };
        }
        match latest.is_empty() || latest.values().any(|s| *s != "success") {
            true => "pending",
            false => "success",
        }
    }
}

#[cfg(test)]
mod tests;
