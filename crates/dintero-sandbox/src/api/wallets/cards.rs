//! Cards: made one by one or in a batch, activated, given tokens and new PINs.

use std::collections::BTreeSet;

use barcoders::generators::svg::SVG;
use barcoders::sym::code128::Code128;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::api::prelude::*;
use crate::api::wallets::check;
use crate::state::wallets::{Card, Token, generate};

#[rustfmt::skip]
const FIELDS: [&str; 8] = [
    "customer_id", "name", "amount", "currency", "originated_by", "metadata", "active_from", "expires_at",
];

pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = text_of(&call.body["card_id"]);
    let mut check = check::body(&call.body);
    check.ensure(!account.cards.contains(id), "card_id", "is already used");
    check.finish()?;
    let mut card = new_card(call, &call.body);
    card.funds = call.body["amount"].as_i64().unwrap_or(0);
    ApiResponse::ok(put(call, account, id, card, &call.body))
}

/// `POST /cards/batch`: cards without balance that cannot pay until they are activated. The response is the only place
/// that ever shows their tokens and PINs. Their currency is shown as NOK until the activation sets it.
pub(crate) fn create_batch(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let options = &call.body["options"];
    let cards = items(&call.body["cards"]);
    let mut check = check::body(&call.body);
    let mut ids = BTreeSet::new();
    for (i, card) in cards.iter().enumerate() {
        let (field, id) = (format!("cards[{i}].card_id"), text_of(&card["card_id"]));
        check::own_id(&mut check, &field, &card["card_id"]);
        let is_new = ids.insert(id) && !account.cards.contains(id);
        check.ensure(is_new, &field, "is already used");
    }
    check::lengths(&mut check, "options.", options);
    check.finish()?;
    let mut made = Vec::new();
    for body in cards {
        let mut card = new_card(call, body);
        card.active = false;
        set(&mut card.doc, json!({"amount": 0, "currency": "NOK"}));
        made.push(put(call, account, text_of(&body["card_id"]), card, options));
    }
    ApiResponse::ok(json!({"cards": made}))
}

fn new_card(call: &Call<'_>, body: &Value) -> Card {
    let mut doc = pick(body, &FIELDS);
    copy(&mut doc, body, &["card_id", "type"]);
    set(&mut doc, stamp(call, "created"));
    doc["id"] = json!(uuid());
    Card {
        doc,
        active: true,
        active_from: check::time(body, "active_from"),
        expires_at: check::time(body, "expires_at"),
        ..Card::default()
    }
}

/// Stores a new card with the PIN and token that `options` ask for, and returns the response that shows both.
fn put(call: &Call<'_>, account: &mut Account, id: &str, mut card: Card, options: &Value) -> Value {
    let pin = options.get("pin").map(|pin| set_pin(&mut card, pin));
    let token = options.get("card_token").map(|options| {
        let token = new_token(account, options, call.now);
        let mut shown = options.clone();
        shown["format"] = token.format.clone();
        shown["expires_after_transaction"] = json!(token.once);
        shown["token"] = shown_value(&token.value, &token.format);
        account.wallet_tokens.put(&token.value, id.to_owned());
        card.tokens.push(token);
        shown
    });
    let mut body = card.body();
    set(&mut body, json!({"pin": pin, "card_token": token}));
    account.cards.put(id, card);
    body
}

/// Makes a PIN and returns the response that shows it; reads show only the format.
fn set_pin(card: &mut Card, options: &Value) -> Value {
    let default = json!({"length": 4, "numbers": true});
    let format = options.get("format").unwrap_or(&default);
    let value = generate(format, 4);
    card.doc["pin"] = json!({"format": format});
    let shown = json!({"format": format, "pin": shown_value(&value, format)});
    card.pin = Some(value);
    shown
}

fn shown_value(value: &str, format: &Value) -> Value {
    let mut shown = json!({"value": value});
    if format["barcode"] == true
        && let Some(picture) = code_128_svg(value)
    {
        shown["barcode_128"] = json!(picture);
    }
    shown
}

/// A Code 128 barcode as SVG; none when the text has characters beyond ASCII.
fn code_128_svg(text: &str) -> Option<String> {
    // The sign in front chooses character set B: ASCII with small letters.
    let code = Code128::new(format!("\u{181}{text}")).ok()?;
    let svg = SVG::new(80).generate(code.encode()).ok()?;
    let base64 = BASE64_STANDARD.encode(svg);
    Some(format!("data:image/svg+xml;base64,{base64}"))
}

/// Makes a token: without a format a uuid with the prefix `DINCARD:`.
fn new_token(account: &Account, options: &Value, now: DateTime<Utc>) -> Token {
    let default = json!({"length": 36, "prefix": "DINCARD:", "symbols": true, "numbers": true, "characters": true});
    let own = options.get("format");
    let format = own.unwrap_or(&default).clone();
    let make = || match own {
        Some(format) => generate(format, 36),
        None => format!("DINCARD:{}", uuid()),
    };
    let mut value = make();
    // Short formats run out; a longer code is better than somebody else's.
    while account.wallet_tokens.contains(&value) {
        value.push_str(&make());
    }
    Token {
        value,
        format,
        expires_at: life(options).and_then(|life| now.checked_add_signed(life)),
        once: options["expires_after_transaction"] != false,
        used: false,
    }
}

fn life(options: &Value) -> Option<TimeDelta> {
    TimeDelta::try_seconds(options["expires_in"].as_i64()?)
}

/// `POST /cards/{card_id}/activate`: an inactive card gets its amount and currency and becomes unused.
pub(crate) fn activate(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let card = account.cards.get_mut(call.param("card_id"))?;
    check::body(&call.body).finish()?;
    ensure_state(!card.active, "the card is already active")?;
    copy(&mut card.doc, &call.body, &FIELDS);
    if card.doc.get("active_from").is_none() {
        card.doc["active_from"] = json!(call.now_text());
    }
    card.active_from = check::time(&call.body, "active_from").or(Some(call.now));
    card.expires_at = check::time(&call.body, "expires_at");
    card.active = true;
    card.funds = call.body["amount"].as_i64().unwrap_or(0);
    let options = &call.body["card_token"];
    for token in &mut card.tokens {
        if let Some(life) = life(options) {
            token.expires_at = call.now.checked_add_signed(life);
        }
        if let Some(once) = options["expires_after_transaction"].as_bool() {
            token.once = once;
        }
    }
    ApiResponse::ok(card.body_with_tokens(call.now))
}

pub(crate) fn rotate_pin(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let card = account.cards.get_mut(call.param("card_id"))?;
    check::body(&call.body).finish()?;
    ApiResponse::ok(json!({"pin": set_pin(card, &call.body["pin"])}))
}

pub(crate) fn create_token(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("card_id");
    let card = account.cards.get(id)?;
    let mut check = check::body(&call.body);
    check::length(&mut check, "", &call.body, 1);
    check.finish()?;
    if let Some(response) = card.first_response(call)? {
        return ApiResponse::ok(response);
    }
    ensure_state(!card.expired(call.now), "the card has expired")?;
    let token = new_token(account, &call.body, call.now);
    let mut response = json!({
        "id": uuid(), "expires_after_transaction": token.once, "format": token.format,
        "token": shown_value(&token.value, &token.format),
    });
    set(&mut response, stamp(call, "created"));
    let names = ["ref_id", "expires_in", "metadata"];
    copy(&mut response, &call.body, &names);
    account.wallet_tokens.put(&token.value, id.to_owned());
    let card = account.cards.get_mut(id)?;
    card.tokens.push(token);
    card.remember(call, response.clone());
    ApiResponse::ok(response)
}
