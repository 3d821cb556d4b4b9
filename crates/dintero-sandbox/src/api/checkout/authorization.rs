//! Changes of a transaction: its second reference, and the amount of a pre-authorization.

use crate::api::checkout::payment;
use crate::api::prelude::*;
use crate::state::checkout::{PreAuthorization, lines};

pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("id");
    let transaction = account.transactions.get_mut(id)?;
    let mut check = Check::of(&call.body);
    let reference = &call.body["merchant_reference_2"];
    check.ensure(!reference.is_null(), "merchant_reference_2", "is required");
    check.finish()?;
    transaction.doc["merchant_reference_2"] = reference.clone();
    transaction.doc["updated_at"] = json!(call.now_text());
    changed(call, account, id)
}

/// `POST /transactions/{id}/authorization`: authorizes a payment on hold, of which the amount cannot be changed; or
/// changes a pre-authorization. Not final: a higher amount; final: any amount, which is the last.
pub(crate) fn change(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("id");
    let transactions = &mut account.transactions;
    let transaction = transactions.get_mut(id)?;
    let is_final = call.body["final_authorization"] == true;
    let amount = call.body["amount"].as_i64().unwrap_or(0);
    let new = items(&call.body["items"]);
    let sum: i64 = new.iter().filter_map(|item| item["amount"].as_i64()).sum();
    let mut check = Check::of(&call.body);
    check.ensure(amount >= 1, "amount", "must be at least 1");
    let has_items = transaction.lines.is_empty() || !new.is_empty();
    let reason = "is required, since the transaction has items";
    check.ensure(has_items, "items", reason);
    let is_sum = new.is_empty() || sum == amount;
    check.ensure(is_sum, "amount", "is not the sum of the items");
    check.finish()?;
    if transaction.ledger.authorization == Authorization::OnHold {
        let is_same = amount == transaction.ledger.authorized;
        ensure_field(is_same, "amount", "is not the amount on hold")?;
        let session_id = transaction.session_id.clone();
        let id = payment::decide(call, account, &session_id, true)?;
        let transaction = account.transactions.get(&id)?;
        return ApiResponse::ok(transaction.body(&[]));
    }
    let kind = transaction.pre_authorization;
    let reason = "the transaction is not a pre-authorization";
    ensure_state(kind != PreAuthorization::None, reason)?;
    if kind == PreAuthorization::Final {
        return Err(ApiError::conflict("the authorization is final"));
    }
    let status = transaction.ledger.status();
    if status != "AUTHORIZED" {
        let reason =
            format!("the authorization of a transaction that is {status} cannot be changed");
        return Err(ApiError::conflict(reason));
    }
    let is_higher = amount > transaction.ledger.authorized;
    let reason = "is not more than what is authorized";
    ensure_field(is_final || is_higher, "amount", reason)?;
    transaction.check_idle()?;

    transaction.ledger.authorized = amount;
    transaction.doc["amount"] = json!(amount);
    if is_final {
        transaction.pre_authorization = PreAuthorization::Final;
    }
    if call.body["items"].is_array() {
        transaction.lines = lines(new);
        transaction.doc["items"] = call.body["items"].clone();
    }
    let by = json!({"created_by": call.grant.client_id});
    transaction.add_event(call.cause(), "AUTHORIZE", amount, by);
    changed(call, account, id)
}

fn changed(call: &Call<'_>, account: &mut Account, id: &str) -> HandlerResult {
    webhooks::on_transaction(account, call.now, id);
    let transaction = account.transactions.get(id)?;
    ApiResponse::ok(transaction.body(&[]))
}
