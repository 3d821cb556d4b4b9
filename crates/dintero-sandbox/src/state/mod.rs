//! What the sandbox remembers, per account, and how much of it.

pub(crate) mod callbacks;
pub(crate) mod checkout;
pub(crate) mod journal;
pub(crate) mod json;
pub(crate) mod shopping;
pub(crate) mod store;
pub(crate) mod wallets;

use std::collections::BTreeMap;
use std::fmt;
use std::iter::{once, repeat_with};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clients::{Grant, Tokens};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use callbacks::Callback;
use journal::Journal;
use store::Store;

#[derive(Debug)]
pub(crate) struct SandboxState {
    pub(crate) tokens: Tokens,
    pub(crate) accounts: BTreeMap<String, Account>,
}

/// How many callbacks of an account are kept; the oldest go first.
const CALLBACKS: usize = 20_000;

/// What waits for a time: a callback, by its id, or an operation of a transaction.
pub(crate) enum Wait {
    Callback(String),
    Operation,
}

/// What an account has: its stores, by the names that they have in the state file.
macro_rules! account {
    ($($(#[$doc:meta])* $name:ident: $type:ty, $what:literal;)*) => {
        pub(crate) struct Account {
            pub(crate) id: String,
            /// What has come to wait and the dispatcher does not know yet.
            pub(crate) waits: Vec<(DateTime<Utc>, Wait)>,
            /// The transactions that have a pending operation.
            pub(crate) pending: Vec<String>,
            $($(#[$doc])* pub(crate) $name: Store<$type>,)*
        }

        impl Account {
            pub(crate) fn new(id: &str) -> Self {
                Self {
                    id: id.to_owned(),
                    waits: Vec::new(),
                    pending: Vec::new(),
                    $($name: Store::of($what),)*
                }
            }

            fn stores(&mut self) -> Vec<(&'static str, &mut dyn Journal)> {
                vec![$((stringify!($name), &mut self.$name),)*]
            }
        }

        /// Prints no callbacks, since they are no part of the state's digest.
        impl fmt::Debug for Account {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut f = f.debug_map();
                $(if stringify!($name) != "callbacks" {
                    f.entry(&stringify!($name), &self.$name);
                })*
                f.finish()
            }
        }
    };
}

account! {
    api_keys: Value, "API key";
    /// In the order in which they came.
    callbacks: Callback, "callback";
    /// By card.
    cards: wallets::Card, "card";
    /// The cards that may be charged again, by the id of their token.
    card_tokens: Value, "card token";
    /// As reads show them, events included.
    drafts: Value, "draft";
    /// What an API key may do, by its value.
    keys: Grant, "API key";
    orders: shopping::Order, "order";
    /// What the generic handler keeps, by its path.
    records: Value, "object";
    sessions: checkout::Session, "session";
    /// At most one.
    signatures: Value, "signature secret";
    subscriptions: Value, "subscription";
    transactions: checkout::Transaction, "transaction";
    /// The card of a token and of a transaction.
    wallet_tokens: String, "card for this token";
    wallet_transactions: String, "transaction";
}

/// Where the generic handler keeps payment profiles.
const PROFILES: &str = "/v1/admin/session/profiles/";

impl Account {
    pub(crate) fn profile(&self, id: &str) -> Option<&Value> {
        Some(&self.records.find(&format!("{PROFILES}{id}"))?["response"])
    }

    /// Finds what waits again, which the state file does not have by itself.
    fn resume(&mut self) {
        for (id, transaction) in self.transactions.entries() {
            if let Some(pending) = &transaction.pending {
                self.pending.push(id.clone());
                self.waits.push((pending.due, Wait::Operation));
            }
        }
        // Nobody waits for an express callback any more.
        let callbacks = self.callbacks.iter();
        let waits = callbacks.filter(|callback| !callback.is_express);
        self.waits.extend(waits.filter_map(Callback::wait));
    }

    /// Notes that a transaction's operation is completed later.
    pub(crate) fn put_off(&mut self, id: &str, due: DateTime<Utc>) {
        self.pending.push(id.to_owned());
        self.waits.push((due, Wait::Operation));
    }

    pub(crate) fn put_callback(&mut self, callback: Callback) {
        self.callbacks.keep_newest(CALLBACKS - 1);
        self.callbacks.put(&callback.delivery_id.clone(), callback);
    }

    /// Puts a callback that the dispatcher sends.
    pub(crate) fn queue_callback(&mut self, callback: Callback) {
        self.waits.extend(callback.wait());
        self.put_callback(callback);
    }
}

impl SandboxState {
    pub(crate) fn new(
        accounts: impl IntoIterator<Item = String>,
        profiles: &[String],
        now: DateTime<Utc>,
    ) -> Self {
        let account = |id: String| {
            let mut account = Account::new(&id);
            let default = "default".to_owned();
            for profile in once(&default).chain(profiles) {
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
        }
    }

    pub(crate) fn callbacks(&self) -> impl Iterator<Item = &Callback> {
        let accounts = self.accounts.values();
        accounts.flat_map(|account| account.callbacks.iter())
    }

    pub(crate) fn grant_of_key(&self, key: &[u8]) -> ApiResult<Grant> {
        let find = || {
            let key = str::from_utf8(key).ok()?;
            self.accounts.get(key.get(..9)?)?.keys.find(key)
        };
        let invalid = || ApiError::unauthorized("the API key is not valid");
        find().cloned().ok_or_else(invalid)
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
