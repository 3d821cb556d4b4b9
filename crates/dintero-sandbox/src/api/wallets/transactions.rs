//! What moves on a card: fund, drawdown, pending drawdown, and its capture or void.

use serde_json::{Map, Value, json};

use crate::api::wallets::check;
use crate::api::wallets::lookup::check_pin;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::wallets::{Card, Movement, PER_CARD, Remembered, Wallets};
use crate::state::{Account, uuid};

const WRITE: [&str; 2] = ["admin:wallets", "write:wallets"];

/// `POST /transactions`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let ref_id = check::ref_id(&mut check, &root);
    let amount = check::amount(&mut check, &root);
    check::metadata(&mut check, &root);
    check.own_id(&root.at("originated_by"), 255);
    check.one_of(&root.at("type"), &["drawdown", "fund"]);
    let pending = check.flag(&root.at("pending")).unwrap_or(false);
    let pin = check.text(&root.at("pin"), 255);
    let token = check.text(&root.at("token"), 512);
    let card_id = check.text(&root.at("card_id"), 255);
    let fund = call.body["type"] == "fund";
    if fund && pending {
        check.fail(&root.at("pending"), "is for drawdown only");
    }
    if token.is_some() == card_id.is_some() {
        check.fail(&root.at("card_id"), "or token is needed, and not both");
    }
    check.finish()?;
    if (fund || card_id.is_some()) && !call.grant.allows(&WRITE) {
        return Err(ApiError::forbidden(
            "a fund and the use of card_id need admin:wallets or write:wallets",
        ));
    }
    let wallets = &mut account.wallets;
    let unknown = || ApiError::not_found("card");
    let id = match token {
        Some(token) => wallets.tokens.get(token).ok_or_else(unknown)?.clone(),
        None => card_id.unwrap_or_default().to_owned(),
    };
    let card = wallets.cards.get_mut(&id, "card")?;
    if let Some(response) = card.remembered(ref_id, call.path, &call.body)? {
        return ApiResponse::ok(response);
    }
    let used = token.and_then(|value| card.tokens.iter().position(|t| t.value == value));
    if let Some(token) = used.map(|i| &card.tokens[i]) {
        if token.expires_at.is_some_and(|at| call.now >= at) {
            return Err(ApiError::wrong_state("the token has expired"));
        }
        if token.once && token.used {
            return Err(ApiError::wrong_state(
                "the token was good for one transaction, which it has had",
            ));
        }
    }
    check_pin(card, pin)?;
    check::usable(card, call.now, !fund)?;
    if card.doc["currency"] != call.body["currency"] {
        return Err(ApiError::invalid_field("currency", "is not the card's"));
    }
    if !fund && amount > card.available() {
        return Err(ApiError::invalid_field(
            "amount",
            "is more than what is available on the card",
        ));
    }
    if fund && card.funds + amount > i64::from(i32::MAX) {
        return Err(ApiError::invalid_field(
            "amount",
            "makes the card hold more than the API can express",
        ));
    }
    check_capacity(card)?;

    let (kind, locked) = match (fund, pending) {
        (true, _) => ("fund", 0),
        (false, true) => ("pending_capture", amount),
        (false, false) => ("drawdown", 0),
    };
    match kind {
        "fund" => card.funds += amount,
        "drawdown" => card.drawn += amount,
        _ => {}
    }
    if let Some(token) = used.and_then(|i| card.tokens.get_mut(i)) {
        token.used = true;
    }
    let response = record(call, card, (kind, amount, locked), None);
    note(wallets, &response, &id);
    ApiResponse::ok(response)
}

fn note(wallets: &mut Wallets, response: &Value, card_id: &str) {
    if let Some(id) = response["id"].as_str() {
        wallets
            .transactions
            .insert(id.to_owned(), card_id.to_owned());
    }
}

fn check_capacity(card: &Card) -> ApiResult<()> {
    if card.transactions.len() >= PER_CARD {
        Err(ApiError::full("transactions of one card"))
    } else {
        Ok(())
    }
}

/// Appends the transaction to the card and remembers the response under its `ref_id`.
fn record(
    call: &Call<'_>,
    card: &mut Card,
    (kind, amount, locked): (&str, i64, i64),
    parent: Option<&str>,
) -> Value {
    let mut doc = Map::new();
    check::copy(
        &mut doc,
        &call.body,
        &["ref_id", "metadata", "originated_by"],
    );
    doc.insert("id".into(), json!(uuid()));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("created_by".into(), json!(call.grant.client_id));
    doc.insert("amount".into(), json!(amount));
    doc.insert("currency".into(), card.doc["currency"].clone());
    doc.insert("type".into(), json!(kind));
    if let Some(parent) = parent {
        doc.insert("parent_id".into(), json!(parent));
    }
    let doc = Value::Object(doc);
    card.transactions.push(Movement {
        doc: doc.clone(),
        locked,
    });
    let first = Remembered {
        path: call.path.into(),
        asked: call.body.clone(),
        response: doc.clone(),
    };
    card.refs.insert(
        call.body["ref_id"].as_str().unwrap_or_default().to_owned(),
        first,
    );
    doc
}

/// `POST /transactions/{transaction_id}/capture`: all or a part of what a pending drawdown holds; the rest stays locked.
pub(crate) fn capture(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let amount = check.int(&root.at("amount"), 1..=i64::from(i32::MAX));
    settle(call, account, check, |card, index| {
        check::usable(card, call.now, true)?;
        let locked = card.transactions[index].locked;
        let amount = amount.unwrap_or(locked);
        if amount > locked {
            return Err(ApiError::invalid_field(
                "amount",
                "is more than what the transaction still holds",
            ));
        }
        card.transactions[index].locked -= amount;
        card.drawn += amount;
        Ok(("drawdown", amount))
    })
}

/// `POST /transactions/{transaction_id}/void`: what a pending drawdown still holds becomes available again.
pub(crate) fn void(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    settle(call, account, Check::default(), |card, index| {
        check::usable(card, call.now, false)?;
        Ok((
            "voided",
            std::mem::take(&mut card.transactions[index].locked),
        ))
    })
}

fn settle(
    call: &Call<'_>,
    account: &mut Account,
    mut check: Check,
    change: impl FnOnce(&mut Card, usize) -> ApiResult<(&'static str, i64)>,
) -> ApiResult<ApiResponse> {
    let root = Node::root(&call.body);
    let ref_id = check::ref_id(&mut check, &root);
    check::metadata(&mut check, &root);
    check.finish()?;
    let id = call.param("transaction_id");
    let wallets = &mut account.wallets;
    let card_id = wallets
        .transactions
        .get(id)
        .ok_or_else(|| ApiError::not_found("transaction"))?
        .clone();
    let card = wallets.cards.get_mut(&card_id, "card")?;
    if let Some(response) = card.remembered(ref_id, call.path, &call.body)? {
        return ApiResponse::ok(response);
    }
    let index = card
        .transactions
        .iter()
        .position(|t| t.doc["id"] == id && t.locked > 0);
    let index = index.ok_or_else(|| {
        ApiError::wrong_state("the transaction holds nothing that could be captured or voided")
    })?;
    check_capacity(card)?;
    let (kind, amount) = change(card, index)?;
    let response = record(call, card, (kind, amount, 0), Some(id));
    note(wallets, &response, &card_id);
    ApiResponse::ok(response)
}
