//! The environment variables.

use std::ffi::OsString;

use secrecy::SecretString;

use super::{Builder, Names};
use crate::handle::Handle;

const NAMES: Names = Names {
    account: "DINTERO_ACCOUNT_ID",
    id: "DINTERO_CLIENT_ID",
    secret: "DINTERO_CLIENT_SECRET",
    api_url: "DINTERO_API_URL",
    checkout_url: "DINTERO_CHECKOUT_URL",
};

impl<T: From<Handle>> Builder<T> {
    /// Reads the same variables as [`environment`](Self::environment) from `lookup`.
    pub fn environment_from(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        self.names = NAMES;
        let mut read = |name: &str| match lookup(name).map(OsString::into_string) {
            Some(Ok(text)) if !text.is_empty() => Some(text),
            Some(Err(_)) => {
                self.violations.push(name, "is not valid UTF-8");
                None
            }
            Some(Ok(_)) | None => None,
        };
        self.account = read(NAMES.account);
        self.client = Some((read(NAMES.id), read(NAMES.secret).map(SecretString::from)));
        // A missing variable must not replace the URL of a sandbox by that of production.
        self.api_url = read(NAMES.api_url).or(self.api_url);
        self.checkout_url = read(NAMES.checkout_url).or(self.checkout_url);
        let hosts = read("DINTERO_ALLOW_HTTP").unwrap_or_default();
        let hosts = hosts
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty());
        self.http_hosts.extend(hosts.map(str::to_owned));
        self
    }
}
