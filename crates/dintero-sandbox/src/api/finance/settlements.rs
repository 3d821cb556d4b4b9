//! Settlements and their reports.

use serde_json::{Value, json};

use crate::api::{has_values, is_found, page, page_after};
use crate::call::{ApiResponse, Call, HandlerResult};
use crate::errors::{ApiError, ensure_field};
use crate::state::checkout::Transaction;
use crate::state::finance::Settlement;
use crate::state::json::{pick, set, text_of};
use crate::state::{Account, uuid};

/// `GET /accounts/{aid}/settlements`: newest first.
pub(crate) fn settlements(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    const FILTERS: [(&str, &str); 2] = [
        ("payment_provider", "/provider"),
        ("payout_destination_id", "/payout_destination_id"),
    ];
    let query = &call.query;
    let created = query.times("created_at")?;
    let items = query.times("item_created_at")?;
    let wanted = |s: &Settlement| {
        created.contains(s.created_at)
            && items.contains(s.created_at)
            && has_values(query, &s.doc, &FILTERS)
            && is_found(query, &s.doc, &["/id", "/provider_reference"])
    };
    let settlements = &account.finance.settlements;
    let (page, next) = page_after(call, "starting_after_id", settlements, wanted)?;
    let mut body = json!({"items": page.iter().map(|s| &s.doc).collect::<Vec<_>>()});
    if let (Some(next), Some(last)) = (next, page.last()) {
        let at = &last.doc["created_at"];
        body["last_evaluated_key"] =
            json!({"id": next, "account_id": account.id, "settled_at": at, "created_at": at});
    }
    ApiResponse::ok(body)
}

/// `GET /accounts/{aid}/settlements/{settlementid}/attachments/{attachmentid}`: the file itself.
pub(crate) fn attachment(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let settlements = &account.finance.settlements;
    let settlement = settlements.get(call.param("settlementid"), "settlement")?;
    let csv = settlement.files.get(call.param("attachmentid"));
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
    account
        .finance
        .settle(&lines, &call.grant.client_id, call.now);
    account.finance.settled.extend(events);
    Ok(ApiResponse::new(
        201,
        json!({"message": "a report was made"}),
    ))
}

/// `GET /accounts/{aid}/reports/metadata`: a report per settlement, newest first.
pub(crate) fn reports(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let (page, next) = page(call, &account.finance.settlements, |_| true)?;
    let report = |s: &&Settlement| {
        json!({
            "id": s.doc["id"], "account_id": account.id, "template_id": "settlement", "content_type": "text/csv",
            "content_language": "en", "created_by": "sandbox", "created_at": s.doc["created_at"],
            "data_from": s.doc["start_at"], "data_to": s.doc["end_at"], "schedule": "weekly",
            "report_file_name": "settlement.csv", "data_type": "settlements", "report_filters": [],
        })
    };
    let mut body = json!({"reports": page.iter().map(report).collect::<Value>()});
    set(&mut body, json!({"starting_after": next}));
    ApiResponse::ok(body)
}

const CONFIGURATION: &str = "report configuration";

/// `GET /accounts/{aid}/settlements/reports/configuration`: newest first.
pub(crate) fn configurations(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let store = &account.finance.report_configurations;
    let (page, next) = page(call, store, |_| true)?;
    let mut body = json!({"items": page});
    set(&mut body, json!({"starting_after": next}));
    ApiResponse::ok(body)
}

/// `POST /accounts/{aid}/settlements/reports/configuration`.
pub(crate) fn create_configuration(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let store = &mut account.finance.report_configurations;
    store.check_capacity(1, "report configurations")?;
    let has_id = call.body.get("id").is_some();
    ensure_field(!has_id, "id", "is set by the API only")?;
    let id = uuid();
    let mut doc = call.body.clone();
    let fields = json!({"id": id, "account_id": account.id, "created_at": call.now_text()});
    set(&mut doc, fields);
    touch(call, &mut doc);
    store.put(&id, doc.clone());
    ApiResponse::ok(doc)
}

fn touch(call: &Call<'_>, doc: &mut Value) {
    doc["updated_at"] = json!(call.now_text());
    doc["last_modified_at"] = json!(call.now.timestamp_millis());
}

/// `GET /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn configuration(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let store = &account.finance.report_configurations;
    ApiResponse::ok(store.get(call.param("id"), CONFIGURATION)?.clone())
}

/// `PUT /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn update_configuration(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let store = &mut account.finance.report_configurations;
    let doc = store.get_mut(call.param("id"), CONFIGURATION)?;
    let own = pick(doc, &["id", "account_id", "created_at"]);
    *doc = call.body.clone();
    set(doc, own);
    touch(call, doc);
    ApiResponse::ok(doc.clone())
}

/// `DELETE /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn delete_configuration(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let store = &mut account.finance.report_configurations;
    ApiResponse::ok(store.remove(call.param("id"), CONFIGURATION)?)
}
