//! Express sessions: the payer gives an address or discount codes, for which the shop is asked what the order becomes, and
//! chooses how it is shipped.

use maud::{Markup, html};

use super::{check_open, form};
use crate::api::prelude::*;
use crate::schema::check_answer;
use crate::state::callbacks::{Callback, CallbackState};

/// The parts of an address that the page asks for, and how it calls them.
#[rustfmt::skip]
const ADDRESS: [(&str, &str); 8] = [
    ("first_name", "First name"), ("last_name", "Last name"), ("address_line", "Address"), ("postal_code", "Postal code"),
    ("postal_place", "Place"), ("country", "Country, two letters"), ("email", "E-mail"), ("phone_number", "Phone"),
];

/// An express callback to be made before there is a response, and what it is about.
pub(crate) struct Question {
    pub(crate) callback: Callback,
    /// What becomes of the order if the shop agrees.
    order: Value,
    is_address: bool,
    as_page: bool,
}

pub(super) fn is_meant(call: &Call<'_>) -> bool {
    text_of(&call.body["action"]).starts_with("set_")
}

/// `POST` on the session's `url` with an action `set_shipping_address`, `set_discount_codes` or `set_shipping_option`.
pub(super) fn submit(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let as_page = form::is_of_page(call);
    let done = act(call, account, as_page);
    match done {
        Ok(Some(question)) => Ok(ApiResponse {
            question: Some(Box::new(question)),
            ..ApiResponse::new(200, Value::Null)
        }),
        done => show(call, account, as_page, done.map(drop)),
    }
}

fn act(call: &Call<'_>, account: &mut Account, as_page: bool) -> ApiResult<Option<Question>> {
    let session = account.sessions.get_mut(call.param("session_id"))?;
    check_open(call, session)?;
    let express = &session.doc["express"];
    let is_express = express.is_object();
    ensure_state(is_express, "the session is not an express session")?;
    let event = text_of(&call.body["action"]).trim_start_matches("set_");
    let (url, order) = match event {
        "shipping_address" => {
            let url = express["shipping_address_callback_url"].as_str();
            let address = address(call)?;
            let url = url.filter(|_| !session.is_quoted);
            (url, json!({"shipping_address": address}))
        }
        "discount_codes" => {
            let codes = codes(call, &express["discount_codes"])?;
            let url = express["discount_codes"]["callback_url"].as_str();
            ensure_state(url.is_some(), "the session takes no discount codes")?;
            (url, json!({"discount_codes": codes}))
        }
        "shipping_option" => {
            let id = &call.body["shipping_option"];
            let mut options = items(&express["shipping_options"]).iter();
            let option = options.find(|option| option["id"] == *id).cloned();
            let reason = "is not one of express.shipping_options";
            ensure_field(option.is_some(), "shipping_option", reason)?;
            (None, json!({"shipping_option": option}))
        }
        _ => {
            let reason = "must be set_shipping_address, set_discount_codes or set_shipping_option";
            return Err(ApiError::invalid_field("action", reason));
        }
    };
    let Some(url) = url else {
        change(call, session, &order, Value::Null);
        return Ok(None);
    };
    let mut body = session.body(&[]);
    set(&mut body["order"], order.clone());
    let callback = Callback::new(call.now, call.param("session_id"), url);
    Ok(Some(Question {
        callback: Callback {
            event: Some(event.to_owned()),
            body: Some(body.to_string()),
            is_express: true,
            ..callback
        },
        order,
        is_address: event == "shipping_address",
        as_page,
    }))
}

/// The address of a form is in fields of its own.
fn address(call: &Call<'_>) -> ApiResult<Value> {
    let address = call.body.get("shipping_address").cloned();
    let mut address = address.unwrap_or_else(|| pick(&call.body, &ADDRESS.map(|(name, _)| name)));
    if let Some(parts) = address.as_object_mut() {
        parts.retain(|_, part| !part.is_null() && *part != "");
    }
    check_answer("OrderAddress", "shipping_address", &mut address)?;
    let mut check = Check::default();
    for name in ["country", "postal_code"] {
        let field = format!("shipping_address.{name}");
        check.ensure(address[name].is_string(), &field, "is required");
    }
    check.finish()?;
    Ok(address)
}

/// The codes of a form are in one text.
fn codes(call: &Call<'_>, settings: &Value) -> ApiResult<Value> {
    let mut codes = call.body["discount_codes"].clone();
    if let Some(text) = codes.as_str() {
        let separate = text.split(|c: char| c == ',' || c.is_whitespace());
        codes = separate.filter(|code| !code.is_empty()).collect();
    }
    let are_texts = codes.is_array() && items(&codes).iter().all(Value::is_string);
    ensure_field(are_texts, "discount_codes", "must be a list of texts")?;
    let most = settings["max_count"].as_f64().unwrap_or(f64::INFINITY);
    let fits = items(&codes).len() as f64 <= most;
    let reason = "has more codes than the session takes";
    ensure_field(fits, "discount_codes", reason)?;
    Ok(codes)
}

