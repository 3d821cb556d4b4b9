//! Authentication: who sends a request, by token or by API key, and what that caller may do.

use serde_json::Value;

use crate::call::Call;
use crate::clients::{Grant, TokenRequest, is_account_or_owner};
use crate::documents::Operation;
use crate::errors::{ApiError, ApiResult};
use crate::shared::Shared;

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

/// Handles the token request.
pub(crate) fn issue_token(
    shared: &Shared,
    call: &Call<'_>,
    handled: &mut bool,
) -> ApiResult<Value> {
    let owner = call.param("oid");
    if !is_account_or_owner(owner) {
        let reason = "must be T or P and 3 or 8 digits";
        return Err(ApiError::invalid_field("oid", reason));
    }
    *handled = true;
    let request = TokenRequest {
        headers: call.headers,
        owner,
        body: &call.body,
        clients: &shared.clients,
        own_account: &shared.account,
        life: shared.token_life,
        now: call.now,
    };
    let issued = shared.state().tokens.issue(&request);
    shared.changed();
    issued
}
