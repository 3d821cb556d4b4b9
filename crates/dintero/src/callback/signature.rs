//! What `Dintero-Signature` signs: six lines about the request.

use std::fmt;
use std::sync::Arc;

use dintero_core::Violations;
use hmac_sha256::HMAC;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// The decoded parameters of a query, in the order they were sent. `Debug` shows only their number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(query: &str) -> Self {
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self(parameters.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Removes the parameter that Dintero added under one of these names, the most likely name first. The merchant's URL may have the
    /// name too: a value of the expected form counts more than another, then one that is not empty, then the name, then the last, since
    /// Dintero appends.
    pub(super) fn take(&mut self, names: &[&str], is_expected: fn(&str) -> bool) -> Option<String> {
        let pairs = self.0.iter().enumerate();
        let ranks = pairs.filter_map(|(at, (name, value))| {
            let preference = names.iter().rev().position(|known| known == name)?;
            Some((is_expected(value), !value.is_empty(), preference, at))
        });
        let (.., at) = ranks.max()?;
        Some(self.0.remove(at).1).filter(|value| !value.is_empty())
    }

    /// The query as it is signed: form-encoded and sorted by name; equal names keep their order.
    pub(super) fn to_sorted_query(&self) -> String {
        let mut sorted = self.clone();
        // By UTF-16 code units, which is not the order of UTF-8 beyond the basic plane.
        let pairs = &mut sorted.0;
        pairs.sort_by(|(one, _), (two, _)| one.encode_utf16().cmp(two.encode_utf16()));
        sorted.to_query()
    }

    pub(super) fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parameters", self.0.len())
    }
}

#[derive(Clone, Copy)]
pub(super) struct SignedParts<'a> {
    pub(super) account: &'a str,
    /// Seconds since 1970.
    pub(super) time: u64,
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

impl SignedParts<'_> {
    pub(super) fn mac(&self, secret: &SecretString) -> [u8; 32] {
        let time = self.time.to_string();
        let lines = [
            &*time,
            self.account,
            self.method,
            self.host,
            self.path,
            self.query,
        ];
        HMAC::mac(lines.join("\n"), secret.expose_secret())
    }
}

/// Returns the secrets, and what is wrong with them.
pub(super) fn checked_secrets<S: Into<String>>(
    secrets: impl IntoIterator<Item = S>,
) -> (Arc<[SecretString]>, Violations) {
    let secrets: Arc<[SecretString]> = secrets
        .into_iter()
        .map(|secret| secret.into().into())
        .collect();
    let mut violations = Violations::default();
    if secrets.is_empty() {
        violations.push("secret", "is required");
    }
    for secret in secrets.iter() {
        dintero_core::check_secret("secret", secret.expose_secret(), &mut violations);
    }
    (secrets, violations)
}

#[cfg(test)]
mod tests;
