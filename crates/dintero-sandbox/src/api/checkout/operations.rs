//! Capture, refund and void.
//!
//! Where the facts are silent the stricter reading holds: an amount is at least 1; `items`, when given, name known
//! lines, add up to `amount` and never move more of a line than it has.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::api::checkout::card::{timeout, times_out};
use crate::api::checkout::order::check_event_metadata;
use crate::api::finance;
use crate::call::{ApiResponse, Call};
use crate::callbacks;
use crate::check::{Check, Node, SIGNED_AMOUNT};
use crate::errors::{ApiError, ApiResult};
use crate::state::checkout::{Line, Movement, Pending, PreAuthorization, Transaction};
use crate::state::{Account, uuid};

const INCLUDES: [&str; 2] = [
    "events.request_headers",
    "initiating_system_request_headers",
];

/// `POST /transactions/{id}/capture`.
pub(crate) fn capture(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &INCLUDES)?;
    let session_reference = event_reference(call, account)?;
    let transaction = account
        .checkout
        .transactions
        .get_mut(call.param("id"), "transaction")?;
    let root = Node::root(&call.body);
    let mut check = Check::default();
    let is_final = check.flag(&root.at("final_capture")).unwrap_or(false);
    let (amount, lines) = body(check, &root, "capture_reference", transaction, |line| {
        line.captured
    })?;
    let left = transaction.ledger.capturable();
    if left <= 0 {
        let status = transaction.ledger.status();
        return Err(ApiError::wrong_state(format!(
            "nothing can be captured of a transaction that is {status}"
        )));
    }
    if amount > left {
        return Err(ApiError::invalid_field(
            "amount",
            "is more than what is left to capture",
        ));
    }
    if transaction.pre_authorization == PreAuthorization::Open {
        return Err(ApiError::wrong_state("the authorization is not final yet"));
    }
    transaction.check_capacity()?;
    let movement = Movement {
        event: "CAPTURE",
        amount,
        lines,
        is_final,
        extra: extra(call, "capture_reference", session_reference),
    };
    carry_out(call, account, movement, &includes)
}

/// `POST /transactions/{id}/refund`.
pub(crate) fn refund(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &INCLUDES)?;
    let session_reference = event_reference(call, account)?;
    let transaction = account
        .checkout
        .transactions
        .get_mut(call.param("id"), "transaction")?;
    let root = Node::root(&call.body);
    let mut check = Check::default();
    check.text(&root.at("reason"), 1024);
    check.text(&root.at("terminal_id"), 255);
    let (amount, lines) = body(check, &root, "refund_reference", transaction, |line| {
        line.refunded
    })?;
    let left = transaction.ledger.refundable();
    if left <= 0 {
        let advice = if transaction.ledger.status() == "AUTHORIZED" {
            "; void it instead"
        } else {
            ""
        };
        let status = transaction.ledger.status();
        return Err(ApiError::wrong_state(format!(
            "nothing can be refunded of a transaction that is {status}{advice}"
        )));
    }
    if amount > left {
        return Err(ApiError::invalid_field(
            "amount",
            "is more than what is left to refund",
        ));
    }
    transaction.check_capacity()?;
    let movement = Movement {
        event: "REFUND",
        amount,
        lines,
        is_final: false,
        extra: extra(call, "refund_reference", session_reference),
    };
    carry_out(call, account, movement, &includes)
}

/// `POST /transactions/{id}/void`. Voiding the rest after a part capture is for payment products that the sandbox's
/// card payments (`dintero_psp.creditcard`) are not among.
pub(crate) fn void(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &INCLUDES)?;
    let transaction = account
        .checkout
        .transactions
        .get_mut(call.param("id"), "transaction")?;
    let status = transaction.ledger.status();
    if status != "AUTHORIZED" {
        return Err(ApiError::wrong_state(format!(
            "a transaction that is {status} cannot be voided"
        )));
    }
    transaction.check_capacity()?;
    let movement = Movement {
        event: "VOID",
        amount: transaction.ledger.capturable(),
        lines: BTreeMap::new(),
        is_final: false,
        extra: json!({"created_by": call.grant.client_id, "request_headers": call.system_headers()}),
    };
    carry_out(call, account, movement, &includes)
}

/// Does it now, or, where a fault asks for it, answers 202 and does it later.
fn carry_out(
    call: &Call<'_>,
    account: &mut Account,
    movement: Movement,
    includes: &[&str],
) -> ApiResult<ApiResponse> {
    let id = call.param("id");
    let transaction = account.checkout.transactions.get_mut(id, "transaction")?;
    let Some(delay) = call.pending else {
        if times_out(transaction, movement.event) {
            let (event, amount) = (movement.event, movement.amount);
            return Ok(timed_out(call, transaction, event, amount, 503));
        }
        finance::note(
            &mut account.finance,
            &account.id,
            call.now,
            transaction,
            &movement,
        );
        let first_event = transaction.events.len();
        transaction.apply(call.now, call.request_id, movement);
        let body = transaction.body(includes);
        callbacks::on_events(account, call.now, id, first_event);
        return ApiResponse::ok(body);
    };
    let initiate = format!("INITIATE_{}", movement.event);
    let by = json!({"created_by": call.grant.client_id});
    transaction.add_event(call.now, call.request_id, &initiate, movement.amount, by);
    let due = TimeDelta::from_std(delay)
        .ok()
        .and_then(|delay| call.now.checked_add_signed(delay));
    transaction.pending = Some(Pending {
        movement,
        request_id: call.request_id.to_owned(),
        due: due.unwrap_or(DateTime::<Utc>::MAX_UTC),
    });
    let body = transaction.body(includes);
    account.checkout.pending.push(id.to_owned());
    Ok(ApiResponse::new(202, body).with_header("event-request-id", call.request_id))
}

