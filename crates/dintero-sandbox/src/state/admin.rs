//! What an account's administrators set up: API keys, the signature secret and webhook subscriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clients::Grant;
use crate::state::store::Store;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Admin {
    #[serde(skip)]
    pub(crate) api_keys: Store<Value>,
    /// What each living API key allows.
    pub(crate) keys: BTreeMap<String, Grant>,
    pub(crate) signature: Option<Value>,
    /// Webhook subscriptions.
    #[serde(skip)]
    pub(crate) subscriptions: Store<Value>,
}
