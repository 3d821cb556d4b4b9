//! Settlements and their reports.

use serde_json::{Value, json};

use crate::api::page;
use crate::call::{ApiResponse, Call};
use crate::errors::{ApiError, ApiResult};
use crate::state::checkout::Transaction;
use crate::state::finance::{Settled, Settlement};
use crate::state::json::{pick, set, text_of};
use crate::state::{Account, uuid};

/// `GET /accounts/{aid}/settlements`: newest first.
pub(crate) fn settlements(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (created, items) = (
        call.query.times("created_at")?,
        call.query.times("item_created_at")?,
    );
    let providers = call.query.all("payment_provider");
    let seller = call.query.first("payout_destination_id");
    let search = call.query.first("search");
    let wanted = |s: &Settlement| {
        created.contains(s.created_at)
            && items.contains(s.created_at)
            && (providers.is_empty() || providers.iter().any(|p| s.doc["provider"] == *p))
            && seller.is_none_or(|id| s.doc["payout_destination_id"] == id)
            && search.is_none_or(|text| s.doc["id"] == text || s.doc["provider_reference"] == text)
    };
    let after = call.query.first("starting_after_id");
    let limit = call.limit();
    let page = account.finance.settlements.page(after, limit, wanted);
    let (page, next) = page
        .map_err(|_| ApiError::invalid_field("starting_after_id", "is not the cursor of a page"))?;
    let mut body = json!({"items": page.iter().map(|s| &s.doc).collect::<Vec<_>>()});
    if let (Some(next), Some(last)) = (next, page.last()) {
        let at = &last.doc["created_at"];
        body["last_evaluated_key"] =
            json!({"id": next, "account_id": account.id, "settled_at": at, "created_at": at});
    }
    ApiResponse::ok(body)
}

/// `GET /accounts/{aid}/settlements/{settlementid}/attachments/{attachmentid}`: the file itself.
pub(crate) fn attachment(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let settlement = account
        .finance
        .settlements
        .get(call.param("settlementid"), "settlement")?;
    match settlement.files.get(call.param("attachmentid")) {
        Some(csv) => Ok(ApiResponse::file("text/csv; charset=utf-8", csv.clone())),
        None => Err(ApiError::not_found("attachment")),
    }
}

/// `POST /accounts/{aid}/settlements/reports/generate-test-report`: test accounts only. What was captured or refunded
/// since the last report is settled; 200 when there is nothing new.
pub(crate) fn test_report(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    if !account.id.starts_with('T') {
        return Err(ApiError::forbidden("test reports are for test accounts"));
    }
    let ids = call.body["transaction_ids"].as_array();
    let range = &call.body["date_range"];
    let most = call.body["number_of_transactions"].as_u64();
    let (from, to) = (range["start_date"].as_str(), range["end_date"].as_str());
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let reason = "is before start_date";
        return Err(ApiError::invalid_field("date_range.end_date", reason));
    }
    account
        .finance
        .settlements
        .check_capacity(10, "settlements")?;
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
            lines.push(Settled {
                transaction_id: text_of(&transaction.doc["id"]).to_owned(),
                event: name.to_owned(),
                amount: event["amount"].as_i64().unwrap_or(0),
                currency: text_of(&transaction.doc["currency"]).to_owned(),
            });
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
pub(crate) fn reports(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
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
pub(crate) fn configurations(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let store = &account.finance.report_configurations;
    let after = call.query.first("starting_after");
    let (page, next) = store.page(after, call.limit(), |_| true)?;
    let mut body = json!({"items": page});
    set(&mut body, json!({"starting_after": next}));
    ApiResponse::ok(body)
}

/// `POST /accounts/{aid}/settlements/reports/configuration`.
pub(crate) fn create_configuration(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let store = &mut account.finance.report_configurations;
    store.check_capacity(1, "report configurations")?;
    if call.body.get("id").is_some() {
        return Err(ApiError::invalid_field("id", "is set by the API only"));
    }
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
pub(crate) fn configuration(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let store = &account.finance.report_configurations;
    ApiResponse::ok(store.get(call.param("id"), CONFIGURATION)?.clone())
}

/// `PUT /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn update_configuration(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let store = &mut account.finance.report_configurations;
    let doc = store.get_mut(call.param("id"), CONFIGURATION)?;
    let own = pick(doc, &["id", "account_id", "created_at"]);
    *doc = call.body.clone();
    set(doc, own);
    touch(call, doc);
    ApiResponse::ok(doc.clone())
}

/// `DELETE /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn delete_configuration(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let store = &mut account.finance.report_configurations;
    ApiResponse::ok(store.remove(call.param("id"), CONFIGURATION)?)
}
