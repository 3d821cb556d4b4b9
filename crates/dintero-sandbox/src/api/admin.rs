//! Payment profiles, the signature secret, API keys and terminals.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::api::{has_values, is_set, loans, page, stamp};
use crate::call::{ApiResponse, Call, HandlerResult};
use crate::clients::Grant;
use crate::clock::text;
use crate::errors::{ApiError, ApiResult, ensure_field};
use crate::state::admin::TerminalOperation;
use crate::state::json::{pick, set};
use crate::state::{Account, alphanumeric, uuid};

/// How long a terminal needs for an operation, on the sandbox's clock.
const TERMINAL: TimeDelta = TimeDelta::seconds(30);

/// `GET /admin/session/profiles`: newest first.
pub(crate) fn profiles(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    ApiResponse::ok(json!(page(call, &account.admin.profiles, |_| true)?.0))
}

/// `POST /admin/session/profiles`: under the `profile_id` that was sent, else under a generated one.
pub(crate) fn create_profile(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let profiles = &mut account.admin.profiles;
    let id = match call.body["profile_id"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{}.{}", account.id, alphanumeric(22)),
    };
    ensure_field(!id.is_empty(), "profile_id", "must not be empty")?;
    ensure_field(!profiles.contains(&id), "profile_id", "is already used")?;
    profiles.check_capacity(1, "profiles")?;
    let mut profile = call.body.clone();
    loans::add_rates(&mut profile);
    set(&mut profile, json!({"id": id, "profile_id": id}));
    set(&mut profile, stamp(call, "created"));
    profiles.put(&id, profile.clone());
    ApiResponse::ok(profile)
}

/// `GET /admin/session/profiles/{profile_id}`.
pub(crate) fn profile(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let profiles = &account.admin.profiles;
    ApiResponse::ok(profiles.get(call.param("profile_id"), "profile")?.clone())
}

/// `PUT /admin/session/profiles/{profile_id}`: the body takes the place of the whole profile.
pub(crate) fn update_profile(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("profile_id");
    let profile = account.admin.profiles.get_mut(id, "profile")?;
    let same = call.body["profile_id"].as_str().is_none_or(|own| own == id);
    ensure_field(same, "profile_id", "cannot be changed")?;
    *profile = pick(profile, &["id", "profile_id", "created_at", "created_by"]);
    set(profile, call.body.clone());
    loans::add_rates(profile);
    profile["updated_at"] = json!(call.now_text());
    ApiResponse::ok(profile.clone())
}

/// `DELETE /admin/session/profiles/{profile_id}`: it is gone from then on; its sessions go on.
pub(crate) fn delete_profile(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let profiles = &mut account.admin.profiles;
    let mut profile = profiles.remove(call.param("profile_id"), "profile")?;
    set(&mut profile, stamp(call, "deleted"));
    ApiResponse::ok(profile)
}

/// `GET /admin/signature`.
pub(crate) fn signature(_: &Call<'_>, account: &mut Account) -> HandlerResult {
    let secret = account.admin.signature.clone();
    ApiResponse::ok(secret.ok_or_else(|| ApiError::not_found("signature secret"))?)
}

/// `POST /admin/signature`: a new secret, which takes the place of the old one at once.
pub(crate) fn create_signature(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let secret = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id,
        "signature": {"type": "v0-hmac-sha256", "secret": alphanumeric(44)},
    });
    account.admin.signature = Some(secret.clone());
    ApiResponse::ok(secret)
}

/// `GET /admin/api-keys`: newest first, without their values.
pub(crate) fn api_keys(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let all = is_set(call, "include_deleted");
    let wanted = |key: &Value| all || key.get("deleted_at").is_none();
    ApiResponse::ok(json!(page(call, &account.admin.api_keys, wanted)?.0))
}

/// `POST /admin/api-keys`: a key that may do what its maker may. `access_token`, when sent, must be the maker's own.
pub(crate) fn create_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    if let Some(token) = call.body["access_token"].as_str() {
        let header = call.headers.get("authorization");
        let own = header.and_then(|v| v.to_str().ok()?.split_once(' '));
        let is_own = own.is_some_and(|(_, own)| own.trim() == token);
        let reason = "must be the token of this call";
        ensure_field(is_own, "access_token", reason)?;
    }
    let own = call.body["api_key"].as_str();
    let is_of_account = own.is_none_or(|key| key.starts_with(&account.id));
    let reason = "must begin with the account id";
    ensure_field(is_of_account, "api_key", reason)?;
    let is_new = own.is_none_or(|key| !account.admin.keys.contains_key(key));
    ensure_field(is_new, "api_key", "is already used")?;
    account.admin.api_keys.check_capacity(1, "API keys")?;
    let (id, at) = (uuid(), call.now_text());
    let key = json!({"id": id, "name": call.body["name"], "created_at": at, "updated_at": at});
    account.admin.api_keys.put(&id, key);
    let mut grant = call.grant.clone();
    grant.client_id.clone_from(&id);
    give_value(account, &id, grant, own.map(str::to_owned))
}

