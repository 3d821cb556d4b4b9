//! Sessions: created from a profile or with a whole configuration, read, updated, cancelled.

use chrono::{DateTime, TimeDelta, Utc};

use crate::api::add_rates;
use crate::api::checkout::order::{check_order, check_session_metadata, check_sum};
use crate::api::checkout::transaction_operations::{perform, timed_out, voiding};
use crate::api::lists::{is_set, page};
use crate::api::prelude::*;

/// How long a session lives when `expires_at` is not sent. Dintero's default is not published; 4 hours is what its
/// Magento plugin sets.
const LIFE: TimeDelta = TimeDelta::hours(4);

pub(crate) fn create_from_profile(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let mut check = Check::of(&call.body);
    let base = profile(&mut check, account, "profile_id", &call.body["profile_id"]);
    create(call, account, check, base)
}

pub(crate) fn create_with_configuration(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    create(call, account, Check::of(&call.body), json!({}))
}

/// Returns the configuration of a profile.
pub(crate) fn profile(check: &mut Check, account: &Account, field: &str, id: &Value) -> Value {
    let profile = account.profile(text_of(id));
    let reason = "is not a profile of this account";
    check.ensure(profile.is_some(), field, reason);
    profile.map_or(json!({}), |profile| profile["configuration"].clone())
}

fn create(call: &Call<'_>, account: &mut Account, mut check: Check, base: Value) -> HandlerResult {
    check_order(&mut check, "order", &call.body["order"]);
    check_session_metadata(&mut check, "metadata", &call.body["metadata"]);
    let expires_at = expiry(call, &mut check, "expires_at", &call.body["expires_at"]);
    check.finish()?;
    if call.toggle("strict-session-amounts") {
        check_sum(&call.body["order"])?;
    }
    let id = open(call, account, call.body.clone(), base, expires_at)?;
    created(call, account, &id)
}

/// Opens a session, whose configuration is that of its profile under what it has of its own.
pub(crate) fn open(
    call: &Call<'_>,
    account: &mut Account,
    mut doc: Value,
    mut configuration: Value,
    expires_at: DateTime<Utc>,
) -> ApiResult<String> {
    set(&mut configuration, doc["configuration"].take());
    add_rates(&mut configuration);
    doc["configuration"] = configuration;
    let profile = doc.as_object_mut().and_then(|doc| doc.remove("profile_id"));
    if let Some(profile) = profile {
        doc["metadata"]["session:profile_id"] = profile;
    }
    let id = checkout_id(&account.id);
    let fields = json!({
        "id": id, "created_at": call.now_text(), "expires_at": text(expires_at),
        "initiating_system_request_headers": call.system_headers(),
    });
    set(&mut doc, fields);
    let mut session = Session {
        doc,
        expires_at,
        ..Session::default()
    };
    session.add_event(call.cause(), "INITIATED", Value::Null);
    account.sessions.put(&id, session);
    Ok(id)
}

pub(crate) fn created(call: &Call<'_>, account: &Account, id: &str) -> HandlerResult {
    let mut body = json!({"id": id, "url": format!("{}/v1/view/{id}", call.base_url)});
    if is_set(call, "include_session") {
        body["session"] = account.sessions.get(id)?.body(&[]);
    }
    ApiResponse::ok(body)
}

pub(crate) fn expiry(call: &Call<'_>, check: &mut Check, field: &str, at: &Value) -> DateTime<Utc> {
    let expires_at = at.as_str().and_then(|at| parse_time(at, false));
    let expires_at = expires_at.unwrap_or(call.now + LIFE);
    check.ensure(expires_at > call.now, field, "must be in the future");
    expires_at
}

pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let (page, _) = page(call, &account.sessions, |session| Some(session.body(&[])))?;
    ApiResponse::ok(page.iter().map(|s| s.body(&[])).collect())
}

