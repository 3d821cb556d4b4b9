//! Reading cards: by id, by token, by customer, and the transactions of one.

use crate::api::lists::page;
use crate::api::prelude::*;
use crate::api::wallets::check;
use crate::state::wallets::Card;

pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let (page, next) = page(call, &account.cards, |card| Some(card.body()))?;
    let cards: Value = page.into_iter().map(Card::body).collect();
    ApiResponse::ok(object(json!({"cards": cards, "starting_after": next})))
}

pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let card = account.cards.get(call.param("card_id"))?;
    ApiResponse::ok(card.body_with_tokens(call.now))
}

pub(crate) fn transactions(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let card = account.cards.get(call.param("card_id"))?;
    ApiResponse::ok(card.transactions.iter().map(|t| t.doc.clone()).collect())
}

/// `POST /info`: the card behind a token. A used token still works here until it expires; a wrong PIN is a 403.
pub(crate) fn info(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let value = text_of(&call.body["token"]);
    let card = account.cards.get(account.wallet_tokens.get(value)?)?;
    let mut tokens = card.tokens.iter().filter(|t| !t.expired(call.now));
    if !tokens.any(|t| t.value == value) {
        return Err(ApiError::not_found("card for this token"));
    }
    check::pin(card, &call.body)?;
    ApiResponse::ok(card.body())
}

/// `GET /customers/{customer_id}/cards`: active cards only, a bare array; a customer without cards has an empty one.
/// Which cursor Dintero wants is not published; here the `id` of the last card, as in its other bare lists.
pub(crate) fn list_of_customer(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let customer = call.param("customer_id");
    let wanted =
        |card: &Card| card.doc["customer_id"] == customer && card.active && !card.expired(call.now);
    let cards = &account.cards;
    let after = call.query.first("starting_after").map(|id| {
        let found = cards.iter().find(|card| card.doc["id"] == id);
        found.map_or("", |card| text_of(&card.doc["card_id"]))
    });
    let page = cards.page(after, call.limit(), wanted);
    let unknown = || ApiError::invalid_field("starting_after", "is not the id of a card");
    let (page, _) = page.ok_or_else(unknown)?;
    ApiResponse::ok(page.into_iter().map(Card::owner_body).collect())
}

pub(crate) fn read_of_customer(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let card = account.cards.get(call.param("card_id"))?;
    if card.doc["customer_id"] != call.param("customer_id") {
        return Err(ApiError::not_found("card"));
    }
    let mut body = card.body_with_tokens(call.now);
    remove(&mut body, &["amount"]);
    ApiResponse::ok(body)
}
