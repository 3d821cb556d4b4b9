//! Looking cards up: by id, by token, by customer, and the transactions of one.

use serde_json::{Value, json};

use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::Account;
use crate::state::wallets::Card;

/// `GET /cards`: newest first; the cursor is the `card_id` of the last card.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let amount = |name: &str| call.query.int(name);
    let (exact, gte, lte) = (
        amount("amount_available")?,
        amount("amount_available.gte")?,
        amount("amount_available.lte")?,
    );
    let wanted = |card: &Card| {
        let available = card.available();
        exact.is_none_or(|n| available == n)
            && gte.is_none_or(|n| available >= n)
            && lte.is_none_or(|n| available <= n)
    };
    let after = call.query.first("starting_after");
    let (page, next) = account
        .wallets
        .cards
        .page(after, call.query.limit()?, wanted)?;
    let mut body =
        json!({"cards": page.iter().map(|card| Value::Object(card.body())).collect::<Value>()});
    if let Some(next) = next {
        body["starting_after"] = json!(next);
    }
    ApiResponse::ok(body)
}

/// `GET /cards/{card_id}`: with the tokens that still work, redacted.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let card = account.wallets.cards.get(call.param("card_id"), "card")?;
    let mut body = card.body();
    body.insert("tokens".into(), card.masked_tokens(call.now));
    ApiResponse::ok(Value::Object(body))
}

/// `GET /cards/{card_id}/transactions`: a bare array, oldest first.
pub(crate) fn transactions(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let card = account.wallets.cards.get(call.param("card_id"), "card")?;
    ApiResponse::ok(card.transactions.iter().map(|t| t.doc.clone()).collect())
}

/// `POST /info`: the card behind a token. A used token still works here until it expires; a wrong PIN is a 403.
pub(crate) fn info(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let value = check.need_text(&root.at("token"), 512);
    let pin = check.text(&root.at("pin"), 255);
    check.finish()?;
    let wallets = &account.wallets;
    let none = || ApiError::not_found("card for this token");
    let card = wallets
        .cards
        .get(wallets.tokens.get(value).ok_or_else(none)?, "card")?;
    let token = card.tokens.iter().find(|t| t.value == value);
    if token.is_none_or(|t| t.expires_at.is_some_and(|at| call.now >= at)) {
        return Err(none());
    }
    check_pin(card, pin)?;
    ApiResponse::ok(Value::Object(card.body()))
}

/// A PIN that was sent must be the card's.
pub(crate) fn check_pin(card: &Card, pin: Option<&str>) -> ApiResult<()> {
    if pin.is_some() && pin != card.pin.as_deref() {
        return Err(ApiError::forbidden("the PIN is wrong"));
    }
    Ok(())
}

/// `GET /customers/{customer_id}/cards`: active cards only, a bare array; a customer without cards has an empty one.
/// Which cursor Dintero wants is not published; here the `id` of the last card, as in its other bare lists.
pub(crate) fn list_of_customer(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let customer = call.param("customer_id");
    let wanted = |card: &Card| {
        card.doc.get("customer_id").is_some_and(|c| c == customer)
            && card.active
            && !card.expired(call.now)
    };
    let cards = &account.wallets.cards;
    let after = call.query.first("starting_after").map(|id| {
        let found = cards.iter().find(|card| card.doc["id"] == id);
        let key = found.and_then(|card| card.doc["card_id"].as_str());
        key.ok_or_else(|| ApiError::invalid_field("starting_after", "is not the id of a card"))
    });
    let (page, _) = cards.page(after.transpose()?, call.query.limit()?, wanted)?;
    ApiResponse::ok(
        page.iter()
            .map(|card| Value::Object(card.owner_body()))
            .collect(),
    )
}

/// `GET /customers/{customer_id}/cards/{card_id}`.
pub(crate) fn read_of_customer(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let card = account.wallets.cards.get(call.param("card_id"), "card")?;
    if card
        .doc
        .get("customer_id")
        .is_none_or(|c| c != call.param("customer_id"))
    {
        return Err(ApiError::not_found("card"));
    }
    let mut body = card.body();
    body.remove("amount");
    body.insert("tokens".into(), card.masked_tokens(call.now));
    ApiResponse::ok(Value::Object(body))
}
