//! Card tokens: made when the payer lets the card be kept, listed, read and deleted.

use serde_json::{Value, json};

use crate::api::checkout::card::Card;
use crate::api::{is_set, page};
use crate::call::{ApiResponse, Call};
use crate::errors::{ApiError, ApiResult};
use crate::state::checkout::Transaction;
use crate::state::json::{set, text_of};
use crate::state::{Account, uuid};

/// The token of a card that a transaction was paid with.
pub(crate) fn issue(
    call: &Call<'_>,
    account: &str,
    card: &Card,
    transaction: &Transaction,
) -> Value {
    let mut token = json!({
        "id": uuid(), "type": "payment_token", "status": "ACTIVE", "card_brand": card.brand.to_lowercase(),
        "account_id": account, "payment_product_type": "dintero_psp.creditcard", "created_at": call.now_text(),
        "updated_at": call.now_text(), "token": uuid(), "masked_pan": card.redacted,
        "pan_expiry_date": transaction.doc["card"]["expiry_date"], "transaction_id": transaction.doc["id"],
        "created_by": call.grant.client_id, "external_token_references": [], "links": [],
    });
    let customer = &transaction.doc["customer"]["customer_id"];
    set(&mut token, json!({"customer_id": customer}));
    token
}

/// `GET /card-tokens`: newest first.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let status = call.query.all("status");
    let deleted = is_set(call, "include_deleted") || status.contains(&"DELETED");
    let is = |token: &Value, name: &str| call.query.first(name).is_none_or(|v| token[name] == v);
    let wanted = |token: &Value| {
        let own = text_of(&token["status"]);
        is(token, "customer_id")
            && is(token, "relationship_id")
            && (deleted || own != "DELETED")
            && (status.is_empty() || status.contains(&own))
    };
    ApiResponse::ok(json!(page(call, &account.checkout.tokens, wanted)?.0))
}

/// `GET /card-tokens/{token_id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let tokens = &account.checkout.tokens;
    ApiResponse::ok(tokens.get(call.param("token_id"), "card token")?.clone())
}

/// `DELETE /card-tokens/{token_id}`: the card cannot be charged any more; the token stays readable.
pub(crate) fn delete(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let tokens = &mut account.checkout.tokens;
    let token = tokens.get_mut(call.param("token_id"), "card token")?;
    if token["status"] == "DELETED" {
        return Err(ApiError::wrong_state("the token is already deleted"));
    }
    let (at, by) = (call.now_text(), &call.grant.client_id);
    set(
        token,
        json!({"status": "DELETED", "updated_at": at, "deleted_at": at, "deleted_by": by}),
    );
    ApiResponse::ok(token.clone())
}
