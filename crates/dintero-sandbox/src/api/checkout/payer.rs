//! The payer: a person with a card at the page that a session's `url` points to.

use std::fmt;

use serde_json::{Value, json};

use crate::api::checkout::tokens;
use crate::api::checkout::transactions::from_session;
use crate::api::finance;
use crate::call::{Call, Reply};
use crate::check::{Check, Node};
use crate::errors::{ApiError, Outcome};
use crate::state::checkout::{
    Authorization, Ledger, Line, Movement, PreAuthorization, Transaction,
};
use crate::state::{Account, checkout_id};

/// The id of a transaction, such as `T12345678.5cyWnV68vzJ1kYjZPrKWWm`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId(String);

impl TransactionId {
    pub(crate) fn new(id: String) -> Self {
        Self(id)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for TransactionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.0
    }
}

/// The card that the payer uses: one of Dintero's test cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub(crate) brand: &'static str,
    pub(crate) masked: String,
    pub(crate) outcome: Authorization,
}

impl Card {
    /// The Visa test card that is approved without a challenge (4000 0000 0000 0002).
    #[must_use]
    pub fn approved() -> Self {
        Self {
            brand: "Visa",
            masked: mask("4000000000000002"),
            outcome: Authorization::Given,
        }
    }

    /// The Visa test card whose 3-D Secure verification fails (4000 3000 0000 0006): the transaction is `DECLINED`.
    #[must_use]
    pub fn declined() -> Self {
        Self {
            brand: "Visa",
            masked: mask("4000300000000006"),
            outcome: Authorization::Declined,
        }
    }

    /// The Visa test card whose authorization times out (4100 0000 0000 0001): the transaction is `FAILED`.
    #[must_use]
    pub fn failing() -> Self {
        Self {
            brand: "Visa",
            masked: mask("4100000000000001"),
            outcome: Authorization::Failed,
        }
    }

    /// The test card with this number, spaces allowed; `None` when the number is not one of those the sandbox plays.
    #[must_use]
    pub fn from_number(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(|c| *c != ' ').collect();
        let (brand, outcome) = match digits.as_str() {
            "4000000000000002" | "4000100000000000" | "4000200000000008" => {
                ("Visa", Authorization::Given)
            }
            "5200000000000007" | "5200000000000015" | "5200000000000023" => {
                ("Mastercard", Authorization::Given)
            }
            "4000300000000006" | "4100000000000076" => ("Visa", Authorization::Declined),
            "5200000000000031" => ("Mastercard", Authorization::Declined),
            "4100000000000001" => ("Visa", Authorization::Failed),
            "5100000000000008" => ("Mastercard", Authorization::Failed),
            _ => return None,
        };
        Some(Self {
            brand,
            masked: mask(&digits),
            outcome,
        })
    }
}

fn mask(digits: &str) -> String {
    let (first, last) = (
        digits.get(..6).unwrap_or_default(),
        digits.get(digits.len().saturating_sub(4)..),
    );
    format!("{first}******{}", last.unwrap_or_default())
}

/// Why a session could not be paid. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayError(String);

impl PayError {
    pub(crate) fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl fmt::Display for PayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the session cannot be paid: {}", self.0)
    }
}

impl std::error::Error for PayError {}

