//! Cards: made one by one or in a batch, activated, given tokens and new PINs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::api::pictures;
use crate::api::wallets::check;
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node, parse_time};
use crate::errors::{ApiError, ApiResult};
use crate::state::wallets::{Card, PER_CARD, Remembered, Token, Wallets, generate};
use crate::state::{Account, uuid};

/// How many cards a batch can have; Dintero's limit is not published.
const BATCH: usize = 1_000;

/// `POST /cards`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_text(&root.at("card_id"), 255);
    check.own_id(&root.at("card_id"), 255);
    let amount = check::amount(&mut check, &root);
    check::card(&mut check, &root);
    check::pin(&mut check, &root.at("pin"));
    check::token(&mut check, &root.at("card_token"));
    check.finish()?;
    let wallets = &mut account.wallets;
    wallets.cards.check_capacity(1, "cards")?;
    let id = call.body["card_id"].as_str().unwrap_or_default();
    if wallets.cards.contains(id) {
        return Err(ApiError::invalid_field("card_id", "is already used"));
    }
    let mut card = new_card(call, &call.body);
    card.funds = amount;
    let response = put(call, wallets, id, card, &call.body);
    ApiResponse::ok(response)
}

/// `POST /cards/batch`: cards without balance that cannot pay until they are activated. The response is the only place
/// that ever shows their tokens and PINs. Their currency is shown as NOK until the activation sets it.
pub(crate) fn create_batch(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let wallets = &mut account.wallets;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let mut ids = BTreeSet::new();
    for card in check.need_objects(&root.at("cards"), BATCH) {
        let id = check.need_text(&card.at("card_id"), 255);
        check.own_id(&card.at("card_id"), 255);
        check.one_of(&card.at("type"), &["gift_card", "credit_note"]);
        if wallets.cards.contains(id) || !ids.insert(id) {
            check.fail(&card.at("card_id"), "is already used");
        }
    }
    let options = root.at("options");
    check.object(&options);
    check::pin(&mut check, &options.at("pin"));
    check::token(&mut check, &options.at("card_token"));
    check.finish()?;
    wallets.cards.check_capacity(ids.len(), "cards")?;
    let mut responses = Vec::new();
    for asked in call.body["cards"].as_array().into_iter().flatten() {
        let mut card = new_card(call, asked);
        card.active = false;
        card.doc.insert("amount".into(), json!(0));
        card.doc.insert("currency".into(), json!("NOK"));
        let id = asked["card_id"].as_str().unwrap_or_default();
        responses.push(put(call, wallets, id, card, &call.body["options"]));
    }
    ApiResponse::ok(json!({"cards": responses}))
}

fn new_card(call: &Call<'_>, asked: &Value) -> Card {
    let mut doc = Map::new();
    const FIELDS: [&str; 10] = [
        "card_id",
        "customer_id",
        "name",
        "type",
        "amount",
        "currency",
        "originated_by",
        "metadata",
        "active_from",
        "expires_at",
    ];
    check::copy(&mut doc, asked, &FIELDS);
    doc.insert("id".into(), json!(uuid()));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("created_by".into(), json!(call.grant.client_id));
    let time = |name: &str| asked[name].as_str().and_then(|t| parse_time(t, false));
    Card {
        doc,
        active: true,
        active_from: time("active_from"),
        expires_at: time("expires_at"),
        pin: None,
        funds: 0,
        drawn: 0,
        tokens: Vec::new(),
        transactions: Vec::new(),
        refs: BTreeMap::new(),
    }
}

/// Stores a new card with the PIN and token it was asked for, and gives the response that shows both.
fn put(call: &Call<'_>, wallets: &mut Wallets, id: &str, mut card: Card, options: &Value) -> Value {
    let pin = options.get("pin").map(|asked| set_pin(&mut card, asked));
    let token = options.get("card_token").map(|asked| {
        let token = new_token(wallets, asked, call.now);
        let mut shown = asked.clone();
        shown["format"] = token.format.clone();
        shown["expires_after_transaction"] = json!(token.once);
        shown["token"] = shown_value(&token.value, &token.format);
        wallets.tokens.insert(token.value.clone(), id.to_owned());
        card.tokens.push(token);
        shown
    });
    let mut response = card.body();
    for (name, value) in [("pin", pin), ("card_token", token)] {
        if let Some(value) = value {
            response.insert(name.into(), value);
        }
    }
    wallets.cards.put(id, card);
    Value::Object(response)
}

/// Makes a PIN and gives the response that shows it; reads show only the format.
fn set_pin(card: &mut Card, asked: &Value) -> Value {
    let format = asked
        .get("format")
        .cloned()
        .unwrap_or_else(|| json!({"length": 4, "numbers": true}));
    let value = generate(&format, 4);
    card.pin = Some(value.clone());
    card.doc.insert("pin".into(), json!({"format": format}));
    json!({"format": format, "pin": shown_value(&value, &format)})
}

