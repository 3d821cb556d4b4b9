//! The options of a single call.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Retry;
use crate::data::Violations;
use crate::macros::{debug, setters};

/// The headers that identify the caller's system and its plug-in, and their limit in characters.
const SYSTEM_PREFIX: &str = "dintero-system-";
const SYSTEM_LIMIT: usize = 120;

pub(crate) const NO_HEADER: &str = "has characters that no header may have";

/// Options of a single call. Those that are not set are those of the client.
///
/// ```
/// use std::time::Duration;
/// use dintero_core::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::new()
///     .timeout(Duration::from_secs(60))
///     .header("dintero-feature-toggles", "strict-session-amounts")
///     .retry(RetryPolicy::off());
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

setters! {
    impl[] CallOptions:

    /// Sets the timeout of one attempt, from connecting to the last byte of the response. Default of the client: 30 s.
    timeout(timeout: Duration): timeout = Some(timeout);

    /// Sets the deadline of the whole call: token, attempts and the delays between them. Default of the client: 90 s.
    deadline(deadline: Duration): deadline = Some(deadline);

    /// Sets how this call is retried: a [`RetryPolicy`](crate::RetryPolicy), or another [`Retry`].
    retry(policy: impl Retry): retry = Some(Arc::new(policy));
}

impl CallOptions {
    /// Creates options of which none is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a header, which replaces a header of the client. A name or value that is not valid in HTTP, or a header that the client
    /// sets itself (such as `authorization`), is a violation: the call fails before anything is sent.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        set_header(&mut self.headers, name, value, &mut self.violations);
        self
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.timeout = other.timeout.or(self.timeout);
        self.deadline = other.deadline.or(self.deadline);
        self.retry = other.retry.or(self.retry.take());
        self.headers.extend(other.headers);
        self.violations.extend(other.violations);
    }
}

debug! {
    CallOptions(self) {
        timeout: self.timeout,
        deadline: self.deadline,
        own_retry: self.retry.is_some(),
        headers: self.headers.len(),
    }
}

/// Sets a header, or records a violation, which never contains the value.
pub(crate) fn set_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    violations: &mut Violations,
) {
    let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
        let rule = "a header name has characters that no header name may have";
        return violations.push("", rule);
    };
    let name = header.as_str();
    if RESERVED.split(' ').any(|reserved| reserved == name) {
        violations.push(name, "is set by the client itself");
    } else if name.starts_with(SYSTEM_PREFIX) && value.chars().count() > SYSTEM_LIMIT {
        let rule = format_args!("must have at most {SYSTEM_LIMIT} characters");
        violations.push(name, rule);
    } else if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(header, value);
    } else {
        violations.push(name, NO_HEADER);
    }
}

/// The headers of authentication and framing, which the client sets itself.
const RESERVED: &str = "authorization proxy-authorization x-api-key host content-length transfer-encoding \
                        connection upgrade te trailer expect";

#[cfg(test)]
mod tests;
