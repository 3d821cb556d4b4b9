//! Payment profiles, the signature secret, API keys and terminals.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::api::loans;
use crate::call::{ApiResponse, Call};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use crate::state::admin::{Doc, TerminalOperation};
use crate::state::{Account, alphanumeric, uuid};

/// How long a terminal needs for an operation, on the sandbox's clock.
const TERMINAL: TimeDelta = TimeDelta::seconds(30);

/// `GET /admin/session/profiles`: newest first.
pub(crate) fn profiles(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let after = call.query.first("starting_after");
    let (page, _) = account
        .admin
        .profiles
        .page(after, call.query.limit()?, |_| true)?;
    ApiResponse::ok(json!(page))
}

/// `POST /admin/session/profiles`: under the `profile_id` that was sent, else under a generated one.
pub(crate) fn create_profile(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = match call.body["profile_id"].as_str() {
        Some("") => return Err(ApiError::invalid_field("profile_id", "must not be empty")),
        Some(id) => id.to_owned(),
        None => format!("{}.{}", account.id, alphanumeric(22)),
    };
    if account.admin.profiles.contains(&id) {
        return Err(ApiError::invalid_field("profile_id", "is already used"));
    }
    account.admin.profiles.check_capacity(1, "profiles")?;
    let mut doc = profile_of(&call.body);
    doc.insert("id".into(), json!(id));
    doc.insert("profile_id".into(), json!(id));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("created_by".into(), json!(call.grant.client_id));
    account.admin.profiles.put(&id, doc.clone());
    ApiResponse::ok(Value::Object(doc))
}

/// `GET /admin/session/profiles/{profile_id}`.
pub(crate) fn profile(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("profile_id");
    ApiResponse::ok(json!(account.admin.profiles.get(id, "profile")?))
}

/// `PUT /admin/session/profiles/{profile_id}`: the body takes the place of the whole profile.
pub(crate) fn update_profile(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("profile_id");
    let profile = account.admin.profiles.get_mut(id, "profile")?;
    if call.body["profile_id"]
        .as_str()
        .is_some_and(|own| own != id)
    {
        return Err(ApiError::invalid_field("profile_id", "cannot be changed"));
    }
    profile.retain(|name, _| {
        ["id", "profile_id", "created_at", "created_by"].contains(&name.as_str())
    });
    profile.extend(profile_of(&call.body));
    profile.insert("updated_at".into(), json!(call.now_text()));
    ApiResponse::ok(json!(profile))
}

/// `DELETE /admin/session/profiles/{profile_id}`: it is gone from then on; its sessions go on.
pub(crate) fn delete_profile(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let mut profile = account
        .admin
        .profiles
        .remove(call.param("profile_id"), "profile")?;
    deleted(call, &mut profile);
    ApiResponse::ok(Value::Object(profile))
}

fn profile_of(body: &Value) -> Doc {
    let mut body = body.clone();
    loans::add_rates(&mut body);
    object(&body)
}

fn object(body: &Value) -> Doc {
    body.as_object().cloned().unwrap_or_default()
}

fn deleted(call: &Call<'_>, doc: &mut Doc) {
    doc.insert("deleted_at".into(), json!(call.now_text()));
    doc.insert("deleted_by".into(), json!(call.grant.client_id));
}

/// `GET /admin/signature`.
pub(crate) fn signature(_: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let secret = account.admin.signature.clone();
    ApiResponse::ok(secret.ok_or_else(|| ApiError::not_found("signature secret"))?)
}

/// `POST /admin/signature`: a new secret, which takes the place of the old one at once.
pub(crate) fn create_signature(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let secret = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id,
        "signature": {"type": "v0-hmac-sha256", "secret": alphanumeric(44)},
    });
    account.admin.signature = Some(secret.clone());
    ApiResponse::ok(secret)
}

/// `GET /admin/api-keys`: newest first, without their values.
pub(crate) fn api_keys(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let all = call.query.flag("include_deleted")?.unwrap_or(false);
    let after = call.query.first("starting_after");
    let wanted = |key: &Doc| all || !key.contains_key("deleted_at");
    let (page, _) = account
        .admin
        .api_keys
        .page(after, call.query.limit()?, wanted)?;
    ApiResponse::ok(json!(page))
}

/// `POST /admin/api-keys`: a key that may do what its maker may. `access_token`, when sent, must be the maker's own.
pub(crate) fn create_api_key(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    if let Some(token) = call.body["access_token"].as_str() {
        let own = call
            .headers
            .get("authorization")
            .and_then(|v| v.to_str().ok());
        if own
            .and_then(|v| v.split_once(' '))
            .is_none_or(|(_, own)| own.trim() != token)
        {
            let reason = "must be the token of this call";
            return Err(ApiError::invalid_field("access_token", reason));
        }
    }
    let own = call.body["api_key"].as_str();
    if own.is_some_and(|key| !key.starts_with(&account.id)) {
        return Err(ApiError::invalid_field(
            "api_key",
            "must begin with the account id",
        ));
    }
    if own.is_some_and(|key| account.admin.keys.contains_key(key)) {
        return Err(ApiError::invalid_field("api_key", "is already used"));
    }
    account.admin.api_keys.check_capacity(1, "API keys")?;
    let (id, at) = (uuid(), call.now_text());
    let mut doc = Map::new();
    doc.insert("id".into(), json!(id));
    doc.insert("name".into(), call.body["name"].clone());
    doc.insert("created_at".into(), json!(at));
    doc.insert("updated_at".into(), json!(at));
    account.admin.api_keys.put(&id, doc);
    give_value(call, account, &id, own.map(str::to_owned))
}

