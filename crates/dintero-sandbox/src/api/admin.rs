//! The signature secret, API keys, and webhook subscriptions, which no document describes.

use crate::api::prelude::*;
use crate::clients::{Grant, bearer};
use crate::state::callbacks::Callback;

const SIGNATURE: &str = "v0-hmac-sha256";

pub(crate) fn signature(_: &Call<'_>, account: &mut Account) -> HandlerResult {
    ApiResponse::ok(account.signatures.get(SIGNATURE)?.clone())
}

pub(crate) fn create_signature(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let secret = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id,
        "signature": {"type": SIGNATURE, "secret": alphanumeric(44)},
    });
    account.signatures.put(SIGNATURE, secret.clone());
    ApiResponse::ok(secret)
}

/// `POST /admin/api-keys`: a key that may do what its maker may. `access_token`, when sent, must be the maker's own.
pub(crate) fn create_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    if let Some(token) = call.body["access_token"].as_str() {
        let is_own = bearer(call.headers) == Some(token);
        ensure_field(is_own, "access_token", "must be the token of this call")?;
    }
    let own = call.body["api_key"].as_str();
    let is_of_account = own.is_none_or(|key| key.starts_with(&account.id));
    let reason = "must begin with the account id";
    ensure_field(is_of_account, "api_key", reason)?;
    let is_new = own.is_none_or(|key| !account.keys.contains(key));
    ensure_field(is_new, "api_key", "is already used")?;
    let (id, at) = (uuid(), call.now_text());
    let key = json!({"id": id, "name": call.body["name"], "created_at": at, "updated_at": at});
    account.api_keys.put(&id, key);
    let mut grant = call.grant.clone();
    grant.client_id.clone_from(&id);
    give_value(account, &id, grant, own.map(str::to_owned))
}

/// `POST /admin/api-keys/{api_key_id}/rotate-api-key`: the old value stops working at once. The key may do what it could
/// do before, not what the caller can.
pub(crate) fn rotate_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("api_key_id");
    living_key(account, id)?["updated_at"] = json!(call.now_text());
    let grant = take_value(account, id)?;
    give_value(account, id, grant, None)
}

fn living_key<'a>(account: &'a mut Account, id: &str) -> ApiResult<&'a mut Value> {
    let key = account.api_keys.get_mut(id)?;
    match key.get("deleted_at") {
        Some(_) => Err(ApiError::not_found("API key")),
        None => Ok(key),
    }
}

fn take_value(account: &mut Account, id: &str) -> ApiResult<Grant> {
    let is_its = |(value, grant): (&String, &Grant)| (grant.client_id == id).then(|| value.clone());
    let value = account.keys.entries().find_map(is_its);
    account.keys.remove(&value.unwrap_or_default())
}

fn give_value(account: &mut Account, id: &str, grant: Grant, own: Option<String>) -> HandlerResult {
    let value = own.unwrap_or_else(|| format!("{}.{}", account.id, alphanumeric(44)));
    account.keys.put(&value, grant);
    let mut body = account.api_keys.get(id)?.clone();
    body["api_key"] = json!(value);
    ApiResponse::ok(body)
}

pub(crate) fn delete_api_key(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("api_key_id");
    let key = living_key(account, id)?;
    set(key, stamp(call, "deleted"));
    let body = key.clone();
    take_value(account, id)?;
    ApiResponse::ok(body)
}

pub(crate) fn create_hook(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    // An empty text is none elsewhere.
    let has_value = call.body["config"]["secret"]["value"] != "";
    ensure_field(has_value, "config.secret.value", "is required")?;
    let hooks = &mut account.subscriptions;
    let (id, mut hook) = (uuid(), call.body.clone());
    set(&mut hook, stamp(call, "created"));
    set(&mut hook, json!({"id": id, "updated_at": call.now_text()}));
    hooks.put(&id, hook.clone());
    webhooks::ping(account, call.now, &id)?;
    ApiResponse::ok(webhooks::shown(&hook))
}

pub(crate) fn list_hooks(_: &Call<'_>, account: &mut Account) -> HandlerResult {
    let hooks = account.subscriptions.iter().rev();
    ApiResponse::ok(hooks.map(webhooks::shown).collect())
}

pub(crate) fn read_hook(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let hooks = &account.subscriptions;
    ApiResponse::ok(webhooks::shown(hooks.get(call.param("hook_id"))?))
}

pub(crate) fn delete_hook(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let hooks = &mut account.subscriptions;
    let mut hook = hooks.remove(call.param("hook_id"))?;
    set(&mut hook, stamp(call, "deleted"));
    ApiResponse::ok(webhooks::shown(&hook))
}

pub(crate) fn ping_hook(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    webhooks::ping(account, call.now, call.param("hook_id"))?;
    Ok(ApiResponse::new(204, Value::Null))
}

pub(crate) fn list_deliveries(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    account.subscriptions.get(call.param("hook_id"))?;
    let all = account.callbacks.iter().rev();
    let all = all.filter(|d| d.subscription_id.as_deref() == Some(call.param("hook_id")));
    ApiResponse::ok(all.map(Callback::shown).collect())
}

pub(crate) fn read_delivery(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let delivery = account.callbacks.get(call.param("delivery_id"))?;
    let is_its = delivery.subscription_id.as_deref() == Some(call.param("hook_id"));
    let found = is_its.then(|| delivery.shown());
    ApiResponse::ok(found.ok_or_else(|| ApiError::not_found("delivery"))?)
}
