//! `GET` and `POST` on a session's `url`: the page and its forms for a browser, JSON for another program.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::page::{self, Over, View};
use super::{Choice, act, check_payable};
use crate::api::checkout::card::Card;
use crate::body::is_form;
use crate::call::{ApiResponse, Call};
use crate::check::Check;
use crate::errors::{ApiError, ApiResult};
use crate::state::Account;
use crate::state::checkout::{Authorization, Session};

const UNKNOWN_CARD: &str = "is not a test card of the sandbox";

/// `GET` on the session's `url`. That there is no session is said in HTML to a browser, else in Dintero's error form.
pub(crate) fn page(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let accepted = call.headers.get_all("accept").iter();
    let is_browser = accepted
        .filter_map(|v| v.to_str().ok())
        .any(|v| v.contains("text/html"));
    if !is_browser {
        account
            .checkout
            .sessions
            .get(call.param("session_id"), "session")?;
    }
    Ok(show(call, account, None))
}

/// `POST` on the session's `url`. A form is answered with a redirect to the shop, or with a page; JSON with JSON, and
/// an empty body pays with the approved card.
pub(crate) fn submit(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    if is_form(call.headers) {
        return Ok(submit_form(call, account));
    }
    let text = |name: &str| call.body.get(name).map(|v| v.as_str().unwrap_or_default());
    let card = text("card_number").map_or(Some(Card::approved()), Card::from_number);
    let mut check = Check::default();
    check.ensure(card.is_some(), "card_number", UNKNOWN_CARD);
    let choice = choice(text("action"), card.unwrap_or_else(Card::declined));
    let reason = "must be pay, decline, time_out, hold, release, refuse or cancel";
    check.ensure(choice.is_some(), "action", reason);
    check.finish()?;
    let session_id = call.param("session_id");
    let id = match choice {
        Some(choice) => act(call, account, session_id, &choice)?,
        None => None,
    };
    let session = account.checkout.sessions.get(session_id, "session")?;
    let status = id
        .as_ref()
        .and_then(|id| account.checkout.transactions.find(id));
    ApiResponse::ok(json!({
        "session_id": session_id,
        "transaction_id": id,
        "status": status.map(|transaction| transaction.ledger.status()),
        "return_url": session.doc["url"]["return_url"],
        "redirect_url": back(account, session),
        "error": error(account, session),
    }))
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

fn submit_form(call: &Call<'_>, account: &mut Account) -> ApiResponse {
    let field = |name: &str| {
        call.body[name]
            .as_str()
            .map(str::trim)
            .filter(|v| !v.is_empty())
    };
    let number = field("card_number").or(field("card")).unwrap_or_default();
    let refused = |status: u16, reason: &str, account: &Account| {
        let mut response = show(call, account, Some(reason));
        // A session that is gone keeps its own status.
        if response.status == 200 {
            response.status = status;
        }
        response
    };
    let paying = matches!(field("action"), None | Some("pay"));
    let card = match Card::from_number(number) {
        None if paying => {
            let reason = "This card number is not one of the test cards in the table.";
            return refused(400, reason, account);
        }
        card => card.unwrap_or_else(Card::approved),
    };
    let session_id = call.param("session_id");
    let mut card = card;
    let card = match field("challenge") {
        Some("failed") => {
            card.outcome = Authorization::Declined;
            card
        }
        None if paying && page::asks_for_challenge(&card) => {
            if let Ok(session) = account.checkout.sessions.get(session_id, "session")
                && check_payable(call, session).is_ok()
            {
                return view(session, None).challenge(number);
            }
            card
        }
        _ => card,
    };
    let Some(choice) = choice(field("action"), card) else {
        return refused(
            400,
            "The form has a button that the sandbox does not know.",
            account,
        );
    };
    if let Err(error) = act(call, account, session_id, &choice) {
        return refused(error.status, &sentence(&error), account);
    }
    match account.checkout.sessions.find(session_id) {
        Some(session) => ApiResponse::new(303, Value::Null)
            .with_header("location", back(account, session))
            .with_header("cache-control", "no-store"),
        None => page::missing(),
    }
}

fn sentence(error: &ApiError) -> String {
    format!("Nothing was done: {}.", error.message)
}

fn show(call: &Call<'_>, account: &Account, error: Option<&str>) -> ApiResponse {
    let Some(session) = account.checkout.sessions.find(call.param("session_id")) else {
        return page::missing();
    };
    let view = view(session, error);
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
    let back = back(account, session);
    let is_web = back.starts_with("http://") || back.starts_with("https://");
    view.over(&Over {
        says,
        is_held: !session.cancelled && status == Some("ON_HOLD"),
        back: is_web.then_some(back.as_str()),
    })
}

fn view<'a>(session: &'a Session, error: Option<&'a str>) -> View<'a> {
    let return_url = session.doc["url"]["return_url"].as_str();
    let scheme = return_url
        .and_then(|url| url.split_once("://"))
        .map(|url| url.0);
    let is_plain = |s: &&str| {
        s.chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    View {
        order: &session.doc["order"],
        keeps_card: session.keeps_card,
        scheme: scheme
            .filter(is_plain)
            .filter(|s| !matches!(*s, "http" | "https")),
        error,
    }
}

fn transaction<'a>(
    account: &'a Account,
    session: &Session,
) -> Option<&'a crate::state::checkout::Transaction> {
    let id = session.transaction_id.as_deref()?;
    account.checkout.transactions.find(id)
}

/// The parameter `error` of the return to the shop.
fn error(account: &Account, session: &Session) -> Option<&'static str> {
    match transaction(account, session).map(|t| t.ledger.authorization) {
        Some(Authorization::Declined) => Some("authorization"),
        Some(Authorization::Failed) => Some("failed"),
        None | Some(Authorization::Voided) if session.cancelled => Some("cancelled"),
        _ => None,
    }
}

/// `return_url` with what the browser is sent back with.
fn back(account: &Account, session: &Session) -> String {
    let return_url = session.doc["url"]["return_url"]
        .as_str()
        .unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(reference) = session.doc["order"]["merchant_reference"].as_str() {
        query.append_pair("merchant_reference", reference);
    }
    if let Some(id) = &session.transaction_id {
        query.append_pair("transaction_id", id);
    }
    if let Some(error) = error(account, session) {
        query.append_pair("error", error);
    }
    with_query(return_url, &query.finish())
}

/// Appends to the query of a URL and leaves the rest as it is, but for what a header cannot hold.
fn with_query(url: &str, query: &str) -> String {
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, Some(fragment)),
        None => (url, None),
    };
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, own)) if own.is_empty() || own.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    let url = format!("{url}{joint}{query}{fragment}");
    utf8_percent_encode(&url, CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_query_and_fragment_stay() {
        for (url, whole) in [
            ("https://a.example/done", "https://a.example/done?x=1"),
            ("https://a.example/done?", "https://a.example/done?x=1"),
            (
                "https://a.example/?o=%C3%A6&",
                "https://a.example/?o=%C3%A6&x=1",
            ),
            (
                "https://a.example/?o=7#top",
                "https://a.example/?o=7&x=1#top",
            ),
            ("shop://done", "shop://done?x=1"),
            (
                "https://a.example/\u{e6}\n",
                "https://a.example/%C3%A6%0A?x=1",
            ),
        ] {
            assert_eq!(with_query(url, "x=1"), whole);
        }
    }
}
