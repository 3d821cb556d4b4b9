//! QR codes.

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
