//! Settlements, reports, sellers and transfers between them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::call::{Call, Reply};
use crate::clock::text;
use crate::errors::{ApiError, Outcome};
use crate::state::admin::Doc;
use crate::state::checkout::{Movement, Transaction};
use crate::state::finance::{Finance, Seller, Settled, Settlement};
use crate::state::{Account, uuid};

/// How long the approval of a seller takes, on the sandbox's clock.
const APPROVAL: TimeDelta = TimeDelta::hours(1);

/// `GET /accounts/{aid}/settlements`: newest first.
pub(crate) fn settlements(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
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
    let limit = call.query.limit_of(10, 1_000)?;
    let page = account.finance.settlements.page(after, limit, wanted);
    let (page, next) = page
        .map_err(|_| ApiError::invalid_field("starting_after_id", "is not the cursor of a page"))?;
    let mut body = json!({"items": page.iter().map(|s| &s.doc).collect::<Vec<_>>()});
    if let (Some(next), Some(last)) = (next, page.last()) {
        let at = &last.doc["created_at"];
        body["last_evaluated_key"] =
            json!({"id": next, "account_id": account.id, "settled_at": at, "created_at": at});
    }
    Reply::ok(body)
}

/// `GET /accounts/{aid}/settlements/{settlementid}/attachments/{attachmentid}`: the file itself.
pub(crate) fn attachment(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let settlement = account
        .finance
        .settlements
        .get(call.param("settlementid"), "settlement")?;
    match settlement.files.get(call.param("attachmentid")) {
        Some(csv) => Reply::file("text/csv; charset=utf-8", csv.clone()),
        None => Err(ApiError::not_found("attachment")),
    }
}

/// `POST /accounts/{aid}/settlements/reports/generate-test-report`: test accounts only. What was captured or refunded
/// since the last report is settled; 200 when there is nothing new.
pub(crate) fn test_report(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    if !account.id.starts_with('T') {
        return Err(ApiError::forbidden("test reports are for test accounts"));
    }
    let ids = call.body["transaction_ids"].as_array();
    let range = &call.body["date_range"];
    let most = call.body["number_of_transactions"]
        .as_u64()
        .unwrap_or(u64::MAX);
    let (from, to) = (range["start_date"].as_str(), range["end_date"].as_str());
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(ApiError::invalid_field(
            "date_range.end_date",
            "is before start_date",
        ));
    }
    account.finance.settlements.check_room(10, "settlements")?;
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
            let name = match event["event"].as_str() {
                Some("CAPTURE") => "CAPTURE",
                Some("REFUND") => "REFUND",
                _ => continue,
            };
            let id = event["id"].as_str().unwrap_or_default();
            if account.finance.settled.contains(id) {
                continue;
            }
            events.push(id.to_owned());
            let text = |name: &str| {
                transaction.doc[name]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            lines.push(Settled {
                transaction_id: text("id"),
                event: name,
                amount: event["amount"].as_i64().unwrap_or(0),
                currency: text("currency"),
            });
        }
        transactions += u64::from(lines.len() > before);
        if transactions >= most {
            break;
        }
    }
    if lines.is_empty() {
        return Reply::ok(json!({"message": "nothing new to report"}));
    }
    account
        .finance
        .settle(&lines, &call.grant.client_id, call.now);
    account.finance.settled.extend(events);
    Ok(Reply::new(201, json!({"message": "a report was made"})))
}

/// `GET /accounts/{aid}/reports/metadata`: a report per settlement, newest first.
pub(crate) fn reports(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let after = call.query.first("starting_after");
    let (page, next) = account
        .finance
        .settlements
        .page(after, call.query.limit()?, |_| true)?;
    let report = |s: &&Settlement| {
        json!({
            "id": s.doc["id"], "account_id": account.id, "template_id": "settlement", "content_type": "text/csv",
            "content_language": "en", "created_by": "sandbox", "created_at": s.doc["created_at"],
            "data_from": s.doc["start_at"], "data_to": s.doc["end_at"], "schedule": "weekly",
            "report_file_name": "settlement.csv", "data_type": "settlements", "report_filters": [],
        })
    };
    let mut body = json!({"reports": page.iter().map(report).collect::<Value>()});
    if let Some(next) = next {
        body["starting_after"] = json!(next);
    }
    Reply::ok(body)
}

/// `GET /accounts/{aid}/settlements/reports/configuration`.
pub(crate) fn configurations(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let after = call.query.first("starting_after");
    let limit = call.query.limit_of(100, 1_000)?;
    let (page, next) = account
        .finance
        .report_configurations
        .page(after, limit, |_| true)?;
    let mut body = json!({"items": page});
    if let Some(next) = next {
        body["starting_after"] = json!(next);
    }
    Reply::ok(body)
}

