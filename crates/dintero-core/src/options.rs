//! What can be set for a single call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::data::Violations;
use crate::{Retry, RetryPolicy};

/// The headers that identify the caller's system and its plug-in, and the limit Dintero sets for them, in characters.
const SYSTEM_PREFIX: &str = "dintero-system-";
const SYSTEM_LIMIT: usize = 120;

/// Options of a single call; what is not set is taken from the client.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::CallOptions;
///
/// let options = CallOptions::new()
///     .with_timeout(Duration::from_secs(60))
///     .with_header("dintero-feature-toggles", "strict-session-amounts")
///     .without_retry();
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn Retry>>,
    pub(crate) headers: HeaderMap,
    pub(crate) violations: Violations,
}

impl CallOptions {
    /// No option set.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one attempt may take, from connecting to the last byte of the answer. Default of the client: 30 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take: token, attempts and the pauses between them. Default of the client: 90 s.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How this call is repeated: a [`RetryPolicy`], or a [`Retry`] of your own.
    #[must_use]
    pub fn with_retry(mut self, policy: impl Retry) -> Self {
        self.retry = Some(Arc::new(policy));
        self
    }

    /// Sends this call once, whatever happens.
    #[must_use]
    pub fn without_retry(self) -> Self {
        self.with_retry(RetryPolicy::off())
    }

    /// A header of this call; it replaces one of the client with the same name. A name or value that no header can have, or
    /// that the client itself is in charge of (such as `authorization`), makes the call fail before anything is sent.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set_header(&mut self.headers, name, value, &mut self.violations);
        self
    }

    /// What `other` sets wins.
    pub(crate) fn merge(&mut self, other: Self) {
        self.timeout = other.timeout.or(self.timeout);
        self.deadline = other.deadline.or(self.deadline);
        self.retry = other.retry.or(self.retry.take());
        for name in other.headers.keys() {
            if let Some(value) = other.headers.get(name) {
                self.headers.insert(name, value.clone());
            }
        }
        self.violations.extend(other.violations);
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("own_retry", &self.retry.is_some())
            .field(
                "headers",
                &self
                    .headers
                    .keys()
                    .map(HeaderName::as_str)
                    .collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

/// Sets a header, or notes which rule it breaks. The value is never part of the violation.
pub(crate) fn set_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    violations: &mut Violations,
) {
    let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
        violations.push(
            "",
            "a header name has characters that no header name may have",
        );
        return;
    };
    if is_ours(&header) {
        violations.push(header.as_str(), "is set by the client itself");
        return;
    }
    if header.as_str().starts_with(SYSTEM_PREFIX) && value.chars().count() > SYSTEM_LIMIT {
        violations.push(
            header.as_str(),
            format_args!("must have at most {SYSTEM_LIMIT} characters"),
        );
        return;
    }
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(header, value);
        }
        Err(_) => violations.push(header.as_str(), "has characters that no header may have"),
    }
}

/// Authentication and the framing of the request are no business of callers.
fn is_ours(name: &HeaderName) -> bool {
    const OURS: [&str; 11] = [
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "expect",
    ];
    OURS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::CallOptions;

    #[test]
    fn a_bad_header_is_a_problem_that_does_not_show_its_value() {
        let options = CallOptions::new()
            .with_header("bad name", "v1")
            .with_header("x-good", "v2\nv3")
            .with_header("Authorization", "v4")
            .with_header("Dintero-System-Name", &"v".repeat(121));
        let text = options.violations.to_string();
        assert_eq!(options.violations.iter().count(), 4, "{text}");
        assert!(
            text.contains("`x-good`")
                && text.contains("`authorization`")
                && text.contains("at most 120"),
            "{text}"
        );
        assert!(!text.contains("v2") && !text.contains("v4"), "{text}");
        assert!(options.headers.is_empty());
    }

    #[test]
    fn later_options_win_and_debug_shows_no_value() {
        let mut options = CallOptions::new()
            .with_timeout(Duration::from_secs(1))
            .with_header("x-a", "one");
        options.merge(CallOptions::new().with_header("x-a", "two").without_retry());
        assert_eq!(options.timeout, Some(Duration::from_secs(1)));
        assert_eq!(
            options.headers.get("x-a").map(|value| value.as_bytes()),
            Some(&b"two"[..])
        );
        let shown = format!("{options:?}");
        assert!(shown.contains("x-a") && !shown.contains("two"), "{shown}");
    }
}
