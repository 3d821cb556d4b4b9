//! Sessions: created from a profile or with a whole configuration, read, updated, cancelled.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::api::checkout::card::times_out;
use crate::api::checkout::operations;
use crate::api::checkout::order::{check_order, check_session_metadata, check_sum};
use crate::api::loans;
use crate::call::{ApiResponse, Call};
use crate::callbacks;
use crate::check::{Check, Node, parse_time};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use crate::state::checkout::{Authorization, Session};
use crate::state::{Account, checkout_id, size};

/// How long a session lives when `expires_at` is not sent. Dintero's default is not published; 4 hours is what its
/// Magento plugin sets.
const LIFE: TimeDelta = TimeDelta::hours(4);
const SESSION_INCLUDES: [&str; 2] = [
    "events.request_headers",
    "initiating_system_request_headers",
];

/// `POST /sessions-profile`.
pub(crate) fn create_from_profile(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let (root, mut check) = (Node::root(&call.body), Check::default());
    let profile = root.at("profile_id");
    let id = check.need_text(&profile, 255);
    let found = account.admin.profiles.find(id);
    if !id.is_empty() && found.is_none() {
        check.fail(&profile, "is not a profile of this account");
    }
    let configuration = found.and_then(|p| p.get("configuration")).cloned();
    create(call, account, check, configuration.unwrap_or_default())
}

/// `POST /sessions`.
pub(crate) fn create_with_configuration(
    call: &Call<'_>,
    account: &mut Account,
) -> ApiResult<ApiResponse> {
    let mut check = Check::default();
    check.need_object(&Node::root(&call.body).at("configuration"));
    create(call, account, check, json!({}))
}

fn create(
    call: &Call<'_>,
    account: &mut Account,
    mut check: Check,
    mut configuration: Value,
) -> ApiResult<ApiResponse> {
    let include_session = call.query.flag("include_session")?.unwrap_or(false);
    let root = Node::root(&call.body);
    check.need_object(&root.at("url"));
    if !root.at("url").is_absent() {
        check.need_url(&root.at("url.return_url"));
    }
    check.url(&root.at("url.callback_url"));
    check.url(&root.at("url.merchant_terms_url"));
    check.flag(&root.at("configuration.auto_capture"));
    check.need_object(&root.at("order"));
    if !root.at("order").is_absent() {
        check_order(&mut check, &root.at("order"), true);
    }
    if check.object(&root.at("customer")).is_some() {
        for name in ["customer_id", "email", "phone_number"] {
            check.text(&root.at("customer").at(name), 255);
        }
    }
    if check.object(&root.at("express")).is_some() {
        check.objects(&root.at("express.shipping_options"), 100);
        check.url(&root.at("express.shipping_address_callback_url"));
    }
    check_session_metadata(&mut check, &root.at("metadata"));
    let expires_at = expiry(call, &mut check, &root.at("expires_at"));
    check.finish()?;
    if call.toggle("strict-session-amounts") {
        require_sum(&call.body["order"])?;
    }
    let mut doc = call.body.as_object().cloned().unwrap_or_default();
    if let (Value::Object(all), Some(Value::Object(own))) =
        (&mut configuration, doc.remove("configuration"))
    {
        all.extend(own);
    }
    loans::add_rates(&mut configuration);
    doc.insert("configuration".into(), configuration);
    let id = open(call, account, doc, expires_at)?;
    created(call, account, &id, include_session)
}

/// Stores a new session; gives its id.
pub(crate) fn open(
    call: &Call<'_>,
    account: &mut Account,
    mut doc: Map<String, Value>,
    expires_at: DateTime<Utc>,
) -> ApiResult<String> {
    account.checkout.sessions.check_capacity(1, "sessions")?;
    if let Some(profile) = doc.remove("profile_id") {
        let metadata = doc.entry("metadata").or_insert_with(|| json!({}));
        metadata["session:profile_id"] = profile;
    }
    let id = checkout_id(&account.id);
    doc.insert("id".into(), json!(id));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("expires_at".into(), json!(text(expires_at)));
    doc.insert(
        "initiating_system_request_headers".into(),
        call.system_headers(),
    );
    let mut session = Session {
        doc,
        events: Vec::new(),
        expires_at,
        transaction_id: None,
        cancelled: false,
        locked: false,
        keeps_card: false,
    };
    session.add_event(call.now, call.request_id, "INITIATED", Value::Null);
    account.checkout.sessions.put(&id, session);
    Ok(id)
}

