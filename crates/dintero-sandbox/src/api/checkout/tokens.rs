//! Card tokens: made when the payer lets the card be kept, and deleted.

use crate::api::checkout::card::Card;
use crate::api::prelude::*;

pub(crate) fn issue(call: &Call<'_>, account: &str, card: &Card, payment: &Transaction) -> Value {
    object(json!({
        "id": uuid(), "type": "payment_token", "status": "ACTIVE", "card_brand": card.brand.to_lowercase(),
        "account_id": account, "payment_product_type": "dintero_psp.creditcard", "created_at": call.now_text(),
        "updated_at": call.now_text(), "token": uuid(), "masked_pan": card.redacted,
        "pan_expiry_date": payment.doc["card"]["expiry_date"], "transaction_id": payment.doc["id"],
        "created_by": call.grant.client_id, "external_token_references": [], "links": [],
        "customer_id": payment.doc["customer"]["customer_id"],
    }))
}

/// `DELETE /card-tokens/{token_id}`: the card cannot be charged any more; the token stays readable.
pub(crate) fn delete(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let mut fields = stamp(call, "deleted");
    fields["status"] = json!("DELETED");
    set_status(call, account, "checkout_token_delete", fields)
}

/// `POST /_sandbox/card-tokens/{token_id}`: what the issuer of a card does to its token. Only one that is ACTIVE can be
/// charged.
pub(crate) fn change(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let fields = pick(&call.body, &["status"]);
    set_status(call, account, "checkout_token_update", fields)
}

fn set_status(call: &Call<'_>, account: &mut Account, event: &str, to: Value) -> HandlerResult {
    let token = account.card_tokens.get_mut(call.param("token_id"))?;
    let is_deleted = token["status"] == "DELETED";
    ensure_state(!is_deleted, "the token is already deleted")?;
    set(token, to);
    token["updated_at"] = json!(call.now_text());
    let token = token.clone();
    webhooks::on_token(account, call.now, event, &token);
    ApiResponse::ok(token)
}
