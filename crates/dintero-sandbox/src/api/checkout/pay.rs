//! Payments without the payer: sessions that keep a card, and charges of a kept card.

use crate::api::checkout::card::Card;
use crate::api::checkout::invoice;
use crate::api::checkout::order::{check_order, check_session_metadata};
use crate::api::checkout::payment;
use crate::api::checkout::sessions::{created, expiry, open, profile};
use crate::api::prelude::*;

/// The charge's id; its refusals say `success: false` too.
pub(crate) const OPERATION: &str = "checkout_session_pay_post";
const CARD: &str = "dintero_psp.creditcard";

/// `POST /sessions/payment-token`: a session of no amount; when its payer has paid, the card is kept.
pub(crate) fn token_session(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let mut check = Check::of(&call.body);
    check_product(&mut check, &call.body, "token_provider");
    let mut doc = call.body["session"].clone();
    doc["order"]["amount"] = json!(0);
    check_order(&mut check, "session.order", &doc["order"]);
    check_session_metadata(&mut check, "session.metadata", &doc["metadata"]);
    let (field, default) = ("session.profile_id", json!("default"));
    let id = doc.get("profile_id").unwrap_or(&default);
    let base = profile(&mut check, account, field, id);
    let expires_at = expiry(call, &mut check, "session.expires_at", &doc["expires_at"]);
    check.finish()?;
    let id = open(call, account, doc, base, expires_at)?;
    let session = account.sessions.get_mut(&id)?;
    session.keeps_card = true;
    session.doc["payment_operation"] = json!("generate_payment_token");
    created(call, account, &id)
}

fn check_product(check: &mut Check, body: &Value, within: &str) {
    let field = format!("{within}.payment_product_type");
    let reason = "is not played by the sandbox, which has cards of dintero_psp only";
    let product = &body[within]["payment_product_type"];
    check.ensure(product == CARD, &field, reason);
}

/// `POST /sessions/pay`. A charge that is refused is a 200 with `success: false`. A deleted token is refused, an unknown
/// one is a 400.
pub(crate) fn pay(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let body = &call.body["session"];
    let mut check = Check::of(&call.body);
    for name in ["session", "payment"] {
        check.ensure(call.body[name].is_object(), name, "is required");
    }
    let product = text_of(&call.body["payment"]["payment_product_type"]);
    let is_invoice = product.starts_with("kravia.");
    if is_invoice {
        let at = "session.order.billing_address";
        let address = &body["order"]["billing_address"];
        invoice::check_address(&mut check, at, address, product);
    } else {
        check_product(&mut check, &call.body, "payment");
    }
    check_order(&mut check, "session.order", &body["order"]);
    check_session_metadata(&mut check, "session.metadata", &body["metadata"]);
    let expires_at = expiry(call, &mut check, "session.expires_at", &body["expires_at"]);
    let base = profile(&mut check, account, "session.profile_id", &json!("default"));
    let secret = &body["customer"]["tokens"][CARD]["payment_token"];
    let is_sent = |token: &&Value| token["token"] == *secret;
    let token = account.card_tokens.iter().find(is_sent);
    let reason = "has no payment_token of this account for dintero_psp.creditcard";
    let has_means = is_invoice || token.is_some();
    check.ensure(has_means, "session.customer.tokens", reason);
    let field = "session.order.merchant_reference";
    check.ensure(!is_repeated(call, account), field, "is already used");
    check.finish()?;
    let token = token.cloned().unwrap_or_default();

    let mut card = Card::from_redacted(text_of(&token["masked_pan"]));
    if token["status"] != "ACTIVE" {
        card.outcome = Authorization::Failed;
    }
    let mut doc = body.clone();
    // There is no payer who could choose anything.
    remove(&mut doc, &["express"]);
    if let Some(customer) = doc.get_mut("customer") {
        remove(customer, &["tokens"]);
    }
    // A session has to have one, although nobody comes to this one.
    doc["url"]["return_url"] = json!(format!("{}/v1/view", call.base_url));
    let session_id = open(call, account, doc, base, expires_at)?;
    let id = match is_invoice {
        true => {
            let channel = &call.body["payment"]["invoice_channel"];
            invoice::pay(call, account, &session_id, product, channel)?
        }
        false => payment::pay(call, account, &session_id, &card)?,
    };
    let transaction = account.transactions.get_mut(&id)?;
    if !is_invoice {
        let operation = &call.body["payment"]["operation"];
        transaction.doc["payment_operation"] = operation.clone();
        transaction.doc["card"]["payment_token_id"] = token["id"].clone();
        let session = account.sessions.get_mut(&session_id)?;
        session.doc["payment_operation"] = operation.clone();
    }
    let success = is_invoice || card.outcome == Authorization::Given;
    if let (false, Some(event)) = (success, transaction.events.last_mut()) {
        let retry = json!({"retry_codes": ["DO_NOT_RETRY"]});
        event["error"] = json!({"message": "the token cannot be used", "type": ["DECLINED"], "retry_policy": retry});
    }
    let mut body = transaction.body(&[]);
    let fields = json!({"session_id": session_id, "success": success});
    set(&mut body, fields);
    ApiResponse::ok(body)
}

fn is_repeated(call: &Call<'_>, account: &Account) -> bool {
    let reference = &call.body["session"]["order"]["merchant_reference"];
    let same = |session: &&Session| session.doc["order"]["merchant_reference"] == *reference;
    let mut sessions = account.sessions.iter().filter(same);
    let authorized = |session: &Session| {
        let id = session.transaction_id.as_deref().unwrap_or_default();
        let transaction = account.transactions.find(id);
        let authorization = transaction.map(|t| t.ledger.authorization);
        let paid = [Some(Authorization::Given), Some(Authorization::Voided)];
        paid.contains(&authorization)
    };
    if call.toggle("strict-merchant-reference") {
        sessions.next().is_some()
    } else {
        call.toggle("strict-success-merchant-reference") && sessions.any(authorized)
    }
}