/// `POST /admin/api-keys/{api_key_id}/rotate-api-key`: the old value stops working at once.
pub(crate) fn rotate_api_key(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("api_key_id");
    let key = account.admin.api_keys.get_mut(id, "API key")?;
    if key.contains_key("deleted_at") {
        return Err(ApiError::not_found("API key"));
    }
    key.insert("updated_at".into(), json!(call.now_text()));
    let grant = account
        .admin
        .keys
        .values()
        .find(|grant| grant.client_id == id)
        .cloned();
    account.admin.keys.retain(|_, grant| grant.client_id != id);
    let response = give_value(call, account, id, None)?;
    // A rotated key may do what it could do before, not what the caller can.
    if let (Some(before), Some(value)) = (grant, response.body["api_key"].as_str()) {
        account.admin.keys.insert(value.to_owned(), before);
    }
    Ok(response)
}

fn give_value(
    call: &Call<'_>,
    account: &mut Account,
    id: &str,
    own: Option<String>,
) -> ApiResult<ApiResponse> {
    let value = own.unwrap_or_else(|| format!("{}.{}", account.id, alphanumeric(44)));
    let mut grant = call.grant.clone();
    grant.client_id = id.to_owned();
    account.admin.keys.insert(value.clone(), grant);
    let mut body = json!(account.admin.api_keys.get(id, "API key")?);
    body["api_key"] = json!(value);
    ApiResponse::ok(body)
}

/// `DELETE /admin/api-keys/{api_key_id}`.
pub(crate) fn delete_api_key(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("api_key_id");
    let key = account.admin.api_keys.get_mut(id, "API key")?;
    if key.contains_key("deleted_at") {
        return Err(ApiError::not_found("API key"));
    }
    deleted(call, key);
    let body = json!(key);
    account.admin.keys.retain(|_, grant| grant.client_id != id);
    ApiResponse::ok(body)
}

/// `POST /admin/terminals/operations`: takes 30 seconds of the sandbox's clock; one at a time per terminal.
pub(crate) fn operate_terminal(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let terminals = &mut account.admin.terminals;
    let key = call
        .headers
        .get("idempotency-key")
        .and_then(|v| v.to_str().ok());
    let of_request = |o: &TerminalOperation| {
        ["terminal_id", "operation", "parameters"].map(|name| o.doc.get(name).cloned())
    };
    let asked = ["terminal_id", "operation", "parameters"].map(|name| call.body.get(name).cloned());
    if let Some(key) = key {
        let same_key = |o: &TerminalOperation| o.idempotency_key.as_deref() == Some(key);
        if let Some(first) = terminals.page(None, 1, same_key)?.0.first() {
            return if of_request(first) == asked {
                ApiResponse::ok(first.body(call.now))
            } else {
                let reason = "was used for another operation";
                Err(ApiError::invalid_field("Idempotency-Key", reason))
            };
        }
    }
    if call.body["terminal_id"] == "" {
        return Err(ApiError::invalid_field("terminal_id", "must not be empty"));
    }
    let busy = |o: &TerminalOperation| {
        o.done_at > call.now && o.doc.get("terminal_id") == call.body.get("terminal_id")
    };
    if let Some(first) = terminals.page(None, 1, busy)?.0.first() {
        let wait = (first.done_at - call.now).num_milliseconds();
        let wait = u64::try_from(wait).unwrap_or(0).div_ceil(1_000);
        return Err(ApiError::conflict("the terminal is busy").retry_after(wait));
    }
    terminals.check_capacity(1, "terminal operations")?;
    let id = uuid();
    let mut doc = object(&call.body);
    let (at, by) = (call.now_text(), &call.grant.client_id);
    for (name, value) in [
        ("id", &id),
        ("account_id", &account.id),
        ("created_at", &at),
        ("updated_at", &at),
        ("created_by", by),
        ("updated_by", by),
    ] {
        doc.insert(name.into(), json!(value));
    }
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
    fn body(&self, now: chrono::DateTime<chrono::Utc>) -> Value {
        let mut doc = self.doc.clone();
        let is_done = now >= self.done_at;
        doc.insert(
            "status".into(),
            json!(if is_done { "COMPLETED" } else { "PENDING" }),
        );
        if is_done {
            doc.insert("updated_at".into(), json!(text(self.done_at)));
            doc.insert("result".into(), json!({"outcome": "success"}));
        }
        Value::Object(doc)
    }
}

/// `GET /admin/terminals/operations`: newest first, at most 100.
pub(crate) fn terminal_operations(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let is = |o: &TerminalOperation, name: &str, parameter: &str| {
        call.query
            .first(parameter)
            .is_none_or(|wanted| o.doc.get(name).is_some_and(|v| v == wanted))
    };
    let wanted =
        |o: &TerminalOperation| is(o, "terminal_id", "terminal_id") && is(o, "id", "operation_id");
    let (page, _) = account.admin.terminals.page(None, 100, wanted)?;
    ApiResponse::ok(page.iter().map(|o| o.body(call.now)).collect())
}