/// What happens with a card that times out: an event that says so, and no movement. The caller is told with `status`.
pub(crate) fn timed_out(
    call: &Call<'_>,
    transaction: &mut Transaction,
    event: &str,
    amount: i64,
    status: u16,
) -> ApiResponse {
    let shown = transaction.ledger.status();
    let extra =
        json!({"created_by": call.grant.client_id, "error": timeout("the payment provider")});
    let event = (event, shown, false);
    transaction.add_event_with(call.now, call.request_id, event, amount, extra);
    // A response, not an error: the transaction has one event more.
    ApiResponse::new(status, ApiError::provider_timeout().body())
}

/// When the first of what was answered with 202 is due.
pub(crate) fn next_due(account: &Account) -> Option<DateTime<Utc>> {
    let pending = account.checkout.pending.iter();
    let transactions = pending.filter_map(|id| account.checkout.transactions.find(id));
    transactions
        .filter_map(|t| Some(t.pending.as_ref()?.due))
        .min()
}

/// Carries out what was answered with 202 and is due, or all of it.
pub(crate) fn complete_pending(account: &mut Account, now: DateTime<Utc>, all: bool) {
    if account.checkout.pending.is_empty() {
        return;
    }
    for id in std::mem::take(&mut account.checkout.pending) {
        let Ok(transaction) = account.checkout.transactions.get_mut(&id, "transaction") else {
            continue;
        };
        match transaction.pending.take() {
            Some(Pending {
                mut movement,
                request_id,
                due,
            }) if all || due <= now => {
                movement.extra["correlation_request_id"] = json!(request_id);
                if times_out(transaction, movement.event) {
                    let event = (movement.event, transaction.ledger.status(), false);
                    movement.extra["error"] = timeout("the payment provider");
                    let (amount, extra) = (movement.amount, movement.extra);
                    transaction.add_event_with(now, &uuid(), event, amount, extra);
                    continue;
                }
                finance::note(
                    &mut account.finance,
                    &account.id,
                    now,
                    transaction,
                    &movement,
                );
                let first_event = transaction.events.len();
                transaction.apply(now, &uuid(), movement);
                callbacks::on_events(account, now, &id, first_event);
            }
            waiting => {
                transaction.pending = waiting;
                account.checkout.pending.push(id);
            }
        }
    }
}

/// Checks what capture and refund have in common; gives the amount and what moves per line.
fn body(
    mut check: Check,
    root: &Node<'_>,
    reference: &str,
    transaction: &Transaction,
    moved: impl Fn(&Line) -> i64,
) -> ApiResult<(i64, BTreeMap<String, i64>)> {
    let amount = check.need_int(&root.at("amount"), 1..=i64::from(i32::MAX));
    check.text(&root.at(reference), 255);
    check_event_metadata(&mut check, &root.at("metadata"));
    let mut lines: BTreeMap<String, i64> = BTreeMap::new();
    let mut sum = 0;
    let items = check.objects(&root.at("items"), 100);
    for item in &items {
        let id = check.need_text(&item.at("line_id"), 255);
        let part = check.need_int(&item.at("amount"), SIGNED_AMOUNT);
        sum += part;
        let total = lines.entry(id.to_owned()).or_default();
        *total += part;
        match transaction.lines.get(id) {
            None if !id.is_empty() => {
                check.fail(&item.at("line_id"), "is not a line of the transaction")
            }
            Some(line) if !fits(line.amount, moved(line) + *total) => {
                check.fail(&item.at("amount"), "is more than what is left of the line");
            }
            _ => {}
        }
    }
    if !items.is_empty() && sum != amount {
        check.fail(&root.at("amount"), "is not the sum of the items");
    }
    check.finish()?;
    Ok((amount, lines))
}

/// Whether `part` lies between nothing and the whole line, which may be negative.
fn fits(whole: i64, part: i64) -> bool {
    (whole.min(0)..=whole.max(0)).contains(&part)
}

/// `order.event_reference` of the session, which the reference of a capture or refund overrides.
fn event_reference(call: &Call<'_>, account: &Account) -> ApiResult<Option<String>> {
    let transaction = account
        .checkout
        .transactions
        .get(call.param("id"), "transaction")?;
    let session = account.checkout.sessions.find(&transaction.session_id);
    Ok(session
        .and_then(|s| s.doc["order"]["event_reference"].as_str())
        .map(str::to_owned))
}

fn extra(call: &Call<'_>, reference: &str, fallback: Option<String>) -> Value {
    let mut extra = Map::new();
    extra.insert("created_by".into(), json!(call.grant.client_id));
    extra.insert("request_headers".into(), call.system_headers());
    if let Some(reference) = call.body[reference]
        .as_str()
        .map(str::to_owned)
        .or(fallback)
    {
        extra.insert("event_reference".into(), json!(reference));
    }
    for name in ["items", "metadata"] {
        if let Some(value) = call.body.get(name) {
            extra.insert(name.into(), value.clone());
        }
    }
    Value::Object(extra)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_line_never_exceeds_it_in_either_direction() {
        for (whole, part, good) in [
            (100, 100, true),
            (100, 101, false),
            (100, -1, false),
            (-50, -50, true),
            (-50, -51, false),
            (-50, 1, false),
        ] {
            assert_eq!(fits(whole, part), good, "{part} of {whole}");
        }
    }
}
