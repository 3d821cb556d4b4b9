//! The checks that the wallets operations share.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::check::{AMOUNT, Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::wallets::Card;

const CURRENCIES: [&str; 5] = ["NOK", "SEK", "DKK", "EUR", "USD"];

/// An amount and its currency, both required.
pub(crate) fn amount(check: &mut Check, root: &Node<'_>) -> i64 {
    check.need_one_of(&root.at("currency"), &CURRENCIES);
    check.need_int(&root.at("amount"), AMOUNT)
}

/// `ref_id`, required.
pub(crate) fn ref_id<'a>(check: &mut Check, root: &Node<'a>) -> &'a str {
    check.need_text(&root.at("ref_id"), 255)
}

/// Metadata: a free object whose keys beginning `dintero_` are reserved, but for the sale's id that the guides set.
pub(crate) fn metadata(check: &mut Check, root: &Node<'_>) {
    let node = root.at("metadata");
    let reserved = |k: &String| k.starts_with("dintero_") && k != "dintero_transaction_id";
    if check.object(&node).is_some_and(|m| m.keys().any(reserved)) {
        check.fail(
            &node,
            "has a key that begins with dintero_, which is reserved",
        );
    }
}

/// What describes a card when it is made or activated.
pub(crate) fn card(check: &mut Check, root: &Node<'_>) {
    check.own_id(&root.at("customer_id"), 255);
    check.text(&root.at("name"), 255);
    check.one_of(&root.at("type"), &["gift_card", "credit_note"]);
    check.own_id(&root.at("originated_by"), 255);
    metadata(check, root);
    let (from, until) = (
        check.time(&root.at("active_from")),
        check.time(&root.at("expires_at")),
    );
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        check.fail(&root.at("expires_at"), "must be after active_from");
    }
}

/// How a PIN is made: at least 4 signs.
pub(crate) fn pin(check: &mut Check, pin: &Node<'_>) {
    check.object(pin);
    format(check, &pin.at("format"), 4);
}

/// How a token is made.
pub(crate) fn token(check: &mut Check, token: &Node<'_>) {
    check.object(token);
    format(check, &token.at("format"), 1);
    check.flag(&token.at("expires_after_transaction"));
    check.int(&token.at("expires_in"), 1..=i64::from(i32::MAX));
}

fn format(check: &mut Check, format: &Node<'_>, least: i64) {
    check.object(format);
    check.int(&format.at("length"), least..=255);
    check.text(&format.at("prefix"), 64);
    for name in ["symbols", "numbers", "characters", "barcode"] {
        check.flag(&format.at(name));
    }
}

/// What must hold for a card before anything moves on it; `drawing` also needs its period to have begun.
pub(crate) fn usable(card: &Card, now: DateTime<Utc>, drawing: bool) -> ApiResult<()> {
    let refuse = |reason: &str| Err(ApiError::wrong_state(reason));
    match () {
        () if !card.active => refuse("the card is not activated"),
        () if card.expired(now) => refuse("the card has expired"),
        () if drawing && card.active_from.is_some_and(|at| now < at) => {
            refuse("the card is not active yet")
        }
        () => Ok(()),
    }
}

/// Copies the named fields of the request that are there.
pub(crate) fn copy(into: &mut Map<String, Value>, from: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(*name) {
            into.insert((*name).to_owned(), value.clone());
        }
    }
}
