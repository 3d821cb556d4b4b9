//! Invoices, which are paid without the payer being there: `POST /sessions/{session_id}/pay`, and Kravia in
//! `POST /sessions/pay`.
//!
//! An invoice of Kravia stays AUTHORIZED until the payer has paid, which is at
//! [`Sandbox::complete_pending`](crate::Sandbox::complete_pending).

use crate::api::checkout::payment;
use crate::api::prelude::*;
use crate::clock::NEVER;

#[rustfmt::skip]
const PRODUCTS: [&str; 4] = [
    "kravia.invoice_b2b", "kravia.invoice_b2b_grouped", "kravia.invoice_b2c", "two.invoice_b2b",
];

/// `POST /sessions/{session_id}/pay`. Where a fault puts the payment off, it is on hold until the payer's
/// [`release`](crate::Payer::release).
pub(crate) fn pay_session(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("session_id");
    let session = account.sessions.get(id)?;
    let product = text_of(&call.body["payment_product_type"]);
    let mut check = Check::of(&call.body);
    let known = PRODUCTS.contains(&product);
    let reason = "is no invoice that the sandbox plays";
    check.ensure(known, "payment_product_type", reason);
    let of_session = &session.doc["order"]["billing_address"];
    let address = call.body.get("billing_address").unwrap_or(of_session);
    check_address(&mut check, "billing_address", address, product);
    check.finish()?;
    if let Some(seen) = call.headers.get("if-unmodified-since") {
        let time = |text: &str| parse_time(text, false);
        let seen = seen.to_str().ok().and_then(time);
        if seen.is_none() || seen != time(text_of(&session.doc["updated_at"])) {
            let reason = "the session has changed since it was read";
            return Err(ApiError::new(412, "PRECONDITION_FAILED", reason));
        }
    }
    payment::check_payable(call, session)?;
    let (family, kind) = product.split_once('.').unwrap_or_default();
    let settings = session.doc["configuration"][family][kind].clone();
    if family == "kravia" && settings["require_identity_verification"] != false {
        let detail = json!({"code": "IDENTITY_VERIFICATION_REQUIRED", "category": "permanent"});
        let action = json!({"code": "400", "source": "DINTERO", "type": "error"});
        return ApiResponse::ok(json!({
            "success": false, "error": "Rejected", "error_details": [detail], "actions": [action],
        }));
    }
    let (address, held) = (address.clone(), call.pending.is_some());
    let session = account.sessions.get_mut(id)?;
    session.doc["order"]["billing_address"] = address;
    pay(call, account, id, product, &settings["invoice_channel"])?;
    let (status, code) = if held { (202, "202") } else { (200, "200") };
    let action = json!({"code": code, "source": "DINTERO", "type": "success"});
    let body = json!({"success": true, "actions": [action]});
    Ok(ApiResponse::new(status, body))
}

pub(crate) fn check_address(check: &mut Check, at: &str, address: &Value, product: &str) {
    #[rustfmt::skip]
    const PERSON: [&str; 8] = [
        "first_name", "last_name", "email", "phone_number", "address_line", "postal_code", "postal_place",
        "country",
    ];
    const COMPANY: [&str; 2] = ["business_name", "organization_number"];
    let company = COMPANY.iter().filter(|_| product.contains("b2b"));
    for name in PERSON.iter().chain(company) {
        let field = format!("{at}.{name}");
        check.ensure(address[*name].is_string(), &field, "is required");
    }
}

/// Pays a session by invoice; returns the transaction's id. Kravia's own channel begins the capture by itself.
pub(crate) fn pay(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    product: &str,
    channel: &Value,
) -> ApiResult<String> {
    let id = payment::pay_invoice(call, account, session_id, product)?;
    let transaction = account.transactions.get_mut(&id)?;
    if is_kravia(transaction) {
        let channel = channel.as_str().unwrap_or("kravia");
        transaction.doc["metadata"]["kravia:invoice_channel"] = json!(channel);
        if channel == "kravia" && transaction.ledger.status() == "AUTHORIZED" {
            let movement = transaction.whole_capture();
            // It is carried out once the payer has paid the invoice.
            transaction.begin(call.cause(), movement, NEVER);
            account.put_off(&id, NEVER);
        }
    }
    Ok(id)
}

pub(crate) fn is_kravia(transaction: &Transaction) -> bool {
    transaction.doc["payment_product"] == "kravia"
}