/// The response to a request that created a session.
pub(crate) fn created(
    call: &Call<'_>,
    account: &Account,
    id: &str,
    include_session: bool,
) -> ApiResult<ApiResponse> {
    let mut response = json!({"id": id, "url": format!("{}/v1/view/{id}", call.base_url)});
    if include_session {
        response["session"] = account.checkout.sessions.get(id, "session")?.body(&[]);
    }
    ApiResponse::ok(response)
}

/// `expires_at` of a body, or the usual life.
pub(crate) fn expiry(call: &Call<'_>, check: &mut Check, at: &Node<'_>) -> DateTime<Utc> {
    let expires_at = check.time(at).unwrap_or(call.now + LIFE);
    if expires_at <= call.now {
        check.fail(at, "must be in the future");
    }
    expires_at
}

/// `GET /sessions`: newest first, a bare array.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let created = call.query.times("created_at")?;
    let search = call.query.first("search");
    let one_of = |name: &str, found: &Value| {
        let wanted = call.query.all(name);
        wanted.is_empty() || found.as_str().is_some_and(|found| wanted.contains(&found))
    };
    const SEARCHED: [&str; 6] = [
        "/id",
        "/transaction_id",
        "/order/merchant_reference",
        "/order/merchant_reference_2",
        "/customer/email",
        "/customer/phone_number",
    ];
    let wanted = |session: &Session| {
        let (order, at) = (&session.doc["order"], &session.doc["created_at"]);
        let at = at.as_str().and_then(|at| parse_time(at, false));
        let transaction = json!(session.transaction_id);
        let found = |text: &str| {
            let mut doc = Value::Object(session.doc.clone());
            doc["transaction_id"] = transaction.clone();
            SEARCHED
                .iter()
                .any(|at| doc.pointer(at).is_some_and(|v| v == text))
        };
        one_of("id", &session.doc["id"])
            && one_of("transaction_id", &transaction)
            && one_of("store_id", &order["store"]["id"])
            && at.is_some_and(|at| created.contains(at))
            && search.is_none_or(found)
    };
    let after = call.query.first("starting_after");
    let (page, _) = account
        .checkout
        .sessions
        .page(after, call.query.limit()?, wanted)?;
    ApiResponse::ok(page.iter().map(|s| s.body(&[])).collect())
}

/// `POST /view/{session_id}/session/lock`: what the checkout page does before the merchant updates a session.
pub(crate) fn lock(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("session_id");
    let session = account.checkout.sessions.get_mut(id, "session")?;
    if let Some(reason) = session.over(call.now) {
        return Err(ApiError::wrong_state(reason));
    }
    session.check_capacity()?;
    session.locked = true;
    session.add_event(call.now, call.request_id, "PAY_LOCK_START", Value::Null);
    ApiResponse::ok(json!({"pay_lock_id": call.request_id}))
}

fn require_sum(order: &Value) -> ApiResult<()> {
    let mut check = Check::default();
    check_sum(&mut check, order);
    check.finish()
}

/// `GET /sessions/{session_id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let includes = call.query.all_of("includes", &SESSION_INCLUDES)?;
    ApiResponse::ok(
        account
            .checkout
            .sessions
            .get(call.param("session_id"), "session")?
            .body(&includes),
    )
}

