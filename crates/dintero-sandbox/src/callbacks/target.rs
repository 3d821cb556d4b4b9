//! A session's `callback_url`: where it leads, and what its query asks for.

use chrono::TimeDelta;
use url::Url;

/// The longest wait that `delay_callback` can ask for, as documented.
const LONGEST_DELAY: i64 = 60;

#[derive(Debug)]
pub(super) struct Target {
    url: Url,
    /// POST with the transaction as body, else GET.
    pub(super) is_post: bool,
    pub(super) with_session: bool,
    pub(super) reports_errors: bool,
    events: Vec<String>,
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
        let all = |name: &str| -> Vec<String> {
            let pairs = url.query_pairs();
            let of_name = pairs.filter(|(key, _)| key == name);
            of_name.map(|(_, value)| value.into_owned()).collect()
        };
        let is = |name: &str, value: &str| all(name).iter().any(|v| v == value);
        let delay = all("delay_callback").iter().find_map(|v| v.parse().ok());
        let delay: i64 = delay.unwrap_or(0);
        Ok(Self {
            is_post: is("method", "POST"),
            with_session: is("includes", "session"),
            reports_errors: is("report_error", "true"),
            events: all("report_event"),
            delay: TimeDelta::seconds(delay.clamp(0, LONGEST_DELAY)),
            session_parameter: match is("sid_parameter_name", "sid") {
                true => "sid",
                false => "session_id",
            },
            url,
        })
    }

    pub(super) fn reports(&self, event: &str) -> bool {
        self.events.iter().any(|wanted| wanted == event)
    }

    /// The URL of one call: the merchant's own query, then ours.
    pub(super) fn call(&self, session_id: &str, parameters: &[(&str, Option<&str>)]) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let mut query = url.query_pairs_mut();
        query.append_pair(self.session_parameter, session_id);
        for (name, value) in parameters {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        drop(query);
        url.into()
    }
}

#[cfg(test)]
mod tests;
