//! Changes of a transaction: its second reference, and the amount of a pre-authorization.

use serde_json::{Value, json};

use crate::api::checkout::payment;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::Account;
use crate::state::checkout::{Authorization, Line, PreAuthorization};

/// `PUT /transactions/{id}`: sets `merchant_reference_2`.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("id");
    let transaction = account.checkout.transactions.get_mut(id, "transaction")?;
    let mut check = Check::default();
    let reference = Node::root(&call.body).at("merchant_reference_2");
    let reference = check.need_text(&reference, 255);
    check.finish()?;
    transaction
        .doc
        .insert("merchant_reference_2".into(), json!(reference));
    transaction
        .doc
        .insert("updated_at".into(), json!(call.now_text()));
    ApiResponse::ok(transaction.body(&[]))
}

/// `POST /transactions/{id}/authorization`: authorizes a payment on hold, of which the amount cannot be changed; or
/// changes a pre-authorization. Not final: a higher amount; final: any amount, which is the last.
pub(crate) fn change(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("id");
    let transaction = account.checkout.transactions.get_mut(id, "transaction")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let amount = check.need_int(&root.at("amount"), 1..=i64::from(i32::MAX));
    let is_final = call.body["final_authorization"] == true;
    let items = root.at("items").items();
    let sum: i64 = items
        .iter()
        .filter_map(|item| item.at("amount").as_i64())
        .sum();
    if !transaction.lines.is_empty() && items.is_empty() {
        check.fail(
            &root.at("items"),
            "is required, since the transaction has items",
        );
    }
    if !items.is_empty() && sum != amount {
        check.fail(&root.at("amount"), "is not the sum of the items");
    }
    check.finish()?;
    if transaction.ledger.authorization == Authorization::OnHold {
        if amount != transaction.ledger.authorized {
            return Err(ApiError::invalid_field(
                "amount",
                "is not the amount on hold",
            ));
        }
        let session_id = transaction.session_id.clone();
        let id = payment::decide(call, account, &session_id, true)?;
        return ApiResponse::ok(
            account
                .checkout
                .transactions
                .get(&id, "transaction")?
                .body(&[]),
        );
    }
    match transaction.pre_authorization {
        PreAuthorization::None => {
            return Err(ApiError::wrong_state(
                "the transaction is not a pre-authorization",
            ));
        }
        PreAuthorization::Final => {
            return Err(ApiError::conflict("the authorization is final"));
        }
        PreAuthorization::Open => {}
    }
    let status = transaction.ledger.status();
    if status != "AUTHORIZED" {
        let reason =
            format!("the authorization of a transaction that is {status} cannot be changed");
        return Err(ApiError::conflict(reason));
    }
    if !is_final && amount <= transaction.ledger.authorized {
        return Err(ApiError::invalid_field(
            "amount",
            "is not more than what is authorized",
        ));
    }
    transaction.check_capacity()?;

    transaction.ledger.authorized = amount;
    transaction.doc.insert("amount".into(), json!(amount));
    if is_final {
        transaction.pre_authorization = PreAuthorization::Final;
    }
    if let Some(items) = call.body["items"].as_array() {
        let line = |item: &Value| {
            let amount = item["amount"].as_i64().unwrap_or(0);
            Some((
                item["line_id"].as_str()?.to_owned(),
                Line {
                    amount,
                    ..Line::default()
                },
            ))
        };
        transaction.lines = items.iter().filter_map(line).collect();
        transaction.doc.insert("items".into(), json!(items));
    }
    let by = json!({"created_by": call.grant.client_id});
    transaction.add_event(call.now, call.request_id, "AUTHORIZE", amount, by);
    ApiResponse::ok(transaction.body(&[]))
}
