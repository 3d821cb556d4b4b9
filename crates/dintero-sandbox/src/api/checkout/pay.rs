//! Payments without the payer: sessions that keep a card, and charges of a kept card.

use serde_json::{Map, Value, json};

use crate::api::checkout::card::Card;
use crate::api::checkout::order::{check_order, check_session_metadata};
use crate::api::checkout::payment;
use crate::api::checkout::sessions::{created, expiry, open};
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::ApiResult;
use crate::state::Account;
use crate::state::checkout::{Authorization, Session};

/// The charge's id; its refusals say `success: false` too.
pub(crate) const OPERATION: &str = "checkout_session_pay_post";
/// The only product that the sandbox plays.
const CARD: &str = "dintero_psp.creditcard";

/// `POST /sessions/payment-token`: a session of no amount; when its payer has paid, the card is kept.
pub(crate) fn token_session(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check_product(&mut check, &root.at("token_provider.payment_product_type"));
    let mut doc = object(&call.body["session"]);
    if let Some(order) = doc.get_mut("order") {
        order["amount"] = json!(0);
        check_order(&mut check, &Node::root(order).named("session.order"), true);
    }
    check.url(&root.at("session.url.return_url"));
    let profile = root.at("session.profile_id");
    configure(account, &mut doc, profile.as_str());
    if profile
        .as_str()
        .is_some_and(|id| !account.admin.profiles.contains(id))
    {
        check.fail(&profile, "is not a profile of this account");
    }
    check_session_metadata(&mut check, &root.at("session.metadata"));
    let expires_at = expiry(call, &mut check, &root.at("session.expires_at"));
    check.finish()?;
    let id = open(call, account, doc, expires_at)?;
    account
        .checkout
        .sessions
        .get_mut(&id, "session")?
        .keeps_card = true;
    created(
        call,
        account,
        &id,
        call.query.flag("include_session")?.unwrap_or(false),
    )
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The configuration of the profile, `default` if none is named, under what the body has of its own.
fn configure(account: &Account, doc: &mut Map<String, Value>, profile: Option<&str>) {
    let profile = account.admin.profiles.find(profile.unwrap_or("default"));
    let mut configuration = object(
        profile
            .and_then(|p| p.get("configuration"))
            .unwrap_or(&Value::Null),
    );
    configuration.extend(object(doc.get("configuration").unwrap_or(&Value::Null)));
    doc.insert("configuration".into(), Value::Object(configuration));
}

fn check_product(check: &mut Check, product: &Node<'_>) {
    if product.as_str().is_some_and(|product| product != CARD) {
        check.fail(
            product,
            "is not played by the sandbox, which has cards of dintero_psp only",
        );
    }
}

/// `POST /sessions/pay`. A charge that is refused is a 200 with `success: false`. A deleted token is refused, an unknown
/// one is a 400.
pub(crate) fn pay(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_object(&root.at("session"));
    check.need_object(&root.at("payment"));
    check_product(&mut check, &root.at("payment.payment_product_type"));
    check_order(&mut check, &root.at("session.order"), true);
    check.url(&root.at("session.url.callback_url"));
    check_session_metadata(&mut check, &root.at("session.metadata"));
    let expires_at = expiry(call, &mut check, &root.at("session.expires_at"));
    let body = &call.body["session"];
    let secret = &body["customer"]["tokens"][CARD]["payment_token"];
    let token = account
        .checkout
        .tokens
        .iter()
        .find(|t| t.get("token") == Some(secret));
    let at = root.at("session").at("customer.tokens");
    if token.is_none() {
        check.fail(
            &at,
            "has no payment_token of this account for dintero_psp.creditcard",
        );
    }
    check_reference(call, account, &mut check);
    check.finish()?;
    account
        .checkout
        .transactions
        .check_capacity(1, "transactions")?;
    account.checkout.tokens.check_capacity(1, "card tokens")?;

    let card = token.map_or_else(Card::declined, |token| {
        let mut card = Card::from_redacted(token["masked_pan"].as_str().unwrap_or_default());
        if token["status"] != "ACTIVE" {
            card.outcome = Authorization::Failed;
        }
        card
    });
    let token_id = token.map(|token| token["id"].clone());
    let mut doc = object(body);
    if let Some(customer) = doc.get_mut("customer").and_then(Value::as_object_mut) {
        customer.remove("tokens");
    }
    configure(account, &mut doc, None);
    // A session has to have one, although nobody comes to this one.
    let url = doc.entry("url").or_insert_with(|| json!({}));
    url["return_url"] = json!(format!("{}/v1/view", call.base_url));
    let session_id = open(call, account, doc, expires_at)?;
    let id = payment::pay(call, account, &session_id, &card)?;
    let transaction = account.checkout.transactions.get_mut(&id, "transaction")?;
    let operation = call.body["payment"]["operation"].clone();
    transaction
        .doc
        .insert("payment_operation".into(), operation);
    if let (Some(card), Some(token_id)) = (transaction.doc.get_mut("card"), token_id) {
        card["payment_token_id"] = token_id;
    }
    let success = card.outcome == Authorization::Given;
    if let (false, Some(event)) = (success, transaction.events.last_mut()) {
        let retry = json!({"retry_codes": ["DO_NOT_RETRY"]});
        event["error"] = json!({"message": "the token cannot be used", "type": ["DECLINED"], "retry_policy": retry});
    }
    let mut response = transaction.body(&[]);
    response["session_id"] = json!(session_id);
    response["success"] = json!(success);
    ApiResponse::ok(response)
}

/// The toggles against paying twice.
fn check_reference(call: &Call<'_>, account: &Account, check: &mut Check) {
    let reference = &call.body["session"]["order"]["merchant_reference"];
    let same = |session: &&Session| session.doc["order"]["merchant_reference"] == *reference;
    let mut sessions = account.checkout.sessions.iter().filter(same);
    let authorized = |session: &Session| {
        let id = session.transaction_id.as_deref().unwrap_or_default();
        let transaction = account.checkout.transactions.find(id);
        transaction.is_some_and(|t| {
            matches!(
                t.ledger.authorization,
                Authorization::Given | Authorization::Voided
            )
        })
    };
    let used = if call.toggle("strict-merchant-reference") {
        sessions.next().is_some()
    } else {
        call.toggle("strict-success-merchant-reference") && sessions.any(authorized)
    };
    if used {
        let at = Node::root(&call.body).at("session.order.merchant_reference");
        check.fail(&at, "is already used");
    }
}
