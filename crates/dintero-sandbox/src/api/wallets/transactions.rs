//! What moves on a card: fund, drawdown, pending drawdown, and its capture or void.

use crate::api::prelude::*;
use crate::api::wallets::check;
use crate::state::wallets::{Card, FirstResponse, Transaction};

const WRITE: [&str; 2] = ["admin:wallets", "write:wallets"];

pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let body = &call.body;
    let amount = body["amount"].as_i64().unwrap_or(0);
    let (fund, pending) = (body["type"] == "fund", body["pending"] == true);
    let (token, card_id) = (body["token"].as_str(), body["card_id"].as_str());
    let mut check = check::body(body);
    check.ensure(!(fund && pending), "pending", "is for drawdown only");
    let reason = "or token is needed, and not both";
    check.ensure(token.is_some() != card_id.is_some(), "card_id", reason);
    check.finish()?;
    if (fund || card_id.is_some()) && !call.grant.allows(&WRITE) {
        let reason = "a fund and the use of card_id need admin:wallets or write:wallets";
        return Err(ApiError::forbidden(reason));
    }
    let by_token = token.and_then(|token| account.wallet_tokens.find(token).cloned());
    let id = card_id.map(str::to_owned).or(by_token).unwrap_or_default();
    with_card(call, account, &id, None, |card| {
        let mut tokens = card.tokens.iter();
        let used = tokens.position(|t| Some(t.value.as_str()) == token);
        if let Some(token) = used.map(|i| &card.tokens[i]) {
            ensure_state(!token.expired(call.now), "the token has expired")?;
            let reason = "the token was good for one transaction, which it has had";
            ensure_state(!token.once || !token.used, reason)?;
        }
        check::pin(card, body)?;
        check::usable(card, call.now, !fund)?;
        let same = card.doc["currency"] == body["currency"];
        ensure_field(same, "currency", "is not the card's")?;
        let reason = "is more than what is available on the card";
        ensure_field(fund || amount <= card.available(), "amount", reason)?;
        let reason = "makes the card hold more than the API can express";
        let fits = card.funds + amount <= i64::from(i32::MAX);
        ensure_field(!fund || fits, "amount", reason)?;
        if let Some(i) = used {
            card.tokens[i].used = true;
        }
        Ok(match (fund, pending) {
            (true, _) => {
                card.funds += amount;
                ("fund", amount, 0)
            }
            (false, true) => ("pending_capture", amount, amount),
            (false, false) => {
                card.drawn += amount;
                ("drawdown", amount, 0)
            }
        })
    })
}

/// `POST /transactions/{transaction_id}/capture`: all or a part of what a pending drawdown holds; the rest stays locked.
pub(crate) fn capture(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let requested = call.body["amount"].as_i64();
    let mut check = check::body(&call.body);
    check.ensure(requested != Some(0), "amount", "must be at least 1");
    check.finish()?;
    resolve(call, account, |card, index| {
        check::usable(card, call.now, true)?;
        let locked = card.transactions[index].locked;
        let amount = requested.unwrap_or(locked);
        let reason = "is more than what the transaction still holds";
        ensure_field(amount <= locked, "amount", reason)?;
        card.transactions[index].locked -= amount;
        card.drawn += amount;
        Ok(("drawdown", amount, 0))
    })
}

pub(crate) fn void(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    check::body(&call.body).finish()?;
    resolve(call, account, |card, index| {
        check::usable(card, call.now, false)?;
        let amount = std::mem::take(&mut card.transactions[index].locked);
        Ok(("voided", amount, 0))
    })
}

type Made = (&'static str, i64, i64);

fn resolve(
    call: &Call<'_>,
    account: &mut Account,
    change: impl FnOnce(&mut Card, usize) -> ApiResult<Made>,
) -> HandlerResult {
    let id = call.param("transaction_id");
    let card_id = account.wallet_transactions.get(id)?.clone();
    with_card(call, account, &card_id, Some(id), |card| {
        let holds = |t: &Transaction| t.doc["id"] == id && t.locked > 0;
        let index = card.transactions.iter().position(holds);
        let reason = "the transaction holds nothing that could be captured or voided";
        change(card, index.ok_or_else(|| ApiError::wrong_state(reason))?)
    })
}

/// Makes a transaction on a card, unless the request is a repeated one; `change` checks it and moves the amount.
fn with_card(
    call: &Call<'_>,
    account: &mut Account,
    card_id: &str,
    parent: Option<&str>,
    change: impl FnOnce(&mut Card) -> ApiResult<Made>,
) -> HandlerResult {
    let card = account.cards.get_mut(card_id)?;
    if let Some(response) = card.first_response(call)? {
        return ApiResponse::ok(response);
    }
    let (kind, amount, locked) = change(card)?;
    let id = uuid();
    let mut doc = stamp(call, "created");
    let currency = &card.doc["currency"];
    let fields = json!({"id": id, "amount": amount, "currency": currency, "type": kind, "parent_id": parent});
    set(&mut doc, fields);
    let names = ["ref_id", "metadata", "originated_by"];
    copy(&mut doc, &call.body, &names);
    card.remember(call, doc.clone());
    card.transactions.push(Transaction {
        doc: doc.clone(),
        locked,
    });
    account.wallet_transactions.put(&id, card_id.to_owned());
    ApiResponse::ok(doc)
}

impl Card {
    /// The response to a `ref_id` that was used before on this card: the first one, if the request is the same.
    pub(crate) fn first_response(&self, call: &Call<'_>) -> ApiResult<Option<Value>> {
        let Some(first) = self.refs.get(text_of(&call.body["ref_id"])) else {
            return Ok(None);
        };
        let is_same = first.path == call.path && first.request == call.body;
        ensure_field(
            is_same,
            "ref_id",
            "was used on this card for something else",
        )?;
        Ok(Some(first.response.clone()))
    }

    pub(crate) fn remember(&mut self, call: &Call<'_>, response: Value) {
        let first = FirstResponse {
            path: call.path.into(),
            request: call.body.clone(),
            response,
        };
        let ref_id = text_of(&call.body["ref_id"]).to_owned();
        self.refs.insert(ref_id, first);
    }
}