/// `POST /accounts/{aid}/settlements/reports/configuration`.
pub(crate) fn create_configuration(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let shelf = &mut account.finance.report_configurations;
    shelf.check_room(1, "report configurations")?;
    if call.body.get("id").is_some() {
        return Err(ApiError::invalid_field("id", "is set by the API only"));
    }
    let id = uuid();
    let mut doc = call.body.as_object().cloned().unwrap_or_default();
    doc.insert("id".into(), json!(id));
    doc.insert("account_id".into(), json!(account.id));
    doc.insert("created_at".into(), json!(call.now_text()));
    touch(call, &mut doc);
    shelf.put(&id, doc.clone());
    Reply::ok(Value::Object(doc))
}

fn touch(call: &Call<'_>, doc: &mut Doc) {
    doc.insert("updated_at".into(), json!(call.now_text()));
    doc.insert(
        "last_modified_at".into(),
        json!(call.now.timestamp_millis()),
    );
}

/// `GET /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn configuration(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let shelf = &account.finance.report_configurations;
    Reply::ok(json!(shelf.get(call.param("id"), "report configuration")?))
}

/// `PUT /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn update_configuration(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let shelf = &mut account.finance.report_configurations;
    let doc = shelf.get_mut(call.param("id"), "report configuration")?;
    doc.retain(|name, _| ["id", "account_id", "created_at"].contains(&name.as_str()));
    let body = call.body.as_object().cloned().unwrap_or_default();
    doc.extend(body.into_iter().filter(|(name, _)| name != "id"));
    touch(call, doc);
    Reply::ok(json!(doc))
}

/// `DELETE /accounts/{aid}/settlements/reports/configuration/{id}`.
pub(crate) fn delete_configuration(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let shelf = &mut account.finance.report_configurations;
    Reply::ok(json!(
        shelf.remove(call.param("id"), "report configuration")?
    ))
}

/// `POST /accounts/{aid}/management/settings/approvals/payout-destinations`: approved an hour later.
pub(crate) fn approve_seller(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let sellers = &mut account.finance.sellers;
    let id = call.body["payout_destination_id"]
        .as_str()
        .unwrap_or_default();
    if id.is_empty() {
        return Err(ApiError::invalid_field(
            "payout_destination_id",
            "must not be empty",
        ));
    }
    if sellers.contains(id) {
        return Err(ApiError::invalid_field(
            "payout_destination_id",
            "is already used",
        ));
    }
    sellers.check_room(1, "payout destinations")?;
    let mut doc = call.body.as_object().cloned().unwrap_or_default();
    doc.insert("id".into(), json!(uuid()));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("created_by".into(), json!(call.grant.client_id));
    let url = format!("{}/sandbox/contract", call.base_url);
    doc.insert(
        "links".into(),
        json!([{"rel": "contract_url", "href": url}]),
    );
    let seller = Seller {
        doc,
        active_from: call.now + APPROVAL,
    };
    let body = seller.body(call);
    sellers.put(id, seller);
    Reply::ok(body)
}

impl Seller {
    fn body(&self, call: &Call<'_>) -> Value {
        let mut body = json!(self.doc);
        let is_active = call.now >= self.active_from;
        body["case_status"] = json!(if is_active {
            "ACTIVE"
        } else {
            "WAITING_FOR_SIGNATURE"
        });
        body
    }
}

/// `GET /accounts/{aid}/management/settings/approvals/payout-destinations`: newest first.
pub(crate) fn sellers(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let status = call.query.all("case_status");
    let id = call.query.first("payout_destination_id");
    let all = account.finance.sellers.iter().map(|s| s.body(call));
    let mut all: Vec<Value> = all
        .filter(|s| id.is_none_or(|id| s["payout_destination_id"] == id))
        .filter(|s| status.is_empty() || status.iter().any(|wanted| s["case_status"] == *wanted))
        .collect();
    all.reverse();
    Reply::ok(json!({"payout_destinations": all}))
}

