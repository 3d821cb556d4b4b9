//! What an account's administrators set up: payment profiles, API keys, the signature secret and terminals.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clients::Grant;
use crate::clock::text;
use crate::state::store::Store;

/// An object that is kept as it is sent.
pub(crate) type Doc = Map<String, Value>;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Admin {
    pub(crate) profiles: Store<Doc>,
    pub(crate) api_keys: Store<Doc>,
    /// What each living API key allows.
    pub(crate) keys: BTreeMap<String, Grant>,
    pub(crate) signature: Option<Value>,
    pub(crate) terminals: Store<TerminalOperation>,
    /// The session that each location shows.
    pub(crate) locations: BTreeMap<String, String>,
}

/// Something that a terminal was asked to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TerminalOperation {
    pub(crate) doc: Doc,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) done_at: DateTime<Utc>,
}

impl Admin {
    pub(crate) fn new(profiles: &BTreeSet<String>, now: DateTime<Utc>) -> Self {
        let mut admin = Self::default();
        for id in profiles {
            let doc = json!({
                "id": id, "profile_id": id, "created_at": text(now), "created_by": "sandbox",
                "configuration": {"channel": "ecommerce", "dintero_psp": {
                    "type": "payment_type", "creditcard": {"enabled": true, "type": "payment_product_type"},
                }},
            });
            admin
                .profiles
                .put(id, doc.as_object().cloned().unwrap_or_default());
        }
        admin
    }

    /// Adds the profiles that are missing here.
    pub(crate) fn complete(&mut self, fresh: Self) {
        for doc in fresh.profiles.iter() {
            let id = doc["profile_id"].as_str().unwrap_or_default();
            if !self.profiles.contains(id) {
                self.profiles.put(id, doc.clone());
            }
        }
    }
}
