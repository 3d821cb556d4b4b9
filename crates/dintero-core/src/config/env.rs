//! The environment variables.

use std::ffi::OsString;

use super::Builder;
use crate::handle::Handle;

impl<T: From<Handle>> Builder<T> {
    /// Reads the same variables as [`environment`](Self::environment) from `lookup`.
    pub fn environment_from(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        self.from_environment = true;
        let mut violations = std::mem::take(&mut self.violations);
        let mut read = |name: &str| match lookup(name).map(OsString::into_string) {
            Some(Err(_)) => {
                violations.push(name, "is not valid UTF-8");
                None
            }
            text => text.and_then(Result::ok).filter(|text| !text.is_empty()),
        };
        self.account = read("DINTERO_ACCOUNT_ID");
        let id = read("DINTERO_CLIENT_ID").unwrap_or_default();
        let secret = read("DINTERO_CLIENT_SECRET").unwrap_or_default();
        // A missing variable must not replace the URL of a sandbox by that of production.
        self.api_url = read("DINTERO_API_URL").or(self.api_url);
        self.checkout_url = read("DINTERO_CHECKOUT_URL").or(self.checkout_url);
        let hosts = read("DINTERO_ALLOW_HTTP").unwrap_or_default();
        let hosts = hosts.split(',').map(str::trim);
        self.http_hosts.extend(hosts.map(str::to_owned));
        self.violations = violations;
        self.client(("DINTERO_CLIENT_ID", id), ("DINTERO_CLIENT_SECRET", secret))
    }
}