/// `POST /view/{session_id}/session/lock`: what the checkout page does before the merchant updates a session.
pub(crate) fn lock(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let session = account.sessions.get_mut(call.param("session_id"))?;
    if let Some(reason) = session.over(call.now) {
        return Err(ApiError::wrong_state(reason));
    }
    session.locked = true;
    session.add_event(call.cause(), "PAY_LOCK_START", Value::Null);
    ApiResponse::ok(json!({"pay_lock_id": call.request_id}))
}

pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let session = account.sessions.get(call.param("session_id"))?;
    ApiResponse::ok(session.body(&call.query.all("includes")))
}

/// `PUT /sessions/{session_id}`: of a session that the checkout page has locked, or with `update_without_lock=true`.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let session = account.sessions.get_mut(call.param("session_id"))?;
    let before = session.doc["order"].clone();
    let currency = &call.body["order"]["currency"];
    let mut check = Check::of(&call.body);
    check_order(&mut check, "order", &call.body["order"]);
    let same = currency.is_null() || *currency == before["currency"];
    check.ensure(same, "order.currency", "cannot be changed");
    check.finish()?;
    if let Some(reason) = session.over(call.now) {
        let reason = format!("{reason} and cannot be updated");
        return Err(ApiError::wrong_state(reason));
    }
    let may_update = session.locked || is_set(call, "update_without_lock");
    let reason = "the session is not locked; lock it or use update_without_lock=true";
    ensure_state(may_update, reason)?;

    // An update has no merchant_reference; one that is sent is passed over.
    let changed = |before: &Value, changes: &Value| {
        let (mut after, mut changes) = (before.clone(), changes.clone());
        remove(&mut changes, &["merchant_reference"]);
        set(&mut after, changes);
        after
    };
    let after = changed(&before, &call.body["order"]);
    check_sum(&after)?;
    let express = changed(&session.doc["express"], &call.body["express"]);
    check_choice(&after, &express)?;

    session.doc["order"] = after.clone();
    set(&mut session.doc, json!({"express": express}));
    if call.body["express"]["shipping_options"].is_array() {
        session.is_quoted = !is_set(call, "force_shipping_address_callback");
    }
    if session.locked && call.body["remove_lock"] != false {
        session.locked = false;
        session.add_event(call.cause(), "PAY_LOCK_END", Value::Null);
    }
    let details = json!({"previous_order": before, "updated_order": after});
    session.add_event(call.cause(), "UPDATE_SESSION", details);
    ApiResponse::ok(session.body(&[]))
}

/// The chosen shipping option must be one of those on offer, when both are given.
fn check_choice(order: &Value, express: &Value) -> ApiResult<()> {
    let chosen = &order["shipping_option"]["id"];
    let Some(offered) = express["shipping_options"].as_array() else {
        return Ok(());
    };
    let is_offered = !chosen.is_string() || offered.iter().any(|option| option["id"] == *chosen);
    let reason = "is not one of express.shipping_options";
    ensure_field(is_offered, "order.shipping_option.id", reason)
}

/// `POST /sessions/{session_id}/cancel`: allowed as long as nothing was captured; voids the authorization.
pub(crate) fn cancel(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("session_id");
    let session = account.sessions.get(id)?;
    ensure_state(!session.cancelled, "the session is already cancelled")?;
    if let Some(id) = session.transaction_id.clone() {
        let transaction = account.transactions.get(&id)?;
        let reason = "only a session whose payment is authorized or not begun can be cancelled";
        ensure_state(transaction.ledger.status() == "AUTHORIZED", reason)?;
        transaction.check_idle()?;
        let movement = voiding(call, transaction);
        if !perform(account, &id, call.cause(), movement)? {
            return Ok(timed_out(500));
        }
    }
    let session = account.sessions.get_mut(id)?;
    session.cancel(call.cause(), Some(&call.grant.client_id));
    ApiResponse::ok(session.body(&[]))
}
