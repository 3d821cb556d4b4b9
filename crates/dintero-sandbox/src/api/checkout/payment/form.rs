//! `GET` and `POST` on a session's `url`: the page and its forms for a browser, JSON for another program.

use std::iter::once;

use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::page::View;
use super::{Choice, act, check_payable, express};
use crate::api::checkout::card::{CARDS, Card, Case};
use crate::api::prelude::*;
use crate::body::is_form;

/// `GET` on the session's `url`. An unknown session is an HTML page for a browser, else an error in Dintero's form.
pub(crate) fn page(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    if !accepts(call, "text/html") {
        account.sessions.get(call.param("session_id"))?;
    }
    Ok(show(call, account, None))
}

/// `POST` on the session's `url`. The response to a form is a redirect to the shop or a page, to JSON, or where JSON is
/// accepted, it is JSON; an empty body pays with the approved card.
pub(crate) fn submit(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    if express::is_meant(call) {
        return express::submit(call, account);
    }
    match act_on(call, account) {
        Err(error) if is_of_page(call) => Ok(failed(call, account, &error)),
        done => done,
    }
}

pub(super) fn is_of_page(call: &Call<'_>) -> bool {
    is_form(call.headers) && call.body.is_object() && !accepts(call, "application/json")
}

/// Leads back to the payment page, or shows why the express session could not be changed.
pub(super) fn express_page(call: &Call<'_>, account: &Account, done: ApiResult<()>) -> ApiResponse {
    let Err(error) = done else {
        // The page goes on as it was opened: by the Web SDK, or without it.
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(call.query.pairs()).finish();
        let page = format!("{}?{query}", call.path);
        let page = page.trim_end_matches('?');
        return ApiResponse::new(303, Value::Null).with_header("location", page);
    };
    failed(call, account, &error)
}

fn failed(call: &Call<'_>, account: &Account, error: &ApiError) -> ApiResponse {
    let fields = error.errors.iter().map(|e| text_of(&e["message"]));
    let reasons: Vec<_> = once(&*error.message).chain(fields).collect();
    let text = format!("Nothing was done: {}.", reasons.join("; "));
    let page = show(call, account, Some(&text));
    // The page of an unknown session is a 404.
    let status = page.status.max(error.status);
    ApiResponse { status, ..page }
}

fn accepts(call: &Call<'_>, media_type: &str) -> bool {
    let accepted = call.headers.get_all("accept").iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains(media_type))
}

fn choice(action: Option<&str>, card: Card) -> Option<Choice> {
    Some(match action {
        None | Some("pay") => Choice::Pay(card),
        Some("decline") => Choice::Pay(Card::declined()),
        Some("time_out") => Choice::Pay(Card::failing()),
        Some("hold") => Choice::Hold,
        Some("release") => Choice::Release,
        Some("refuse") => Choice::Refuse,
        Some("cancel") => Choice::Cancel,
        Some(_) => return None,
    })
}

/// Does what the body says, unless the card of a form first asks for a challenge: then returns its page.
fn act_on(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let as_page = is_of_page(call);
    let field = |name: &str| {
        let value = call.body.get(name)?.as_str().unwrap_or_default().trim();
        Some(value).filter(|value| !as_page || !value.is_empty())
    };
    let chosen = field("card").map(|chosen| match CARDS.iter().find(|row| row.2 == chosen) {
        Some(row) if field("scheme") == Some("mastercard") => row.3.unwrap_or_default(),
        _ => chosen,
    });
    let number = field("card_number").or(chosen);
    let action = match field("action") {
        None | Some("pay") if number == Some("hold") => Some("hold"),
        action => action,
    };
    let is_paying = matches!(action, None | Some("pay"));
    let mut card = match number {
        Some(number) if is_paying => Card::from_number(number),
        number => (number.is_some() || !as_page || !is_paying).then(Card::approved),
    };
    let mut check = Check::default();
    let reason = "is not a test card of the sandbox";
    check.ensure(card.is_some(), "card_number", reason);
    let challenge = card
        .as_mut()
        .filter(|card| is_paying && card.case == Case::Challenge);
    let is_challenged = challenge.is_some();
    if let (Some(card), Some("failed")) = (challenge, field("challenge")) {
        card.outcome = Authorization::Declined;
    }
    let choice = choice(action, card.unwrap_or_else(Card::declined));
    let reason = "must be pay, decline, time_out, hold, release, refuse or cancel";
    check.ensure(choice.is_some(), "action", reason);
    check.finish()?;
    let session_id = call.param("session_id");
    if as_page
        && is_challenged
        && field("challenge").is_none()
        && let Some(session) = account.sessions.find(session_id)
        && check_payable(call, session).is_ok()
    {
        let view = view(call, account, Some(session), None);
        return Ok(view.challenge(number.unwrap_or_default()));
    }
    let id = choice.map_or(Ok(None), |choice| act(call, account, session_id, &choice))?;
    let session = account.sessions.get(session_id)?;
    if as_page && field("embedded").is_some() {
        // The page around this one is told, and leads on.
        return Ok(show(call, account, None));
    }
    let url = redirect_url(account, session);
    if as_page {
        let response = ApiResponse::new(303, Value::Null).with_header("location", url);
        return Ok(response.with_header("cache-control", "no-store"));
    }
    let transaction = id.as_ref().and_then(|id| account.transactions.find(id));
    ApiResponse::ok(json!({
        "session_id": session_id,
        "transaction_id": id,
        "status": transaction.map(|transaction| transaction.ledger.status()),
        "return_url": session.doc["url"]["return_url"],
        "redirect_url": url,
        "error": error(account, session),
    }))
}

