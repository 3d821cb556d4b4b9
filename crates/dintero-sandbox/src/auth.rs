//! Authentication: who sends a request, by token or by API key, and what that caller may do.

use serde_json::json;

use crate::call::{ApiResponse, Call, HandlerResult};
use crate::check::Check;
use crate::clients::{Grant, basic, is_account, is_account_or_owner};
use crate::documents::Operation;
use crate::errors::{ApiError, ApiResult, ensure_field};
use crate::shared::Shared;
use crate::state::json::text_of;

/// What the audience of a token begins with, on whichever host the token is fetched.
const AUDIENCE: &str = "https://api.dintero.com/v1/accounts/";

/// Returns what the caller is granted, if it has one of the operation's scopes and the account in the path.
pub(crate) fn authorize(
    shared: &Shared,
    operation: &Operation,
    call: &Call<'_>,
) -> ApiResult<Grant> {
    let state = shared.state();
    let grant = match call.headers.get("x-api-key") {
        Some(key) if operation.takes_api_key => state.grant_of_key(key.as_bytes())?,
        _ => state.tokens.grant(call.headers, call.now)?,
    };
    if !grant.allows(&operation.scopes) {
        let scopes = operation.scopes.join(", ");
        let message = format!("the token has none of the scopes {scopes}");
        return Err(ApiError::forbidden(message));
    }
    let account = call.param("aid");
    if !account.is_empty() && account != grant.account {
        return Err(ApiError::forbidden("the token is for another account"));
    }
    Ok(grant)
}

/// Issues a token to a client that authenticates with its id and its secret.
pub(crate) fn issue_token(shared: &Shared, call: &Call<'_>, handled: &mut bool) -> HandlerResult {
    let owner = call.param("oid");
    let reason = "must be T or P and 3 or 8 digits";
    ensure_field(is_account_or_owner(owner), "oid", reason)?;
    *handled = true;
    let (id, secret) = basic(call.headers)?;
    let mut clients = shared.settings.clients.iter();
    let client = clients.find(|client| client.id == id && client.secret == secret);
    let unknown = || ApiError::unauthorized("unknown client id or wrong client secret");
    let client = client.ok_or_else(unknown)?;

    let audience = text_of(&call.body["audience"]);
    let account = audience.strip_prefix(AUDIENCE).unwrap_or_default();
    let mut check = Check::default();
    let is_credentials = call.body["grant_type"] == "client_credentials";
    check.ensure(is_credentials, "grant_type", "must be client_credentials");
    let reason = format!("must be {AUDIENCE} and an account id");
    check.ensure(is_account(account), "audience", &reason);
    check.finish()?;

    let accounts = client.accounts_or(&shared.settings.account);
    let is_own = |account: &str| accounts.iter().any(|own| own == account);
    if !is_own(account) {
        let message = "the audience is not granted to this client";
        return Err(ApiError::forbidden(message));
    }
    if !is_own(owner) && client.owner.as_deref() != Some(owner) {
        let message = "the account in the path is not this client's";
        return Err(ApiError::forbidden(message));
    }
    let grant = Grant {
        client_id: client.id.clone(),
        account: account.into(),
        scopes: client.scopes.clone(),
    };
    let life = shared.settings.token_life;
    let token = shared.state().tokens.issue(grant, life, call.now);
    shared.changed();
    let expires_in = life.as_secs();
    ApiResponse::ok(
        json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in}),
    )
}
