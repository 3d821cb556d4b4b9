//! Card tokens: made when the payer lets the card be kept, listed, read and deleted.

use serde_json::{Value, json};

use crate::api::checkout::card::Card;
use crate::call::{ApiResponse, Call};
use crate::errors::{ApiError, ApiResult};
use crate::state::admin::Doc;
use crate::state::checkout::Transaction;
use crate::state::{Account, uuid};

/// The token of a card that a transaction was paid with.
pub(crate) fn issue(call: &Call<'_>, account: &str, card: &Card, transaction: &Transaction) -> Doc {
    let mut token = json!({
        "id": uuid(), "type": "payment_token", "status": "ACTIVE", "card_brand": card.brand.to_lowercase(),
        "account_id": account, "payment_product_type": "dintero_psp.creditcard", "created_at": call.now_text(),
        "updated_at": call.now_text(), "token": uuid(), "masked_pan": card.redacted,
        "pan_expiry_date": transaction.doc["card"]["expiry_date"], "transaction_id": transaction.doc["id"],
        "created_by": call.grant.client_id, "external_token_references": [], "links": [],
    });
    if let Some(customer) = transaction
        .doc
        .get("customer")
        .and_then(|c| c["customer_id"].as_str())
    {
        token["customer_id"] = json!(customer);
    }
    token.as_object().cloned().unwrap_or_default()
}

/// `GET /card-tokens`: newest first.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let status = call.query.all("status");
    let deleted =
        call.query.flag("include_deleted")?.unwrap_or(false) || status.contains(&"DELETED");
    let is = |token: &Doc, name: &str| {
        call.query
            .first(name)
            .is_none_or(|wanted| token.get(name).is_some_and(|v| v == wanted))
    };
    let wanted = |token: &Doc| {
        let own = token["status"].as_str().unwrap_or_default();
        is(token, "customer_id")
            && is(token, "relationship_id")
            && (deleted || own != "DELETED")
            && (status.is_empty() || status.contains(&own))
    };
    let after = call.query.first("starting_after");
    let (page, _) = account
        .checkout
        .tokens
        .page(after, call.query.limit()?, wanted)?;
    ApiResponse::ok(json!(page))
}

/// `GET /card-tokens/{token_id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    ApiResponse::ok(json!(
        account
            .checkout
            .tokens
            .get(call.param("token_id"), "card token")?
    ))
}

/// `DELETE /card-tokens/{token_id}`: the card cannot be charged any more; the token stays readable.
pub(crate) fn delete(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let token = account
        .checkout
        .tokens
        .get_mut(call.param("token_id"), "card token")?;
    if token["status"] == "DELETED" {
        return Err(ApiError::wrong_state("the token is already deleted"));
    }
    for (name, value) in [
        ("status", "DELETED"),
        ("updated_at", &call.now_text()),
        ("deleted_at", &call.now_text()),
        ("deleted_by", &call.grant.client_id),
    ] {
        token.insert(name.into(), Value::from(value));
    }
    ApiResponse::ok(json!(token))
}
