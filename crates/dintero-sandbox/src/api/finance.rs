//! Settlements and their reports; what sellers are owed, and transfers between them.

use chrono::{DateTime, Utc};

use crate::api::prelude::*;
use crate::api::records::{self, Action, SETTLEMENTS, is_approved};
use crate::api::{has_values, page};
use crate::state::checkout::{Movement, Operation};
use crate::state::finance::Finance;

/// `POST /v2/accounts/{aid}/payout/fund-transfers`: received in any case, carried out only when the source has that
/// much; the same id with the same body again changes nothing.
pub(crate) fn transfer(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    const FROM: &str = "source_payout_destination_id";
    const TO: &str = "destination_payout_destination_id";
    let finance = &mut account.finance;
    let member = |name: &str| text_of(&call.body[name]);
    let id = member("fund_transfer_id");
    if let Some(first) = finance.transfers.get(id) {
        let mut sent = call.body.as_object().into_iter().flatten();
        let same = sent.all(|(name, value)| first[name] == *value);
        ensure_field(same, "fund_transfer_id", "was used for another transfer")?;
        return ApiResponse::ok(json!({"fund_transfer": first}));
    }
    for name in [FROM, TO] {
        let seller = finance.sellers.find(member(name));
        let is_approved = seller.is_some_and(|seller| is_approved(call, seller));
        ensure_field(is_approved, name, "is not an approved payout destination")?;
    }
    let mut check = Check::default();
    check.ensure(!id.is_empty(), "fund_transfer_id", "must not be empty");
    check.ensure(member(FROM) != member(TO), TO, "is the source");
    check.finish()?;
    finance.ledger.check_capacity(2, "ledger entries")?;
    let mut doc = call.body.clone();
    doc["account_id"] = json!(account.id);
    set(&mut doc, stamp(call, "created"));
    let (from, to, currency) = (member(FROM), member(TO), member("currency"));
    let amount = call.body["amount"].as_i64().unwrap_or(0);
    let balances = finance.balances(from);
    if balances.get(currency).is_some_and(|has| *has >= amount) {
        for (seller, amount) in [(from, -amount), (to, amount)] {
            let mut entry = entry(call.now, &account.id, seller, currency, amount, "transfer");
            entry["transfer_id"] = json!(id);
            entry["transfer_reference"] = call.body["reference"].clone();
            entry["transfer_source_payout_destination_id"] = json!(from);
            entry["transfer_destination_payout_destination_id"] = json!(to);
            put(finance, entry);
        }
    }
    finance.transfers.insert(id.to_owned(), doc.clone());
    ApiResponse::ok(json!({"fund_transfer": doc}))
}

/// Notes what a capture brings the payment's seller, or a refund takes.
pub(crate) fn note(
    finance: &mut Finance,
    account: &str,
    now: DateTime<Utc>,
    transaction: &Transaction,
    movement: &Movement,
) {
    let amount = match movement.operation {
        Operation::Capture => movement.amount,
        Operation::Refund => -movement.amount,
        Operation::Void => return,
    };
    let seller = text_of(&transaction.doc["payout_destination_id"]);
    let currency = text_of(&transaction.doc["currency"]);
    // A full ledger must not refuse a capture; the seller's account then ends there.
    if !seller.is_empty() && finance.ledger.check_capacity(1, "ledger entries").is_ok() {
        let mut entry = entry(now, account, seller, currency, amount, "inbound");
        entry["inbound_payment_provider"] = json!("dintero_psp");
        put(finance, entry);
    }
}

fn put(finance: &mut Finance, entry: Value) {
    let id = text_of(&entry["ledger_entry_id"]).to_owned();
    finance.ledger.put(&id, entry);
}

fn entry(
    now: DateTime<Utc>,
    account: &str,
    seller: &str,
    currency: &str,
    amount: i64,
    kind: &str,
) -> Value {
    json!({
        "ledger_entry_id": uuid(), "account_id": account, "payout_destination_config_id": seller,
        "payout_destination_id": seller, "created_at": text(now), "currency": currency, "amount": amount,
        "type": kind, "inbound_payment_provider": null, "transfer_id": null,
        "transfer_source_payout_destination_id": null, "transfer_destination_payout_destination_id": null,
        "transfer_reference": null, "outbound_receiver_country": null, "outbound_receiver_bank_account_type": null,
        "outbound_receiver_bank_account_number": null, "outbound_receiver_bank_account_bic": null,
        "outbound_message": null,
    })
}

