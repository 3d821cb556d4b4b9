//! Validation of single settings.

use std::net::IpAddr;

use reqwest::Url;

use crate::data::Violations;

/// A secret has no control characters and no white space around it, such as the line break at the end of a file.
pub(super) fn check_secret(name: &str, secret: &str, violations: &mut Violations) {
    if secret.is_empty() {
        violations.push(name, "is required");
    } else if secret.trim() != secret {
        violations.push(name, "has white space around it");
    } else if secret.chars().any(char::is_control) {
        violations.push(name, "has control characters");
    }
}

/// Returns the URL without a trailing slash. It must be https, or http to the loopback, and may have a path.
pub(crate) fn base_url(name: &str, text: &str, violations: &mut Violations) -> Option<String> {
    let Ok(url) = Url::parse(text) else {
        violations.push(name, "is not a URL");
        return None;
    };
    let before = violations.iter().count();
    match url.scheme() {
        "https" if url.has_host() => {}
        "http" if is_loopback(&url) => {}
        _ => violations.push(name, "must be https, unless its host is a loopback address"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        violations.push(name, "must not hold a user or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        violations.push(name, "must not have a query or fragment");
    }
    let version = |segment: &str| {
        segment.strip_prefix('v').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let path = url.path().trim_end_matches('/');
    if path.rsplit('/').next().is_some_and(version) {
        let rule = "must not end in a version such as `/v1`, which is a part of every path";
        violations.push(name, rule);
    }
    (violations.iter().count() == before).then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
