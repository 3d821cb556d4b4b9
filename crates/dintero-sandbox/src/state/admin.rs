//! What an account's administrators set up: payment profiles, API keys, the signature secret and webhook subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clients::Grant;
use crate::clock::text;
use crate::state::json::text_of;
use crate::state::store::Store;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Admin {
    #[serde(skip)]
    pub(crate) profiles: Store<Value>,
    #[serde(skip)]
    pub(crate) api_keys: Store<Value>,
    /// What each living API key allows.
    pub(crate) keys: BTreeMap<String, Grant>,
    pub(crate) signature: Option<Value>,
    /// Webhook subscriptions.
    #[serde(skip)]
    pub(crate) subscriptions: Store<Value>,
}

impl Admin {
    pub(crate) fn new(profiles: &BTreeSet<String>, now: DateTime<Utc>) -> Self {
        let mut admin = Self::default();
        for id in profiles {
            let card = json!({"enabled": true, "type": "payment_product_type"});
            let doc = json!({
                "id": id, "profile_id": id, "created_at": text(now), "created_by": "sandbox",
                "configuration": {"channel": "ecommerce", "dintero_psp": {"type": "payment_type", "creditcard": card}},
            });
            admin.profiles.put(id, doc);
        }
        admin
    }

    pub(crate) fn complete(&mut self, fresh: Self) {
        for profile in fresh.profiles.iter() {
            let id = text_of(&profile["profile_id"]);
            if !self.profiles.contains(id) {
                self.profiles.put(id, profile.clone());
            }
        }
    }
}
