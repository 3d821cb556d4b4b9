//! The checks that the wallets operations share.

use chrono::{DateTime, Utc};

use crate::api::prelude::*;
use crate::state::wallets::Card;

/// Starts with what holds for every body: no metadata with reserved keys, but for the sale's id that the guides set; no
/// space around the merchant's own ids; a period that does not end before it begins; codes of a possible length.
pub(crate) fn body(body: &Value) -> Check {
    let mut check = Check::of(body);
    let metadata = body["metadata"].as_object().into_iter().flatten();
    let mut keys = metadata.map(|(key, _)| key.as_str());
    let reserved = |key: &str| key.starts_with("dintero_") && key != "dintero_transaction_id";
    let reason = "has a key that begins with dintero_, which is reserved";
    check.ensure(!keys.any(reserved), "metadata", reason);
    for name in ["card_id", "customer_id", "originated_by"] {
        own_id(&mut check, name, &body[name]);
    }
    let (from, until) = (time(body, "active_from"), time(body, "expires_at"));
    if let (Some(from), Some(until)) = (from, until) {
        check.ensure(from < until, "expires_at", "must be after active_from");
    }
    lengths(&mut check, "", body);
    check
}

pub(crate) fn own_id(check: &mut Check, field: &str, id: &Value) {
    let reason = "must not begin or end with a space";
    check.ensure(text_of(id).trim() == text_of(id), field, reason);
}

pub(crate) fn time(body: &Value, name: &str) -> Option<DateTime<Utc>> {
    parse_time(body[name].as_str()?, false)
}

pub(crate) fn lengths(check: &mut Check, within: &str, options: &Value) {
    for (name, least) in [("pin", 4), ("card_token", 1)] {
        length(check, &format!("{within}{name}"), &options[name], least);
    }
}

pub(crate) fn length(check: &mut Check, field: &str, code: &Value, least: i64) {
    if let Some(length) = code["format"]["length"].as_i64() {
        let separator = if field.is_empty() { "" } else { "." };
        let field = format!("{field}{separator}format.length");
        let reason = format!("must be between {least} and 255");
        check.ensure((least..=255).contains(&length), &field, &reason);
    }
}

/// What must hold for a card before anything moves on it; `drawing` also needs its period to have begun.
pub(crate) fn usable(card: &Card, now: DateTime<Utc>, drawing: bool) -> ApiResult<()> {
    ensure_state(card.active, "the card is not activated")?;
    ensure_state(!card.expired(now), "the card has expired")?;
    let has_begun = !drawing || card.active_from.is_none_or(|at| now >= at);
    ensure_state(has_begun, "the card is not active yet")
}

pub(crate) fn pin(card: &Card, body: &Value) -> ApiResult<()> {
    let pin = body["pin"].as_str();
    if pin.is_some() && pin != card.pin.as_deref() {
        return Err(ApiError::forbidden("the PIN is wrong"));
    }
    Ok(())
}
