//! Authentication: who sends a request, by token or by API key, and what that caller may do.

use serde_json::json;
use url::{Position, Url};

use crate::call::{ApiResponse, Call, HandlerResult};
use crate::check::Check;
use crate::clients::{Grant, basic, is_account, is_account_or_owner};
use crate::documents::Operation;
use crate::errors::{ApiError, ApiResult, ensure_field};
use crate::shared::Shared;
use crate::state::json::text_of;

/// What the audience of a token begins with, on whichever host the token is fetched.
const AUDIENCE: &str = "https://api.dintero.com/v1/accounts/";

pub(crate) fn grant(shared: &Shared, operation: &Operation, call: &Call<'_>) -> ApiResult<Grant> {
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

/// Returns the account that an audience names, on a host of Dintero's or by which the sandbox itself is reached.
fn account_of(shared: &Shared, call: &Call<'_>, audience: &str) -> Option<String> {
    const HOSTS: [&str; 2] = ["api.dintero.com", "test.dintero.com"];
    let url = Url::parse(audience).ok()?;
    let base = Url::parse(call.base_url).ok()?;
    let is_dintero = url.scheme() == "https" && url.port().is_none();
    let is_dintero = is_dintero && url.host_str().is_some_and(|host| HOSTS.contains(&host));
    // The request has reached the sandbox by a host that was checked.
    let reached = call.headers.get("host").and_then(|host| host.to_str().ok());
    let is_own = shared.is_own(&url)
        || url.host() == base.host()
        || Some(&url[Position::BeforeHost..Position::AfterPort]) == reached;
    let account = url.path().strip_prefix("/v1/accounts/")?;
    let account = account.strip_suffix('/').unwrap_or(account);
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.password().is_none();
    let is_named = url.username().is_empty() || url.username() == account;
    ((is_dintero || is_own) && is_plain && is_named).then(|| account.to_owned())
}

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
    let account = account_of(shared, call, audience).unwrap_or_default();
    let mut check = Check::default();
    let is_credentials = call.body["grant_type"] == "client_credentials";
    check.ensure(is_credentials, "grant_type", "must be client_credentials");
    let reason = format!("must be {AUDIENCE} and an account id");
    check.ensure(is_account(&account), "audience", &reason);
    check.finish()?;

    let accounts = client.accounts_or(&shared.settings.account);
    let is_own = |account: &str| accounts.iter().any(|own| own == account);
    if !is_own(&account) {
        let message = "the audience is not granted to this client";
        return Err(ApiError::forbidden(message));
    }
    if !is_own(owner) {
        let message = "the account in the path is not this client's";
        return Err(ApiError::forbidden(message));
    }
    let grant = Grant {
        client_id: client.id.clone(),
        account,
        scopes: client.scopes.clone(),
    };
    let life = shared.settings.token_life;
    let mut state = shared.state();
    let token = state.tokens.issue(grant, life, call.now);
    shared.changed(&mut state);
    drop(state);
    let expires_in = life.as_secs();
    ApiResponse::ok(
        json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in}),
    )
}