/// A generated value, with a barcode where the format asks for one.
fn shown_value(value: &str, format: &Value) -> Value {
    let mut shown = json!({"value": value});
    if format["barcode"] == true
        && let Some(picture) = pictures::code_128_svg(value)
    {
        shown["barcode_128"] = json!(picture);
    }
    shown
}

/// Makes a token: without a format a uuid with the prefix `DINCARD:`.
fn new_token(wallets: &Wallets, asked: &Value, now: DateTime<Utc>) -> Token {
    let default = json!({"length": 36, "prefix": "DINCARD:", "symbols": true, "numbers": true, "characters": true});
    let (format, own) = match asked.get("format") {
        Some(format) => (format.clone(), true),
        None => (default, false),
    };
    let make = || {
        if own {
            generate(&format, 36)
        } else {
            format!("DINCARD:{}", uuid())
        }
    };
    let mut value = make();
    // Short formats run out; a longer code is better than somebody else's.
    while wallets.tokens.contains_key(&value) {
        value.push_str(&make());
    }
    let life = asked["expires_in"]
        .as_i64()
        .and_then(TimeDelta::try_seconds);
    let expires_at = life.and_then(|life| now.checked_add_signed(life));
    Token {
        value,
        format,
        expires_at,
        once: asked["expires_after_transaction"] != false,
        used: false,
    }
}

/// `POST /cards/{card_id}/activate`: an inactive card gets its amount and currency and becomes unused.
pub(crate) fn activate(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let card = account
        .wallets
        .cards
        .get_mut(call.param("card_id"), "card")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let amount = check::amount(&mut check, &root);
    check::card(&mut check, &root);
    check::token(&mut check, &root.at("card_token"));
    check.finish()?;
    if card.active {
        return Err(ApiError::wrong_state("the card is already active"));
    }
    const FIELDS: [&str; 8] = [
        "customer_id",
        "name",
        "amount",
        "currency",
        "originated_by",
        "metadata",
        "active_from",
        "expires_at",
    ];
    check::copy(&mut card.doc, &call.body, &FIELDS);
    card.doc
        .entry("active_from")
        .or_insert_with(|| json!(call.now_text()));
    let time = |name: &str| call.body[name].as_str().and_then(|t| parse_time(t, false));
    card.active_from = Some(time("active_from").unwrap_or(call.now));
    card.expires_at = time("expires_at");
    card.active = true;
    card.funds = amount;
    let life = call.body["card_token"]["expires_in"]
        .as_i64()
        .and_then(TimeDelta::try_seconds);
    for token in &mut card.tokens {
        if let Some(life) = life {
            token.expires_at = call.now.checked_add_signed(life);
        }
        if let Some(once) = call.body["card_token"]["expires_after_transaction"].as_bool() {
            token.once = once;
        }
    }
    let mut body = card.body();
    body.insert("tokens".into(), card.masked_tokens(call.now));
    ApiResponse::ok(Value::Object(body))
}

/// `POST /cards/{card_id}/rotate-pin`: the response is the only place that shows the new PIN.
pub(crate) fn rotate_pin(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let card = account
        .wallets
        .cards
        .get_mut(call.param("card_id"), "card")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_object(&root.at("pin"));
    check::pin(&mut check, &root.at("pin"));
    check.finish()?;
    ApiResponse::ok(json!({"pin": set_pin(card, &call.body["pin"])}))
}

/// `POST /cards/{card_id}/tokens`.
pub(crate) fn create_token(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("card_id");
    let card = account.wallets.cards.get(id, "card")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let ref_id = check::ref_id(&mut check, &root);
    check::token(&mut check, &root);
    if root.at("expires_in").is_absent() {
        check.fail(&root.at("expires_in"), "is required");
    }
    check::metadata(&mut check, &root);
    check.finish()?;
    if let Some(response) = card.remembered(ref_id, call.path, &call.body)? {
        return ApiResponse::ok(response);
    }
    if card.expired(call.now) {
        return Err(ApiError::wrong_state("the card has expired"));
    }
    if card.tokens.len() >= PER_CARD {
        return Err(ApiError::full("tokens of one card"));
    }
    let token = new_token(&account.wallets, &call.body, call.now);
    let mut response = json!({
        "id": uuid(), "created_at": call.now_text(), "created_by": call.grant.client_id, "ref_id": ref_id,
        "expires_in": call.body["expires_in"], "expires_after_transaction": token.once, "format": token.format,
        "token": shown_value(&token.value, &token.format),
    });
    if let Some(metadata) = call.body.get("metadata") {
        response["metadata"] = metadata.clone();
    }
    account
        .wallets
        .tokens
        .insert(token.value.clone(), id.to_owned());
    let card = account.wallets.cards.get_mut(id, "card")?;
    card.tokens.push(token);
    let first = Remembered {
        path: call.path.into(),
        asked: call.body.clone(),
        response: response.clone(),
    };
    card.refs.insert(ref_id.to_owned(), first);
    ApiResponse::ok(response)
}
