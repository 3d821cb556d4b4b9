//! What the payer's choices do: the transaction, its events, what is captured and kept at once, and the callback.

pub(crate) mod express;
pub(crate) mod form;
mod page;

use crate::api::checkout::card::{Card, Case, timeout, times_out};
use crate::api::checkout::invoice::is_kravia;
use crate::api::checkout::tokens;
use crate::api::checkout::transactions::from_session;
use crate::api::prelude::*;
use crate::callbacks::{self};
use crate::state::checkout::{Ledger, PreAuthorization, lines};

#[derive(Debug, Clone)]
pub(crate) enum Choice {
    Pay(Card),
    Hold,
    Release,
    Refuse,
    Cancel,
}

pub(crate) fn act(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    choice: &Choice,
) -> ApiResult<Option<String>> {
    match choice {
        Choice::Pay(card) => pay(call, account, session_id, card).map(Some),
        Choice::Hold => hold(call, account, session_id).map(Some),
        Choice::Release => decide(call, account, session_id, true).map(Some),
        Choice::Refuse => decide(call, account, session_id, false).map(Some),
        Choice::Cancel => cancel(call, account, session_id).map(|()| None),
    }
}

/// Whether the session can be paid: it is open, and the payer of an express session has said where it is sent and how.
pub(crate) fn check_payable(call: &Call<'_>, session: &Session) -> ApiResult<()> {
    check_open(call, session)?;
    let (order, express) = (&session.doc["order"], &session.doc["express"]);
    let has_address = !express.is_object() || order["shipping_address"].is_object();
    let reason = "an express session needs order.shipping_address first";
    ensure_state(has_address, reason)?;
    let offers = !items(&express["shipping_options"]).is_empty();
    let reason = "an express session that offers shipping needs order.shipping_option first";
    ensure_state(!offers || order["shipping_option"].is_object(), reason)
}

fn check_open(call: &Call<'_>, session: &Session) -> ApiResult<()> {
    match session.over(call.now) {
        Some(reason) => Err(ApiError::wrong_state(reason)),
        None if session.locked => Err(ApiError::wrong_state("the session is locked")),
        None => Ok(()),
    }
}

/// Pays a session; returns the transaction's id. A declined or failed card also makes a transaction.
pub(crate) fn pay(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    card: &Card,
) -> ApiResult<String> {
    let mut card = card.clone();
    let session = account.sessions.get(session_id)?;
    if card.case == Case::TokenTimesOut && session.keeps_card {
        card.outcome = Authorization::Failed;
    }
    let (product, outcome) = ("dintero_psp.creditcard", card.outcome);
    let id = begin(call, account, session_id, (product, outcome), Some(&card))?;
    finish(call, account, &id, Some(&card))?;
    Ok(id)
}

/// Pays a session by invoice, or leaves it on hold where a fault puts it off; returns the transaction's id.
pub(crate) fn pay_invoice(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    product: &str,
) -> ApiResult<String> {
    if call.pending.is_some() {
        let held = (product, Authorization::OnHold);
        return begin(call, account, session_id, held, None);
    }
    let given = (product, Authorization::Given);
    let id = begin(call, account, session_id, given, None)?;
    finish(call, account, &id, None)?;
    Ok(id)
}

/// A payment of the kind that waits for the merchant, which is the only one that the sandbox can hold.
fn hold(call: &Call<'_>, account: &mut Account, session_id: &str) -> ApiResult<String> {
    let session = account.sessions.get(session_id)?;
    ensure_state(!session.keeps_card, "the session is for keeping a card")?;
    let held = ("dintero.external", Authorization::OnHold);
    let id = begin(call, account, session_id, held, None)?;
    callbacks::on_payment(account, call.now, &id, false);
    Ok(id)
}

fn cancel(call: &Call<'_>, account: &mut Account, session_id: &str) -> ApiResult<()> {
    let session = account.sessions.get_mut(session_id)?;
    check_open(call, session)?;
    session.cancel(call.cause(), None);
    callbacks::on_cancel(account, call.now, session_id);
    Ok(())
}

pub(crate) fn decide(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    is_given: bool,
) -> ApiResult<String> {
    let session = account.sessions.get(session_id)?;
    let id = session.transaction_id.clone().unwrap_or_default();
    let transaction = account.transactions.find(&id);
    let is_held = transaction.is_some_and(|t| t.ledger.authorization == Authorization::OnHold);
    ensure_state(is_held, "the payment is not on hold")?;
    let transaction = account.transactions.get_mut(&id)?;
    transaction.check_idle()?;
    transaction.ledger.authorization = match is_given {
        true => Authorization::Given,
        false => Authorization::Failed,
    };
    finish(call, account, &id, None)?;
    Ok(id)
}

