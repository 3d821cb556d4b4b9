//! A session's `callback_url`: where it leads, and what its query asks for.

use chrono::TimeDelta;
use url::Url;

use crate::query::Query;

/// The longest wait that `delay_callback` can ask for, as documented.
const LONGEST_DELAY: i64 = 60;

#[derive(Debug)]
pub(super) struct Target {
    url: Url,
    /// POST with the transaction as body, else GET.
    pub(super) is_post: bool,
    pub(super) with_session: bool,
    pub(super) reports_errors: bool,
    query: Query,
    pub(super) delay: TimeDelta,
    session_parameter: &'static str,
}

impl Target {
    /// Reads the URL; else says why nothing can be sent to it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "the callback_url is no URL")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("the callback_url is neither http nor https");
        }
        let query = Query::parse(url.query().unwrap_or_default());
        let is = |name: &str, value: &str| query.all(name).contains(&value);
        let delay = query.first("delay_callback").and_then(|v| v.parse().ok());
        let delay: i64 = delay.unwrap_or(0);
        Ok(Self {
            is_post: is("method", "POST"),
            with_session: is("includes", "session"),
            reports_errors: is("report_error", "true"),
            delay: TimeDelta::seconds(delay.clamp(0, LONGEST_DELAY)),
            session_parameter: match is("sid_parameter_name", "sid") {
                true => "sid",
                false => "session_id",
            },
            query,
            url,
        })
    }

    pub(super) fn reports(&self, event: &str) -> bool {
        self.query.all("report_event").contains(&event)
    }

    /// The URL of one call: the merchant's own query, then ours.
    pub(super) fn call(&self, session_id: &str, parameters: &[(&str, Option<&str>)]) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let parameters = parameters.iter();
        let ours = parameters.filter_map(|(name, value)| Some((name, (*value)?)));
        let mut query = url.query_pairs_mut();
        query.append_pair(self.session_parameter, session_id);
        query.extend_pairs(ours);
        drop(query);
        url.into()
    }
}

#[cfg(test)]
mod tests;