/// Pays a session; gives the transaction's id. A declined or failed card also makes a transaction.
pub(crate) fn pay(
    call: &Call<'_>,
    account: &mut Account,
    session_id: &str,
    card: &Card,
) -> Outcome<String> {
    let checkout = &mut account.checkout;
    let session = checkout.sessions.get_mut(session_id, "session")?;
    if let Some(reason) = session.over(call.now) {
        return Err(ApiError::wrong_state(reason));
    }
    if session.locked {
        return Err(ApiError::wrong_state("the session is locked"));
    }
    session.check_room()?;
    checkout.tokens.check_room(1, "card tokens")?;
    checkout.transactions.check_room(1, "transactions")?;

    let body = session.body(&[]);
    let amount = body["order"]["amount"].as_i64().unwrap_or(0);
    let mut doc = from_session(&body);
    let id = checkout_id(&account.id);
    let (month, card_type) = ("12/2099", "Credit");
    let extra = json!({
        "id": id, "created_at": call.now_text(), "settlement_status": "NOT_SETTLED",
        "payment_product": "dintero_psp", "payment_product_type": "dintero_psp.creditcard",
        "card": {"brand": card.brand, "masked_pan": card.masked, "expiry_date": month, "type": card_type, "country": "NOR"},
    });
    if let Value::Object(extra) = extra {
        doc.extend(extra);
    }
    let line = |item: &Value| {
        let id = item["line_id"].as_str()?.to_owned();
        Some((
            id,
            Line {
                amount: item["amount"].as_i64().unwrap_or(0),
                ..Line::default()
            },
        ))
    };
    let lines = doc["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(line)
        .collect();
    let ledger = Ledger::new(card.outcome, amount);
    let session_id = session_id.to_owned();
    let pre_authorization = match body["configuration"]["pre_authorization"] == true {
        true => PreAuthorization::Open,
        false => PreAuthorization::None,
    };
    let mut transaction = Transaction {
        doc,
        events: Vec::new(),
        session_id,
        created_at: call.now,
        ledger,
        lines,
        pending: None,
        pre_authorization,
    };
    let at = (call.now, call.request_id);
    transaction.add_event_with(
        at.0,
        at.1,
        ("INITIALIZE", "INITIATED", true),
        amount,
        Value::Null,
    );
    let given = card.outcome == Authorization::Given;
    let error = match card.outcome {
        Authorization::Declined => {
            json!({"error": {"code": "1A", "message": "the card was declined", "type": ["DECLINED"]}})
        }
        Authorization::Failed => {
            json!({"error": {"message": "the authorization timed out", "type": ["ERROR"]}})
        }
        Authorization::Given | Authorization::Voided => Value::Null,
    };
    let status = transaction.ledger.status();
    transaction.add_event_with(at.0, at.1, ("AUTHORIZE", status, given), amount, error);
    if given && body["configuration"]["auto_capture"] == true && amount > 0 {
        let lines = transaction
            .lines
            .iter()
            .map(|(id, line)| (id.clone(), line.amount));
        let movement = Movement {
            event: "CAPTURE",
            amount,
            lines: lines.collect(),
            is_final: false,
            extra: json!({"items": transaction.doc["items"]}),
        };
        finance::note(
            &mut account.finance,
            &account.id,
            call.now,
            &transaction,
            &movement,
        );
        transaction.apply(at.0, at.1, movement);
    }
    let generate = &body["configuration"]["dintero_psp"]["creditcard"]["generate_payment_token"];
    if given && (session.keeps_card || *generate == true) {
        let token = tokens::issue(call, &account.id, card, &transaction);
        if let Some(shown) = transaction.doc.get_mut("card") {
            shown["payment_token"] = token["token"].clone();
            shown["payment_token_id"] = token["id"].clone();
        }
        if session.keeps_card {
            let what = json!("generate_payment_token");
            transaction.doc.insert("payment_operation".into(), what);
        }
        let id = token["id"].as_str().unwrap_or_default().to_owned();
        checkout.tokens.put(&id, token);
    }

    let name = match card.outcome {
        Authorization::Given => "AUTHORIZED",
        Authorization::Declined => "DECLINED",
        Authorization::Failed | Authorization::Voided => "FAILED",
    };
    session.transaction_id = Some(id.clone());
    let details = json!({"payment_product_type": "dintero_psp.creditcard", "amount": amount});
    session.add_event(at.0, at.1, name, details);
    checkout.transactions.put(&id, transaction);
    Ok(id)
}

/// `POST` on the session's `url`: pays. The body is optional: `{"card_number": "..."}`; without it the approved card is used.
pub(crate) fn pay_by_http(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let number = root.at("card_number");
    let card = match check.text(&number, 30) {
        None => Card::approved(),
        Some(text) => Card::from_number(text).unwrap_or_else(|| {
            check.fail(&number, "is not a test card of the sandbox");
            Card::declined()
        }),
    };
    check.finish()?;
    let id = pay(call, account, call.param("session_id"), &card)?;
    let transaction = account.checkout.transactions.get(&id, "transaction")?;
    let session = account
        .checkout
        .sessions
        .get(&transaction.session_id, "session")?;
    let error = if card.outcome == Authorization::Given {
        Value::Null
    } else {
        json!("authorization")
    };
    Reply::ok(json!({
        "session_id": transaction.session_id,
        "transaction_id": id,
        "status": transaction.ledger.status(),
        "return_url": session.doc["url"]["return_url"],
        "error": error,
    }))
}

/// `GET` on the session's `url`: a small page that says what is to be paid and has a button.
pub(crate) fn page(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let session = account
        .checkout
        .sessions
        .get(call.param("session_id"), "session")?;
    let order = &session.doc["order"];
    let amount = order["amount"].as_i64().unwrap_or(0);
    let what = format!(
        "{}.{:02} {} for {}",
        amount / 100,
        amount % 100,
        order["currency"].as_str().unwrap_or_default(),
        escape(order["merchant_reference"].as_str().unwrap_or_default()),
    );
    let state = match session.over(call.now) {
        Some(reason) => format!("<p role=\"status\">This payment is over: {reason}.</p>"),
        None => "<form method=\"post\"><button type=\"submit\">Pay with the approved test card</button></form>".into(),
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox payment</title>\
         <main><h1>Sandbox payment</h1><p>{what}</p>{state}</main></html>"
    );
    Reply::file("text/html; charset=utf-8", html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_test_cards_are_played_and_others_refused() {
        let card = Card::from_number("5200 0000 0000 0007").expect("a test card");
        assert_eq!(
            (card.brand, card.masked.as_str(), card.outcome),
            ("Mastercard", "520000******0007", Authorization::Given)
        );
        assert_eq!(
            Card::from_number("4000 0000 0000 0002"),
            Some(Card::approved())
        );
        assert_eq!(Card::from_number("4242 4242 4242 4242"), None);
    }

    #[test]
    fn a_card_does_not_show_its_number_in_debug() {
        assert!(!format!("{:?}", Card::approved()).contains("4000000000000002"));
    }

    #[test]
    fn text_of_the_merchant_cannot_become_markup() {
        assert_eq!(escape("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
