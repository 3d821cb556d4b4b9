//! Validation of single settings.

use std::net::IpAddr;

use reqwest::Url;

use crate::data::Violations;

/// Checks a secret: it has no control characters and no white space around it, such as the line break at the end of a file.
#[doc(hidden)]
pub fn check_secret(name: &str, secret: &str, violations: &mut Violations) {
    if secret.is_empty() {
        violations.push(name, "is required");
    } else if secret.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}') != secret {
        let rule = "has white space around it, such as the line feed of a file: trim it";
        violations.push(name, rule);
    } else if secret.chars().any(char::is_control) {
        violations.push(name, "has control characters");
    }
}

/// Returns the URL without a trailing slash. It must be https, or http to the loopback or an allowed host, and may have a path.
pub(crate) fn base_url(
    name: &str,
    text: &str,
    allowed: &[String],
    violations: &mut Violations,
) -> Option<Url> {
    let Ok(mut url) = Url::parse(text) else {
        violations.push(name, "is not a URL");
        return None;
    };
    let before = violations.iter().count();
    match url.scheme() {
        "https" if url.has_host() => {}
        "http" if is_loopback(&url) || allows(allowed, &url) => {}
        _ => violations.push(
            name,
            "must be https, unless its host is a loopback address or allowed by `allow_http_for` (`DINTERO_ALLOW_HTTP`)",
        ),
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
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    if path.rsplit('/').next().is_some_and(version) {
        let rule = "must not end in a version such as `/v1`, which is a part of every path";
        violations.push(name, rule);
    }
    (violations.iter().count() == before).then_some(url)
}

fn allows(allowed: &[String], url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    !is_dintero(host) && allowed.iter().any(|name| name.eq_ignore_ascii_case(host))
}

fn is_dintero(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "dintero.com" || host.ends_with(".dintero.com")
}

/// Checks that both hosts are of one environment: both local, or both of Dintero and of the same domain. A token of a sandbox must
/// not be sent to Dintero, nor one of Dintero elsewhere.
pub(super) fn check_environment(urls: &(Url, Url), name: &str, violations: &mut Violations) {
    let [api, checkout] = [&urls.0, &urls.1].map(|url| match url.host_str() {
        Some(host) if url.scheme() == "https" && !is_loopback(url) => {
            let domain = host.strip_prefix("api.").or(host.strip_prefix("checkout."));
            (is_dintero(host), domain.unwrap_or(host))
        }
        _ => (true, "local"),
    });
    if (api.0 || checkout.0) && api.1 != checkout.1 {
        let rule =
            "must be of the same environment as the URL of the API host: set both, or neither";
        violations.push(name, rule);
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