/// `POST /v2/accounts/{aid}/payout/fund-transfers`: received in any case, carried out only when the source has that
/// much; the same id with the same body again changes nothing.
pub(crate) fn transfer(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let finance = &mut account.finance;
    let text = |name: &str| call.body[name].as_str().unwrap_or_default();
    let id = text("fund_transfer_id");
    if let Some(first) = finance.transfers.get(id) {
        let sent = call.body.as_object().into_iter().flatten();
        let same = sent.into_iter().all(|(name, value)| first[name] == *value);
        return if same {
            Reply::ok(json!({"fund_transfer": first}))
        } else {
            let reason = "was used for another transfer";
            Err(ApiError::invalid_field("fund_transfer_id", reason))
        };
    }
    let (from, to) = (
        "source_payout_destination_id",
        "destination_payout_destination_id",
    );
    for name in [from, to] {
        let seller = finance.sellers.find(text(name));
        if seller.is_none_or(|s| call.now < s.active_from) {
            return Err(ApiError::invalid_field(
                name,
                "is not an approved payout destination",
            ));
        }
    }
    if text(from) == text(to) {
        return Err(ApiError::invalid_field(to, "is the source"));
    }
    if id.is_empty() {
        return Err(ApiError::invalid_field(
            "fund_transfer_id",
            "must not be empty",
        ));
    }
    finance.ledger.check_room(2, "ledger entries")?;
    let mut doc = call.body.clone();
    doc["account_id"] = json!(account.id);
    doc["created_at"] = json!(call.now_text());
    doc["created_by"] = json!(call.grant.client_id);
    let (amount, currency) = (
        call.body["amount"].as_f64().unwrap_or(0.0) as i64,
        text("currency"),
    );
    if finance
        .balances(text(from))
        .get(currency)
        .is_some_and(|has| *has >= amount)
    {
        for (seller, amount) in [(text(from), -amount), (text(to), amount)] {
            let mut entry = entry(call.now, &account.id, seller, currency, amount, "transfer");
            entry["transfer_id"] = json!(id);
            entry["transfer_reference"] = call.body["reference"].clone();
            entry["transfer_source_payout_destination_id"] = call.body[from].clone();
            entry["transfer_destination_payout_destination_id"] = call.body[to].clone();
            put(finance, entry);
        }
    }
    finance.transfers.insert(id.to_owned(), doc.clone());
    Reply::ok(json!({"fund_transfer": doc}))
}

/// Notes what a capture brings the payment's seller, or a refund takes.
pub(crate) fn note(
    finance: &mut Finance,
    account: &str,
    now: DateTime<Utc>,
    transaction: &Transaction,
    movement: &Movement,
) {
    let amount = match movement.event {
        "CAPTURE" => movement.amount,
        "REFUND" => -movement.amount,
        _ => return,
    };
    let doc = |name: &str| {
        transaction
            .doc
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let seller = doc("payout_destination_id");
    // A full ledger must not refuse a capture; the seller's account then ends there.
    if !seller.is_empty() && finance.ledger.check_room(1, "ledger entries").is_ok() {
        let mut entry = entry(now, account, seller, doc("currency"), amount, "inbound");
        entry["inbound_payment_provider"] = json!("dintero_psp");
        put(finance, entry);
    }
}

fn put(finance: &mut Finance, entry: Value) {
    let id = entry["ledger_entry_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
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

/// `GET /v2/accounts/{aid}/payout/payout-destinations/{payout_destination_id}/balances`.
pub(crate) fn balances(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let seller = known(call, account)?;
    let balances = account.finance.balances(seller).into_iter().map(|(currency, amount)| {
        json!({
            "account_id": account.id, "payout_destination_config_id": seller, "payout_destination_id": seller,
            "currency": currency, "amount": amount,
        })
    });
    Reply::ok(json!({"payout_destination_balances": balances.collect::<Value>()}))
}

/// `GET /v2/accounts/{aid}/payout/payout-destinations/{payout_destination_id}/transfers`: newest first.
pub(crate) fn transfers(call: &Call<'_>, account: &mut Account) -> Outcome<Reply> {
    let seller = known(call, account)?;
    let currency = call.query.first("currency");
    let wanted = |e: &Value| {
        e["payout_destination_id"] == seller && currency.is_none_or(|c| e["currency"] == c)
    };
    let page = call.query.first("page");
    let limit = call.query.limit_of(10, 1_000)?;
    let found = account.finance.ledger.page(page, limit, wanted);
    let (entries, next) =
        found.map_err(|_| ApiError::invalid_field("page", "is not the token of a page"))?;
    let mut body = json!({"entries": entries});
    if let Some(next) = next {
        body["next_page_token"] = json!(next);
    }
    Reply::ok(body)
}

fn known<'a>(call: &'a Call<'_>, account: &Account) -> Outcome<&'a str> {
    let id = call.param("payout_destination_id");
    let known = account.finance.sellers.contains(id) || !account.finance.balances(id).is_empty();
    known
        .then_some(id)
        .ok_or_else(|| ApiError::not_found("payout destination"))
}
