//! Settlements and their reports.

use crate::api::prelude::*;
use crate::api::records::{self, Action, SETTLEMENTS};

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
