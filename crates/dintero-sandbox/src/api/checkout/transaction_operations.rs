//! Capture, refund and void.
//!
//! Where the facts are silent the stricter reading holds: an amount is at least 1; `items`, when given, name known
//! lines, add up to `amount` and never move more of a line than it has.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::api::checkout::card::{timeout, times_out};
use crate::api::checkout::invoice;
use crate::api::checkout::order::check_event_metadata;
use crate::api::prelude::*;
use crate::callbacks;
use crate::clock::{NEVER, later};
use crate::state::checkout::{Cause, Movement, Operation, Pending, PreAuthorization};

pub(crate) fn capture_or_refund(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let is_capture = call.path.ends_with("/capture");
    let transaction = account.transactions.get(call.param("id"))?;
    let (ledger, is_invoice) = (&transaction.ledger, invoice::is_kravia(transaction));
    let (operation, left) = match is_capture {
        true => (Operation::Capture, ledger.capturable()),
        false => (Operation::Refund, ledger.refundable()),
    };
    let (verb, done) = [("refund", "refunded"), ("capture", "captured")][usize::from(is_capture)];
    let (amount, lines) = check_body(call, transaction, operation)?;
    let reason = "an invoice of Kravia cannot be refunded; void it instead";
    ensure_state(is_capture || !is_invoice, reason)?;
    let status = match ledger.status() {
        "AUTHORIZED" => "AUTHORIZED; void it instead",
        status => status,
    };
    let reason = format!("nothing can be {done} of a transaction that is {status}");
    ensure_state(left > 0, &reason)?;
    let reason = format!("is more than what is left to {verb}");
    ensure_field(amount <= left, "amount", &reason)?;
    let is_open = is_capture && transaction.pre_authorization == PreAuthorization::Open;
    ensure_state(!is_open, "the authorization is not final yet")?;
    // The reference of a capture or refund overrides that of the session.
    let session = account.sessions.find(&transaction.session_id);
    let of_session = session.map(|s| s.doc["order"]["event_reference"].clone());
    let reference = call.body.get(format!("{verb}_reference"));
    let reference = reference.cloned().or(of_session);
    let mut extra = created_by(call);
    set(&mut extra, json!({"event_reference": reference}));
    copy(&mut extra, &call.body, &["items", "metadata"]);
    let movement = Movement {
        operation,
        amount,
        lines,
        is_final: is_capture && call.body["final_capture"] == true,
        extra,
    };
    // A captured invoice is paid by its payer some day.
    let due = is_invoice.then_some(NEVER).or_else(|| put_off(call));
    carry_out(call, account, movement, due)
}

/// `POST /transactions/{id}/void`. Voiding the rest after a part capture is for payment products that the sandbox's
/// card payments (`dintero_psp.creditcard`) are not among.
pub(crate) fn void(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let transactions = &account.transactions;
    let transaction = transactions.get(call.param("id"))?;
    let status = transaction.ledger.status();
    let reason = format!("a transaction that is {status} cannot be voided");
    ensure_state(status == "AUTHORIZED", &reason)?;
    let movement = voiding(call, transaction);
    if invoice::is_kravia(transaction) {
        // An invoice that is not paid yet can be cancelled: its capture is only begun.
        let transaction = account.transactions.get_mut(call.param("id"))?;
        transaction.pending = None;
    }
    carry_out(call, account, movement, put_off(call))
}

pub(crate) fn voiding(call: &Call<'_>, transaction: &Transaction) -> Movement {
    Movement {
        operation: Operation::Void,
        amount: transaction.ledger.capturable(),
        lines: BTreeMap::new(),
        is_final: false,
        extra: created_by(call),
    }
}

fn created_by(call: &Call<'_>) -> Value {
    json!({"created_by": call.grant.client_id, "request_headers": call.system_headers()})
}

fn put_off(call: &Call<'_>) -> Option<DateTime<Utc>> {
    Some(later(call.now, call.pending?))
}