/// `POST /admin/api-keys/{api_key_id}/rotate-api-key`: the old value stops working at once. The key may do what it could
/// do before, not what the caller can.
pub(crate) fn rotate_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("api_key_id");
    living_key(account, id)?["updated_at"] = json!(call.now_text());
    let keys = &mut account.admin.keys;
    let grant = keys.values().find(|grant| grant.client_id == id).cloned();
    let grant = grant.ok_or_else(|| ApiError::not_found("API key"))?;
    keys.retain(|_, grant| grant.client_id != id);
    give_value(account, id, grant, None)
}

fn living_key<'a>(account: &'a mut Account, id: &str) -> ApiResult<&'a mut Value> {
    let key = account.admin.api_keys.get_mut(id, "API key")?;
    match key.get("deleted_at") {
        Some(_) => Err(ApiError::not_found("API key")),
        None => Ok(key),
    }
}

fn give_value(account: &mut Account, id: &str, grant: Grant, own: Option<String>) -> HandlerResult {
    let value = own.unwrap_or_else(|| format!("{}.{}", account.id, alphanumeric(44)));
    account.admin.keys.insert(value.clone(), grant);
    let mut body = account.admin.api_keys.get(id, "API key")?.clone();
    body["api_key"] = json!(value);
    ApiResponse::ok(body)
}

/// `DELETE /admin/api-keys/{api_key_id}`.
pub(crate) fn delete_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("api_key_id");
    let key = living_key(account, id)?;
    set(key, stamp(call, "deleted"));
    let body = key.clone();
    account.admin.keys.retain(|_, grant| grant.client_id != id);
    ApiResponse::ok(body)
}

/// `POST /admin/terminals/operations`: takes 30 seconds of the sandbox's clock; one at a time per terminal.
pub(crate) fn operate_terminal(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    const REQUEST: [&str; 3] = ["terminal_id", "operation", "parameters"];
    let terminals = &mut account.admin.terminals;
    let key = call.headers.get("idempotency-key");
    let key = key.and_then(|v| v.to_str().ok());
    let same_key = |o: &&TerminalOperation| key.is_some() && o.idempotency_key.as_deref() == key;
    if let Some(first) = terminals.iter().find(same_key) {
        let same = pick(&first.doc, &REQUEST) == pick(&call.body, &REQUEST);
        ensure_field(same, "Idempotency-Key", "was used for another operation")?;
        return ApiResponse::ok(first.body(call.now));
    }
    let terminal = &call.body["terminal_id"];
    ensure_field(terminal != "", "terminal_id", "must not be empty")?;
    let busy = |o: &&TerminalOperation| o.done_at > call.now && o.doc["terminal_id"] == *terminal;
    if let Some(first) = terminals.iter().find(busy) {
        let wait = (first.done_at - call.now).num_milliseconds();
        let wait = u64::try_from(wait).unwrap_or(0).div_ceil(1_000);
        return Err(ApiError::conflict("the terminal is busy").retry_after(wait));
    }
    terminals.check_capacity(1, "terminal operations")?;
    let (id, at, by) = (uuid(), call.now_text(), &call.grant.client_id);
    let mut doc = call.body.clone();
    let fields = json!({
        "id": id, "account_id": account.id, "created_at": at, "updated_at": at, "created_by": by, "updated_by": by,
    });
    set(&mut doc, fields);
    let operation = TerminalOperation {
        doc,
        idempotency_key: key.map(str::to_owned),
        done_at: call.now + TERMINAL,
    };
    let body = operation.body(call.now);
    terminals.put(&id, operation);
    ApiResponse::ok(body)
}

impl TerminalOperation {
    fn body(&self, now: DateTime<Utc>) -> Value {
        let mut body = self.doc.clone();
        let fields = if now < self.done_at {
            json!({"status": "PENDING"})
        } else {
            json!({"status": "COMPLETED", "updated_at": text(self.done_at), "result": {"outcome": "success"}})
        };
        set(&mut body, fields);
        body
    }
}

/// `GET /admin/terminals/operations`: newest first, at most 100.
pub(crate) fn terminal_operations(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    const FILTERS: [(&str, &str); 2] = [("terminal_id", "/terminal_id"), ("operation_id", "/id")];
    let operations = account.admin.terminals.iter().rev();
    let wanted = operations.filter(|o| has_values(&call.query, &o.doc, &FILTERS));
    ApiResponse::ok(wanted.take(100).map(|o| o.body(call.now)).collect())
}