/// Goes on once the shop has responded, or has not.
pub(crate) fn answered(
    call: &Call<'_>,
    account: &mut Account,
    question: &Question,
    (state, body): (Option<CallbackState>, Vec<u8>),
) -> HandlerResult {
    let take = || {
        let answer = read(state, &body, question.is_address)?;
        let session = account.sessions.get_mut(call.param("session_id"))?;
        check_open(call, session)?;
        let express = &session.doc["express"];
        let is_shipped = express["shipping_mode"] != "shipping_not_required";
        let can_ship = !items(&answer["shipping_options"]).is_empty();
        let reason = "the shop does not ship to this address";
        ensure_state(can_ship || !(is_shipped && question.is_address), reason)?;
        change(call, session, &question.order, answer);
        Ok(())
    };
    let done = take();
    show(call, account, question.as_page, done)
}

fn read(state: Option<CallbackState>, body: &[u8], is_address: bool) -> ApiResult<Value> {
    let failed = |reason: &str| ApiError::new(400, "EXPRESS_CALLBACK", reason);
    match state {
        Some(CallbackState::Delivered) => {}
        Some(CallbackState::NotSent(reason)) => {
            let reason = format!("the shop was not asked: {reason}");
            return Err(failed(&reason));
        }
        Some(CallbackState::Refused) => {
            return Err(failed("the shop responded with another status than 200"));
        }
        _ => return Err(failed("the shop did not respond in time")),
    }
    let malformed = |_| failed("the shop's response is not valid JSON");
    let mut answer = serde_json::from_slice(body).map_err(malformed)?;
    let schema = match is_address {
        true => "ShippingAddressCallbackResponse",
        false => "DiscountCodesCallbackResponse",
    };
    let invalid = |mut error: ApiError| {
        error.message = "the shop's response has invalid fields, see errors".to_owned();
        error
    };
    check_answer(schema, "", &mut answer).map_err(invalid)?;
    Ok(answer)
}

/// Changes the order as the payer and the shop have it. The amount is the shop's, and for what the items and the shipping
/// do not add up to there is a correction, as in Dintero; without one from the shop it follows the shipping.
fn change(call: &Call<'_>, session: &mut Session, by_payer: &Value, mut answer: Value) {
    let amount = |of: &Value| of["amount"].as_i64().unwrap_or(0);
    let doc = &mut session.doc;
    let before = amount(&doc["order"]["shipping_option"]);
    set(&mut doc["order"], by_payer.clone());
    if let Some(offered) = answer.get_mut("shipping_options").map(Value::take) {
        let mut options = items(&offered).iter();
        let chosen = options.find(|option| option["id"] == doc["order"]["shipping_option"]["id"]);
        match chosen.cloned() {
            Some(option) => doc["order"]["shipping_option"] = option,
            None => remove(&mut doc["order"], &["shipping_option"]),
        }
        doc["express"]["shipping_options"] = offered;
    }
    let shipping = amount(&doc["order"]["shipping_option"]);
    if answer["order"].is_object() {
        let order = &mut doc["order"];
        set(order, answer["order"].take());
        let total = amount(order);
        if let Some(lines) = order["items"].as_array_mut() {
            lines.retain(|line| !text_of(&line["id"]).starts_with("correction-"));
            let rest = total - shipping - lines.iter().map(amount).sum::<i64>();
            let id = format!("correction-{}", uuid());
            let line = json!({
                "id": id, "line_id": id, "description": "Correction", "quantity": 1, "amount": rest, "vat": 0,
            });
            lines.extend((rest != 0).then_some(line));
        }
    } else {
        doc["order"]["amount"] = json!(amount(&doc["order"]) + shipping - before);
    }
    for (name, _) in by_payer.as_object().into_iter().flatten() {
        let event = format!("SET_{}", name.to_uppercase());
        session.add_event(call.cause(), &event, Value::Null);
    }
}

fn show(call: &Call<'_>, account: &Account, as_page: bool, done: ApiResult<()>) -> HandlerResult {
    if as_page {
        return Ok(form::express_page(call, account, done));
    }
    done?;
    let session = account.sessions.get(call.param("session_id"))?;
    ApiResponse::ok(json!({
        "session_id": session.doc["id"], "order": session.doc["order"],
        "shipping_options": items(&session.doc["express"]["shipping_options"]),
    }))
}

/// The part of the payment page where the payer gives address and discount codes and chooses the shipping.
pub(super) fn fields(express: &Value, order: &Value, money: impl Fn(&Value) -> String) -> Markup {
    let options = items(&express["shipping_options"]);
    let chosen = &order["shipping_option"]["id"];
    let codes = items(&order["discount_codes"]).iter().map(text_of);
    let codes: Vec<_> = codes.collect();
    html! {
        details class="express" open[chosen.is_null()] {
            summary { "Delivery and discounts" }
            form method="post" {
                @for (name, label) in ADDRESS {
                    label { (label) input type="text" name=(name) value=(text_of(&order["shipping_address"][name])); }
                }
                p class="buttons" { button name="action" value="set_shipping_address" { "Use this address" } }
            }
            @if !options.is_empty() { form method="post" {
                @for option in options { label class="outcome" {
                    input type="radio" name="shipping_option" value=(text_of(&option["id"])) checked[option["id"] == *chosen];
                    span { (text_of(&option["title"])) } span class="number" { (money(&option["amount"])) }
                } }
                p class="buttons" { button name="action" value="set_shipping_option" { "Ship it this way" } }
            } }
            @if express["discount_codes"].is_object() { form method="post" {
                label { "Discount codes" input type="text" name="discount_codes" value=(codes.join(" ")); }
                p class="buttons" { button name="action" value="set_discount_codes" { "Apply" } }
            } }
        }
    }
}