fn begin(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    (product_type, outcome): (&str, Authorization),
    card: Option<&Card>,
) -> ApiResult<String> {
    let session = account.sessions.get_mut(session_id)?;
    check_payable(call, session)?;

    let body = session.body(&[]);
    let amount = body["order"]["amount"].as_i64().unwrap_or(0);
    let mut doc = from_session(&body);
    let id = checkout_id(&account.id);
    let product = product_type.split_once('.').map(|(product, _)| product);
    let fields = json!({
        "id": id, "created_at": call.now_text(), "settlement_status": "NOT_SETTLED", "payment_product": product,
        "payment_product_type": product_type, "card": card.map(Card::shown),
    });
    set(&mut doc, fields);
    let lines = lines(items(&doc["items"]));
    let requested = body["configuration"]["pre_authorization"] == true;
    let pre_authorization = match requested && card.is_some() {
        true => PreAuthorization::Open,
        false => PreAuthorization::None,
    };
    let mut transaction = Transaction {
        doc,
        session_id: session_id.to_owned(),
        created_at: call.now,
        ledger: Ledger::new(outcome, amount),
        lines,
        pre_authorization,
        ..Transaction::default()
    };
    let status = match outcome {
        Authorization::OnHold => "ON_HOLD",
        _ => "INITIATED",
    };
    let extra = json!({"transaction_status": status});
    transaction.add_event(call.cause(), "INITIALIZE", amount, extra);
    session.transaction_id = Some(id.clone());
    account.transactions.put(&id, transaction);
    Ok(id)
}

fn finish(call: &Call<'_>, account: &mut Account, id: &str, card: Option<&Card>) -> ApiResult<()> {
    let transaction = account.transactions.get_mut(id)?;
    let session_id = transaction.session_id.clone();
    let session = account.sessions.get_mut(&session_id)?;
    let body = session.body(&[]);
    let amount = transaction.ledger.authorized;
    let authorization = transaction.ledger.authorization;
    let given = authorization == Authorization::Given;
    let refused = json!({"message": "the payment on hold was refused", "type": ["DECLINED"]});
    let error = match given {
        true => Value::Null,
        false => json!({"error": card.map_or(refused, Card::error)}),
    };
    transaction.add_event(call.cause(), "AUTHORIZE", amount, error);

    let reported = transaction.events.len();
    let is_automatic = body["configuration"]["auto_capture"] == true && !is_kravia(transaction);
    if given && is_automatic && amount > 0 {
        if card.is_some_and(|card| card.case == Case::AutoCaptureTimesOut)
            || times_out(transaction, "CAPTURE")
        {
            let error = json!({"error": timeout("the automatic capture")});
            transaction.add_event(call.cause(), "CAPTURE", amount, error);
        } else {
            let movement = transaction.whole_capture();
            transaction.apply(call.cause(), movement);
        }
    }

    let generate = &body["configuration"]["dintero_psp"]["creditcard"]["generate_payment_token"];
    let kept = card.filter(|c| {
        given && c.case != Case::TokenTimesOut && (session.keeps_card || *generate == true)
    });
    let token = kept.map(|card| {
        let token = tokens::issue(call, &account.id, card, transaction);
        let shown = json!({"payment_token": token["token"], "payment_token_id": token["id"]});
        set(&mut transaction.doc["card"], shown);
        if session.keeps_card {
            transaction.doc["payment_operation"] = json!("generate_payment_token");
        }
        let tokens = &mut account.card_tokens;
        tokens.put(text_of(&token["id"]), token.clone());
        token
    });

    let name = match authorization {
        Authorization::Given => "AUTHORIZED",
        Authorization::Declined => "DECLINED",
        _ => "FAILED",
    };
    let product = &transaction.doc["payment_product_type"];
    let details = json!({"payment_product_type": product, "amount": amount});
    session.add_event(call.cause(), name, details);
    callbacks::on_payment(account, call.now, id, card.is_none());
    callbacks::on_events(account, call.now, id, reported);
    if let Some(token) = token {
        webhooks::on_token(account, call.now, "checkout_token_add", &token);
    }
    Ok(())
}