fn show(call: &Call<'_>, account: &Account, error: Option<&str>) -> ApiResponse {
    let session = account.sessions.find(call.param("session_id"));
    let view = view(call, account, session, error);
    let Some(session) = session else {
        return view.missing();
    };
    if session.over(call.now).is_none() {
        return view.choose();
    }
    let status = transaction(account, session).map(|t| t.ledger.status());
    let says = match (session.cancelled, status) {
        (true, _) => "This payment was cancelled.",
        (_, Some("ON_HOLD")) => "This payment is on hold.",
        (_, Some("DECLINED")) => "This payment was declined.",
        (_, Some("FAILED")) => "This payment failed.",
        (_, Some(_)) => "This payment is done.",
        (_, None) => "This payment has expired.",
    };
    let back = redirect_url(account, session);
    let is_web = back.starts_with("http://") || back.starts_with("https://");
    let is_held = !session.cancelled && status == Some("ON_HOLD");
    view.over(says, is_held, is_web.then_some(back.as_str()))
}

fn view<'a>(
    call: &'a Call<'_>,
    account: &Account,
    session: Option<&'a Session>,
    error: Option<&'a str>,
) -> View<'a> {
    let doc = session.map_or(&Value::Null, |session| &session.doc);
    let return_url = doc["url"]["return_url"].as_str();
    let scheme = return_url.and_then(|url| Some(url.split_once("://")?.0));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let is_over = session.is_none_or(|session| session.over(call.now).is_some());
    View {
        order: &doc["order"],
        express: doc.get("express"),
        keeps_card: session.is_some_and(|session| session.keeps_card),
        embedders: &call.settings.embedders,
        scheme: scheme.filter(|s| s.chars().all(is_plain) && !matches!(*s, "http" | "https")),
        error,
        sdk: call.query.first("sdk").map(|_| json!({
            "sid": call.param("session_id"), "session": session.map(|session| session.body(&[])),
            "event": is_over.then(|| end(account, session)), "first": call.method == "GET",
        })),
    }
}

/// Returns the event by which the Web SDK learns how a session ended.
fn end(account: &Account, session: Option<&Session>) -> Value {
    let Some(session) = session else {
        return json!({"type": "SessionNotFound"});
    };
    let status = transaction(account, session).map(|t| t.ledger.status());
    let error = error(account, session);
    let kind = match (error, status) {
        (Some("cancelled"), _) => "SessionCancel",
        (Some(_), _) => "SessionPaymentError",
        (None, None) => "SessionNotFound",
        (None, Some("ON_HOLD")) => "SessionPaymentOnHold",
        (None, Some(_)) => "SessionPaymentAuthorized",
    };
    json!({
        "type": kind, "error": error, "href": redirect_url(account, session), "transaction_id": session.transaction_id,
        "merchant_reference": session.doc["order"]["merchant_reference"],
    })
}

fn transaction<'a>(account: &'a Account, session: &Session) -> Option<&'a Transaction> {
    let id = session.transaction_id.as_deref()?;
    account.transactions.find(id)
}

fn error(account: &Account, session: &Session) -> Option<&'static str> {
    match transaction(account, session).map(|t| t.ledger.authorization) {
        None | Some(Authorization::Voided) if session.cancelled => Some("cancelled"),
        authorization => authorization?.error(),
    }
}

/// Returns `return_url` with the parameters that the browser is sent back with.
fn redirect_url(account: &Account, session: &Session) -> String {
    let return_url = session.doc["url"]["return_url"].as_str();
    let reference = session.doc["order"]["merchant_reference"].as_str();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("merchant_reference", reference),
        ("transaction_id", session.transaction_id.as_deref()),
        ("error", error(account, session)),
    ] {
        query.extend_pairs(value.map(|value| (name, value)));
    }
    with_query(return_url.unwrap_or_default(), &query.finish())
}

/// Appends to the query of a URL and leaves the rest as it is, but for what a header cannot hold.
fn with_query(url: &str, query: &str) -> String {
    let (url, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, own)) if own.is_empty() || own.ends_with('&') => "",
        Some(_) => "&",
    };
    let url = format!("{url}{joint}{query}{fragment}");
    utf8_percent_encode(&url, CONTROLS).to_string()
}

#[cfg(test)]
mod tests;
