//! What the sandbox remembers, per account, and how much of it.

pub(crate) mod callbacks;
pub(crate) mod checkout;
pub(crate) mod journal;
pub(crate) mod json;
pub(crate) mod shopping;
pub(crate) mod store;
pub(crate) mod wallets;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat_with;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clients::{Grant, Tokens};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult, ensure_capacity};
use journal::Journal;
use store::Store;

#[derive(Debug)]
pub(crate) struct SandboxState {
    pub(crate) tokens: Tokens,
    pub(crate) accounts: BTreeMap<String, Account>,
    /// About how many bytes are kept, and how many may be.
    used: usize,
    limit: usize,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) admin: Admin,
    pub(crate) callbacks: callbacks::Callbacks,
    pub(crate) checkout: checkout::Checkout,
    /// What the generic handler keeps, by its path.
    #[serde(skip)]
    pub(crate) records: Store<Value>,
    pub(crate) shopping: shopping::Shopping,
    pub(crate) wallets: wallets::Wallets,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Admin {
    #[serde(skip)]
    pub(crate) api_keys: Store<Value>,
    pub(crate) keys: BTreeMap<String, Grant>,
    pub(crate) signature: Option<Value>,
    #[serde(skip)]
    pub(crate) subscriptions: Store<Value>,
}

/// Where the generic handler keeps payment profiles.
const PROFILES: &str = "/v1/admin/session/profiles/";

impl Account {
    pub(crate) fn profile(&self, id: &str) -> Option<&Value> {
        Some(&self.records.find(&format!("{PROFILES}{id}"))?["response"])
    }

    fn stores(&mut self) -> [(&'static str, &mut dyn Journal); 13] {
        [
            ("api_keys", &mut self.admin.api_keys),
            ("subscriptions", &mut self.admin.subscriptions),
            ("callbacks_waiting", &mut self.callbacks.waiting),
            ("callbacks_done", &mut self.callbacks.done),
            ("sessions", &mut self.checkout.sessions),
            ("transactions", &mut self.checkout.transactions),
            ("card_tokens", &mut self.checkout.tokens),
            ("records", &mut self.records),
            ("drafts", &mut self.shopping.drafts),
            ("orders", &mut self.shopping.orders),
            ("cards", &mut self.wallets.cards),
            ("wallet_tokens", &mut self.wallets.tokens),
            ("wallet_transactions", &mut self.wallets.transactions),
        ]
    }
}

impl SandboxState {
    pub(crate) fn new(
        accounts: impl IntoIterator<Item = String>,
        profiles: &BTreeSet<String>,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Self {
        let account = |id: String| {
            let mut account = Account {
                id: id.clone(),
                ..Account::default()
            };
            for profile in profiles {
                let card = json!({"enabled": true, "type": "payment_product_type"});
                let response = json!({
                    "id": profile, "profile_id": profile, "created_at": text(now), "created_by": "sandbox",
                    "configuration": {"channel": "ecommerce", "dintero_psp": {"type": "payment_type", "creditcard": card}},
                });
                let record = json!({"request": null, "response": response});
                account.records.put(&format!("{PROFILES}{profile}"), record);
            }
            (id, account)
        };
        Self {
            tokens: Tokens::default(),
            accounts: accounts.into_iter().map(account).collect(),
            used: 0,
            limit,
        }
    }

    /// Goes on from saved accounts: what they lack of this one's accounts and profiles is added.
    fn resume(&mut self, saved: BTreeMap<String, Account>) {
        let fresh = std::mem::replace(&mut self.accounts, saved);
        for (id, account) in fresh {
            match self.accounts.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(account);
                }
                Entry::Occupied(mut entry) => {
                    let records = &mut entry.get_mut().records;
                    for (path, profile) in account.records.entries() {
                        if !records.contains(path) {
                            records.put(path, profile.clone());
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn grant_of_key(&self, key: &[u8]) -> ApiResult<Grant> {
        let find = || {
            let key = str::from_utf8(key).ok()?;
            self.accounts.get(key.get(..9)?)?.admin.keys.get(key)
        };
        let invalid = || ApiError::unauthorized("the API key is not valid");
        find().cloned().ok_or_else(invalid)
    }

    /// Whether a body of this weight still fits into memory; called before the work.
    pub(crate) fn check_quota(&self, weight: usize) -> ApiResult<()> {
        ensure_capacity(weight <= self.limit.saturating_sub(self.used), "bytes")
    }

    pub(crate) fn use_quota(&mut self, weight: usize) {
        self.used = self.used.saturating_add(weight);
    }
}

/// About how many bytes a write keeps: a body is stored up to three times (draft, order, event), and each object has
/// some fields of its own.
pub(crate) fn weight(body: &Value) -> usize {
    2_048 + 3 * size(body)
}

/// About how many bytes a value takes in memory; far more than its text, since maps come in blocks of several entries.
pub(crate) fn size(value: &Value) -> usize {
    const NODE: usize = 48;
    const BLOCK: usize = 640;
    match value {
        Value::String(s) => NODE + s.len(),
        Value::Array(items) => NODE + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => {
            let entries = map.iter().map(|(k, v)| NODE + k.len() + size(v));
            NODE + BLOCK * map.len().div_ceil(6) + entries.sum::<usize>()
        }
        _ => NODE,
    }
}

/// A Checkout id: the account, a dot and 22 letters and digits.
pub(crate) fn checkout_id(account: &str) -> String {
    format!("{account}.{}", alphanumeric(22))
}

pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// `len` random letters and digits. Test data, not for keys.
pub(crate) fn alphanumeric(len: usize) -> String {
    repeat_with(fastrand::alphanumeric).take(len).collect()
}

#[cfg(test)]
mod tests;