/// `PUT /sessions/{session_id}`: of a session that the checkout page has locked, or with `update_without_lock=true`.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let without_lock = call.query.flag("update_without_lock")?.unwrap_or(false);
    call.query.flag("force_shipping_address_callback")?;
    let session = account
        .checkout
        .sessions
        .get_mut(call.param("session_id"), "session")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_object(&root.at("order"));
    check_order(&mut check, &root.at("order"), false);
    check.flag(&root.at("remove_lock"));
    check.object(&root.at("express"));
    check.objects(&root.at("express.shipping_options"), 100);
    let currency = root.at("order.currency");
    if !currency.is_absent() && currency.as_str() != session.doc["order"]["currency"].as_str() {
        check.fail(&currency, "cannot be changed");
    }
    check.finish()?;
    if let Some(reason) = session.over(call.now) {
        return Err(ApiError::wrong_state(format!(
            "{reason} and cannot be updated"
        )));
    }
    if !without_lock && !session.locked {
        return Err(ApiError::wrong_state(
            "the session is not locked; lock it or use update_without_lock=true",
        ));
    }
    session.check_capacity()?;

    let before = session.doc["order"].clone();
    let mut order = before.as_object().cloned().unwrap_or_default();
    merge(&mut order, &call.body["order"]);
    let after = Value::Object(order);
    require_sum(&after)?;
    let mut express = session
        .doc
        .get("express")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    merge(&mut express, &call.body["express"]);
    check_choice(&after, &express)?;

    session.doc.insert("order".into(), after.clone());
    if !express.is_empty() {
        session.doc.insert("express".into(), Value::Object(express));
    }
    if session.locked && call.body["remove_lock"] != false {
        session.locked = false;
        session.add_event(call.now, call.request_id, "PAY_LOCK_END", Value::Null);
    }
    let details = json!({"previous_order": before, "updated_order": after});
    let kept = size(&details);
    session.add_event(call.now, call.request_id, "UPDATE_SESSION", details);
    ApiResponse::keeping(session.body(&[]), kept)
}

fn merge(into: &mut Map<String, Value>, from: &Value) {
    if let Some(from) = from.as_object() {
        // An update has no merchant_reference; one that is sent is passed over.
        let own = from.iter().filter(|(k, _)| *k != "merchant_reference");
        into.extend(own.map(|(k, v)| (k.clone(), v.clone())));
    }
}

/// The chosen shipping option must be one of those on offer, when both are given.
fn check_choice(order: &Value, express: &Map<String, Value>) -> ApiResult<()> {
    let chosen = &order["shipping_option"]["id"];
    let offered = express.get("shipping_options").and_then(Value::as_array);
    match offered {
        Some(offered) if chosen.is_string() && !offered.iter().any(|o| o["id"] == *chosen) => {
            Err(ApiError::invalid_field(
                "order.shipping_option.id",
                "is not one of express.shipping_options",
            ))
        }
        _ => Ok(()),
    }
}

/// `POST /sessions/{session_id}/cancel`: allowed as long as nothing was captured; voids the authorization.
pub(crate) fn cancel(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let checkout = &mut account.checkout;
    let session = checkout
        .sessions
        .get_mut(call.param("session_id"), "session")?;
    if session.cancelled {
        return Err(ApiError::wrong_state("the session is already cancelled"));
    }
    session.check_capacity()?;
    let mut first_event = 0;
    if let Some(id) = &session.transaction_id {
        let transaction = checkout.transactions.get_mut(id, "transaction")?;
        if transaction.ledger.status() != "AUTHORIZED" {
            return Err(ApiError::wrong_state(
                "only a session whose payment is authorized or not begun can be cancelled",
            ));
        }
        transaction.check_capacity()?;
        let amount = transaction.ledger.capturable();
        let by = &call.grant.client_id;
        if times_out(transaction, "VOID") {
            return Ok(operations::timed_out(
                call,
                transaction,
                "VOID",
                amount,
                500,
            ));
        }
        first_event = transaction.events.len();
        transaction.ledger.authorization = Authorization::Voided;
        let extra = json!({"created_by": by});
        transaction.add_event(call.now, call.request_id, "VOID", amount, extra);
    }
    session.cancelled = true;
    session
        .doc
        .insert("cancelled_at".into(), json!(call.now_text()));
    session
        .doc
        .insert("cancelled_by".into(), json!(call.grant.client_id));
    session.add_event(call.now, call.request_id, "CANCELLED", Value::Null);
    let body = session.body(&[]);
    if let Some(id) = session.transaction_id.clone() {
        callbacks::on_events(account, call.now, &id, first_event);
    }
    ApiResponse::ok(body)
}
