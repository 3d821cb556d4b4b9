//! Sellers, what they are owed, and transfers between them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::call::{ApiResponse, Call};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use crate::state::checkout::{Movement, Transaction};
use crate::state::finance::{Finance, Seller};
use crate::state::{Account, uuid};

/// How long the approval of a seller takes, on the sandbox's clock.
const APPROVAL: TimeDelta = TimeDelta::hours(1);

/// `POST /accounts/{aid}/management/settings/approvals/payout-destinations`: approved an hour later.
pub(crate) fn approve_seller(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
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
    sellers.check_capacity(1, "payout destinations")?;
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
    ApiResponse::ok(body)
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
pub(crate) fn sellers(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let status = call.query.all("case_status");
    let id = call.query.first("payout_destination_id");
    let all = account.finance.sellers.iter().map(|s| s.body(call));
    let mut all: Vec<Value> = all
        .filter(|s| id.is_none_or(|id| s["payout_destination_id"] == id))
        .filter(|s| status.is_empty() || status.iter().any(|wanted| s["case_status"] == *wanted))
        .collect();
    all.reverse();
    ApiResponse::ok(json!({"payout_destinations": all}))
}

/// `POST /v2/accounts/{aid}/payout/fund-transfers`: received in any case, carried out only when the source has that
/// much; the same id with the same body again changes nothing.
pub(crate) fn transfer(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let finance = &mut account.finance;
    let text = |name: &str| call.body[name].as_str().unwrap_or_default();
    let id = text("fund_transfer_id");
    if let Some(first) = finance.transfers.get(id) {
        let sent = call.body.as_object().into_iter().flatten();
        let same = sent.into_iter().all(|(name, value)| first[name] == *value);
        return if same {
            ApiResponse::ok(json!({"fund_transfer": first}))
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
    finance.ledger.check_capacity(2, "ledger entries")?;
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
    if !seller.is_empty() && finance.ledger.check_capacity(1, "ledger entries").is_ok() {
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
pub(crate) fn balances(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
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
pub(crate) fn transfers(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
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
    ApiResponse::ok(body)
}

fn known<'a>(call: &'a Call<'_>, account: &Account) -> ApiResult<&'a str> {
    let id = call.param("payout_destination_id");
    let known = account.finance.sellers.contains(id) || !account.finance.balances(id).is_empty();
    known
        .then_some(id)
        .ok_or_else(|| ApiError::not_found("payout destination"))
}
