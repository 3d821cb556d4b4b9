//! QR codes, sales locations and credit checks.

use crate::api::pictures;
use crate::api::prelude::*;

/// `POST /sessions/{session_id}/qr`: leads to the session's `url`.
pub(crate) fn session_qr(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let id = call.param("session_id");
    account.checkout.sessions.get(id, "session")?;
    qr(call, &format!("{}/v1/view/{id}", call.base_url))
}

/// `POST /locations/{location_id}/qr`: the same picture whichever session the location shows.
pub(crate) fn location_qr(call: &Call<'_>, _: &mut Account) -> HandlerResult {
    let location = call.param("location_id");
    let url = format!("{}/v1/locations/{location}/checkout", call.base_url);
    qr(call, &url)
}

fn qr(call: &Call<'_>, url: &str) -> HandlerResult {
    let size = call.body["size"].as_f64().unwrap_or(300.0) as u32;
    let too_long = || ApiError::bad_request("the address is too long for a QR code");
    let picture = pictures::qr_png(url, size).ok_or_else(too_long)?;
    ApiResponse::ok(json!({"qr": picture}))
}

/// `POST /locations/{location_id}/checkout/{session_id}`: the location shows an open session.
pub(crate) fn show(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    const MOST: usize = 10_000;
    let (location, id) = (call.param("location_id"), call.param("session_id"));
    let session = account.checkout.sessions.get(id, "session")?;
    if let Some(reason) = session.over(call.now) {
        return Err(ApiError::wrong_state(reason));
    }
    let locations = &mut account.admin.locations;
    let fits = locations.len() < MOST || locations.contains_key(location);
    ensure_capacity(fits, "locations")?;
    locations.insert(location.to_owned(), id.to_owned());
    Ok(ApiResponse::new(201, Value::Null))
}

pub(crate) fn hide(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let location = call.param("location_id");
    let shown = account.admin.locations.get(location);
    if shown.map(String::as_str) != Some(call.param("session_id")) {
        return Err(ApiError::not_found("session on this location"));
    }
    account.admin.locations.remove(location);
    Ok(ApiResponse::new(201, Value::Null))
}

/// `POST /creditchecks`: approved up to 100,000.00, rejected above; nothing is kept.
pub(crate) fn credit_check(call: &Call<'_>, _: &mut Account) -> HandlerResult {
    const MOST: i64 = 10_000_000;
    let amount = call.body["amount"].as_i64().unwrap_or(0);
    let providers = items(&call.body["credit_providers"]);
    let mut check = Check::of(&call.body);
    check.ensure(amount >= 1, "amount", "must be at least 1");
    let reason = "must have at least one item";
    check.ensure(!providers.is_empty(), "credit_providers", reason);
    check.finish()?;
    let is_approved = amount <= MOST;
    let status = if is_approved { "approved" } else { "rejected" };
    ApiResponse::ok(json!({
        "id": uuid(), "created_at": call.now.format("%Y-%m-%d").to_string(), "amount": amount,
        "results": [{"credit_provider": "collector", "status": status}],
    }))
}