pub(crate) fn balances(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let seller = known(call, account)?;
    let balances = account.finance.balances(seller).into_iter().map(|(currency, amount)| {
        json!({
            "account_id": account.id, "payout_destination_config_id": seller, "payout_destination_id": seller,
            "currency": currency, "amount": amount,
        })
    });
    ApiResponse::ok(json!({"payout_destination_balances": balances.collect::<Value>()}))
}

/// `GET /v2/accounts/{aid}/payout/payout-destinations/{payout_destination_id}/transfers`: newest first.
pub(crate) fn transfers(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let seller = known(call, account)?;
    let wanted = |e: &Value| {
        e["payout_destination_id"] == seller
            && has_values(&call.query, e, &[("currency", "/currency")])
    };
    let (entries, next) = page(call, "page", &account.finance.ledger, wanted)?;
    let mut body = json!({"entries": entries});
    set(&mut body, json!({"next_page_token": next}));
    ApiResponse::ok(body)
}

fn known<'a>(call: &'a Call<'_>, account: &Account) -> ApiResult<&'a str> {
    let id = call.param("payout_destination_id");
    let known = account.finance.sellers.contains(id) || !account.finance.balances(id).is_empty();
    let unknown = || ApiError::not_found("payout destination");
    known.then_some(id).ok_or_else(unknown)
}

/// `GET /accounts/{aid}/settlements`: newest first.
pub(crate) fn settlements(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let mut response = records::handle(call, account, &SETTLEMENTS, Action::List)?;
    if let Some(id) = response.body.get("last_evaluated_key").cloned() {
        let last = items(&response.body["items"]).last();
        let at = last.map(|last| last["created_at"].clone());
        response.body["last_evaluated_key"] =
            json!({"id": id, "account_id": account.id, "settled_at": at, "created_at": at});
    }
    Ok(response)
}

/// `GET /accounts/{aid}/settlements/{settlementid}/attachments/{attachmentid}`: the file itself.
pub(crate) fn attachment(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let settlements = &account.finance.settlements;
    let settlement = settlements.get(call.param("settlementid"), "settlement")?;
    let id = call.param("attachmentid");
    let is_of_settlement = settlement["attachments"][0]["id"] == id;
    let csv = account.finance.files.get(id).filter(|_| is_of_settlement);
    let csv = csv.ok_or_else(|| ApiError::not_found("attachment"))?;
    Ok(ApiResponse::file("text/csv; charset=utf-8", csv.clone()))
}

/// `POST /accounts/{aid}/settlements/reports/generate-test-report`: test accounts only. What was captured or refunded
/// since the last report is settled; 200 when there is nothing new.
pub(crate) fn test_report(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    if !account.id.starts_with('T') {
        return Err(ApiError::forbidden("test reports are for test accounts"));
    }
    let ids = call.body["transaction_ids"].as_array();
    let range = &call.body["date_range"];
    let most = call.body["number_of_transactions"].as_u64();
    let (from, to) = (range["start_date"].as_str(), range["end_date"].as_str());
    let in_order = from.zip(to).is_none_or(|(from, to)| from <= to);
    ensure_field(in_order, "date_range.end_date", "is before start_date")?;
    let settlements = &account.finance.settlements;
    settlements.check_capacity(10, "settlements")?;
    let wanted = |t: &&Transaction| {
        let day = t.created_at.format("%Y-%m-%d").to_string();
        ids.is_none_or(|ids| ids.contains(&t.doc["id"]))
            && from.is_none_or(|from| day.as_str() >= from)
            && to.is_none_or(|to| day.as_str() <= to)
    };
    let (mut lines, mut events, mut transactions) = (Vec::new(), Vec::new(), 0);
    for transaction in account.checkout.transactions.iter().filter(wanted) {
        let before = lines.len();
        for event in transaction.events.iter().filter(|e| e["success"] == true) {
            let (name, id) = (text_of(&event["event"]), text_of(&event["id"]));
            let is_movement = name == "CAPTURE" || name == "REFUND";
            if !is_movement || account.finance.settled.contains(id) {
                continue;
            }
            events.push(id.to_owned());
            let doc = &transaction.doc;
            lines.push(json!({
                "transaction_id": doc["id"], "event": name, "amount": event["amount"], "currency": doc["currency"],
            }));
        }
        transactions += u64::from(lines.len() > before);
        if most.is_some_and(|most| transactions >= most) {
            break;
        }
    }
    if lines.is_empty() {
        return ApiResponse::ok(json!({"message": "nothing new to report"}));
    }
    let finance = &mut account.finance;
    finance.settle(&lines, &call.grant.client_id, call.now);
    finance.settled.extend(events);
    let body = json!({"message": "a report was made"});
    Ok(ApiResponse::new(201, body))
}
