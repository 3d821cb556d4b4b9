//! Gift cards, their tokens, PINs, balances and transactions.

use std::collections::BTreeMap;
use std::iter::repeat_with;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::text;
use crate::state::json::{copy, remove, text_of};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) doc: Value,
    pub(crate) active: bool,
    pub(crate) active_from: Option<DateTime<Utc>>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) pin: Option<String>,
    /// Minor units ever put on, and ever drawn.
    pub(crate) funds: i64,
    pub(crate) drawn: i64,
    pub(crate) tokens: Vec<Token>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) refs: BTreeMap<String, FirstResponse>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) value: String,
    pub(crate) format: Value,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) once: bool,
    pub(crate) used: bool,
}

/// A transaction of a card; `locked` is what a pending one still holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) doc: Value,
    pub(crate) locked: i64,
}

/// The first response to a `ref_id`, and the request that it was for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FirstResponse {
    pub(crate) path: String,
    pub(crate) request: Value,
    pub(crate) response: Value,
}

impl Card {
    pub(crate) fn locked(&self) -> i64 {
        self.transactions.iter().map(|t| t.locked).sum()
    }

    pub(crate) fn available(&self) -> i64 {
        self.funds - self.drawn - self.locked()
    }

    /// The card with its balances: `amount_balance` includes what is locked, `amount_available` does not. The meaning
    /// of `amount_pending` and `amount_reserved` is not published; both are what is locked.
    pub(crate) fn body(&self) -> Value {
        let mut doc = self.owner_body();
        copy(&mut doc, &self.doc, &["amount", "currency"]);
        for (name, amount) in [
            ("amount_balance", self.funds - self.drawn),
            ("amount_available", self.available()),
            ("amount_funds", self.funds),
            ("amount_drawdown", self.drawn),
            ("amount_pending", self.locked()),
            ("amount_reserved", self.locked()),
        ] {
            doc[name] = json!(amount);
        }
        doc
    }

    pub(crate) fn owner_body(&self) -> Value {
        let mut doc = self.doc.clone();
        remove(&mut doc, &["amount", "currency"]);
        doc["status"] = json!(if self.active { "unused" } else { "inactive" });
        doc
    }

    pub(crate) fn body_with_tokens(&self, now: DateTime<Utc>) -> Value {
        let shown = |t: &Token| {
            let mut token = json!({"masked_code": redact(&t.value), "format": t.format});
            if let Some(at) = t.expires_at {
                token["expires_at"] = json!(text(at));
            }
            token
        };
        let mut body = self.body();
        let tokens = self.tokens.iter().filter(|t| !t.expired(now));
        body["tokens"] = tokens.map(shown).collect();
        body
    }

    pub(crate) fn expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }
}

impl Token {
    pub(crate) fn expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }
}

/// A token as reads show it: letters and digits hidden but the last five; the prefix stays.
pub(crate) fn redact(value: &str) -> String {
    let start = value.find(':').map_or(0, |i| i + 1);
    let hidden = value.len().saturating_sub(5).max(start);
    let sign = |(i, c): (usize, char)| match c.is_alphanumeric() && (start..hidden).contains(&i) {
        true => '*',
        false => c,
    };
    value.char_indices().map(sign).collect()
}

/// Makes a token or PIN by its format. It has digits only unless the format says otherwise.
pub(crate) fn generate(format: &Value, default_len: usize) -> String {
    let mut signs = Vec::new();
    if format["characters"] == true {
        signs.extend((b'A'..=b'Z').chain(b'a'..=b'z'));
    }
    if format["symbols"] == true {
        signs.extend(b"-_.+*");
    }
    if format["numbers"] != false || signs.is_empty() {
        signs.extend(b'0'..=b'9');
    }
    let len = format["length"].as_u64().and_then(|n| n.try_into().ok());
    let len = len.unwrap_or(default_len);
    let code = repeat_with(|| char::from(signs[fastrand::usize(..signs.len())])).take(len);
    text_of(&format["prefix"]).chars().chain(code).collect()
}

#[cfg(test)]
mod tests;