/// Carries the operation out, or responds with 202 if it is `due` later.
fn carry_out(
    call: &Call<'_>,
    account: &mut Account,
    movement: Movement,
    due: Option<DateTime<Utc>>,
) -> HandlerResult {
    let id = call.param("id");
    let includes = call.query.all("includes");
    let transaction = account.transactions.get_mut(id)?;
    transaction.check_idle()?;
    let Some(due) = due else {
        let is_done = perform(account, id, call.cause(), movement)?;
        let transaction = account.transactions.get(id)?;
        return Ok(match is_done {
            true => ApiResponse::new(200, transaction.body(&includes)),
            false => timed_out(503),
        });
    };
    transaction.begin(call.cause(), movement, due);
    let body = transaction.body(&includes);
    account.put_off(id, due);
    Ok(ApiResponse::new(202, body).with_header("event-request-id", call.request_id))
}

/// Moves the amount and returns `true`. With a card that times out nothing moves, and there is an event that says so.
pub(crate) fn perform(
    account: &mut Account,
    id: &str,
    cause: Cause<'_>,
    mut movement: Movement,
) -> ApiResult<bool> {
    let transaction = account.transactions.get_mut(id)?;
    let event = movement.operation.event();
    if times_out(transaction, event) {
        movement.extra["error"] = timeout("the payment provider");
        transaction.add_event(cause, event, movement.amount, movement.extra);
        return Ok(false);
    }
    let first_event = transaction.events.len();
    transaction.apply(cause, movement);
    callbacks::on_events(account, cause.0, id, first_event);
    Ok(true)
}

/// The response when a card times out; no error, since the transaction has one event more.
pub(crate) fn timed_out(status: u16) -> ApiResponse {
    let reason =
        "the payment provider did not respond in time; read the transaction before you repeat";
    ApiError::new(status, "PROVIDER_TIMEOUT", reason).into()
}

pub(crate) fn is_due(account: &Account, now: DateTime<Utc>) -> bool {
    let ids = account.pending.iter();
    let mut transactions = ids.filter_map(|id| account.transactions.find(id));
    transactions.any(|t| t.pending.as_ref().is_some_and(|pending| pending.due <= now))
}

pub(crate) fn complete_pending(account: &mut Account, now: DateTime<Utc>, all: bool) {
    for id in std::mem::take(&mut account.pending) {
        let Ok(transaction) = account.transactions.get_mut(&id) else {
            continue;
        };
        let is_due = |pending: &mut Pending| all || pending.due <= now;
        match transaction.pending.take_if(is_due) {
            Some(mut pending) => {
                pending.movement.extra["correlation_request_id"] = json!(pending.request_id);
                // It was checked when it was accepted, and nothing else can have happened since.
                let _ = perform(account, &id, (now, &uuid()), pending.movement);
            }
            None => account.pending.push(id),
        }
    }
}

/// Checks what capture and refund have in common; returns the amount and what moves per line.
fn check_body(
    call: &Call<'_>,
    transaction: &Transaction,
    operation: Operation,
) -> ApiResult<(i64, BTreeMap<String, i64>)> {
    let mut check = Check::of(&call.body);
    let amount = call.body["amount"].as_i64().unwrap_or(0);
    check.ensure(amount >= 1, "amount", "must be at least 1");
    check_event_metadata(&mut check, &call.body["metadata"]);
    let new = items(&call.body["items"]);
    check.ensure(new.len() <= 100, "items", "has more than 100 items");
    let mut lines: BTreeMap<String, i64> = BTreeMap::new();
    let mut sum = 0;
    for (i, item) in new.iter().enumerate() {
        let id = text_of(&item["line_id"]);
        let part = item["amount"].as_i64().unwrap_or(0);
        sum += part;
        let total = lines.entry(id.to_owned()).or_default();
        *total += part;
        // Integrations round anew at a capture, whether or not the session had such a line.
        if id == "rounding-fee" && part.abs() < 100 {
            lines.remove(id);
            continue;
        }
        let Some(line) = transaction.lines.get(id) else {
            let field = format!("items[{i}].line_id");
            check.fail(&field, "is not a line of the transaction");
            continue;
        };
        let moved = match operation {
            Operation::Refund => line.refunded,
            _ => line.captured,
        };
        let is_left = fits(line.amount, moved + *total);
        let field = format!("items[{i}].amount");
        check.ensure(is_left, &field, "is more than what is left of the line");
    }
    let is_sum = new.is_empty() || sum == amount;
    check.ensure(is_sum, "amount", "is not the sum of the items");
    check.finish()?;
    Ok((amount, lines))
}
