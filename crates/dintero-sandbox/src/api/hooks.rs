//! Webhook subscriptions, which no document describes.

use url::Url;

use crate::api::prelude::*;
use crate::api::records::{self, Action, SUBSCRIPTIONS};

/// `POST /accounts/{aid}/hooks/subscriptions`: a ping follows at once.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let (config, secret) = (&call.body["config"], &call.body["config"]["secret"]);
    let mut check = Check::of(&call.body);
    let url = Url::parse(text_of(&config["url"])).ok();
    let is_web = url.is_some_and(|url| matches!(url.scheme(), "http" | "https"));
    check.ensure(is_web, "config.url", "must be an http or https URL");
    let is_known = ["HMAC-SHA1", "Authorization"].contains(&text_of(&secret["type"]));
    let reason = "must be HMAC-SHA1 or Authorization, which is what the sandbox can send";
    check.ensure(is_known, "config.secret.type", reason);
    let has_value = !text_of(&secret["value"]).is_empty();
    check.ensure(has_value, "config.secret.value", "is required");
    let events = items(&call.body["events"]);
    let are_names = !events.is_empty() && events.iter().all(Value::is_string);
    check.ensure(are_names, "events", "must be names of events");
    check.finish()?;
    let response = records::handle(call, account, &SUBSCRIPTIONS, Action::Create)?;
    webhooks::ping(account, call.now, text_of(&response.body["id"]))?;
    Ok(response)
}

/// `POST /accounts/{aid}/hooks/subscriptions/{hook_id}/ping`
pub(crate) fn ping(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    webhooks::ping(account, call.now, call.param("hook_id"))?;
    Ok(ApiResponse::new(204, Value::Null))
}
