//! The environment variables.

use std::ffi::OsString;

use secrecy::SecretString;

use super::{Builder, Names};
use crate::handle::Handle;

const ACCOUNT: &str = "DINTERO_ACCOUNT_ID";
const ID: &str = "DINTERO_CLIENT_ID";
const SECRET: &str = "DINTERO_CLIENT_SECRET";
const API: &str = "DINTERO_API_URL";
const CHECKOUT: &str = "DINTERO_CHECKOUT_URL";

impl<T: From<Handle>> Builder<T> {
    /// Reads the same variables as [`environment`](Self::environment) from `lookup`.
    pub fn environment_from(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let mut read = |name: &str| match lookup(name).map(OsString::into_string) {
            Some(Ok(text)) if !text.is_empty() => Some(text),
            Some(Err(_)) => {
                self.violations.push(name, "is not valid UTF-8");
                None
            }
            Some(Ok(_)) | None => None,
        };
        let (account, id, secret) = (read(ACCOUNT), read(ID), read(SECRET));
        let (api_url, checkout_url) = (read(API), read(CHECKOUT));
        self.account = account;
        self.client = Some((id, secret.map(SecretString::from)));
        // A missing variable must not replace the URL of a sandbox by that of production.
        self.api_url = api_url.or(self.api_url);
        self.checkout_url = checkout_url.or(self.checkout_url);
        self.names = Names {
            account: ACCOUNT,
            id: ID,
            secret: SECRET,
            api_url: API,
            checkout_url: CHECKOUT,
        };
        self
    }
}
