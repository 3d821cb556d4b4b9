//! Who may speak to the sandbox. The `Host` of a request is checked against DNS rebinding, its `Origin` against pages of
//! other sites; pages that may speak to it get the headers of cross-origin resource sharing.

use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use url::{Host, Url};

use crate::call::ApiResponse;
use crate::documents::allowed_methods;
use crate::errors::{ApiError, ApiResult};
use crate::shared::Shared;

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(_)) => {
            let name = host_of(url);
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Returns the host without the dot by which an absolute name may end.
fn host_of(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether a URL leads to this machine or to one of the hosts; `*` is any.
pub(crate) fn is_allowed(url: &Url, hosts: &[String]) -> bool {
    let own = host_of(url);
    let mut hosts = hosts.iter();
    is_loopback(url) || hosts.any(|host| host == "*" || host.eq_ignore_ascii_case(own))
}

pub(crate) fn check(shared: &Shared, parts: &Parts) -> ApiResult<Option<HeaderValue>> {
    let host = parts.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let host = parts.uri.authority().map(|own| own.as_str()).or(host);
    // Nothing but a host and a port.
    let host = host.filter(|host| !host.contains(['@', '/', '?', '#', '\\']));
    let reached = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    let named = |url: &Url| is_allowed(url, &shared.settings.allowed_hosts);
    if !reached.as_ref().is_some_and(named) {
        let message = "the Host is not on this machine and was not allowed; see --allow-host and --public-url";
        return Err(ApiError::new(403, "SANDBOX_HOST", message));
    }
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return Ok(None);
    };
    let text = origin.to_str().unwrap_or_default();
    let is_local = Url::parse(text).is_ok_and(|url| is_loopback(&url));
    let is_own = text.split_once("://").map(|(_, own)| own) == host;
    let mut listed = shared.settings.allowed_origins.iter();
    let is_listed = listed.any(|listed| listed == "*" || listed.trim_end_matches('/') == text);
    if is_own || is_listed || is_local {
        return Ok(Some(origin.clone()));
    }
    let message = "the Origin is not on this machine and was not allowed; see --allow-origin";
    Err(ApiError::new(403, "SANDBOX_ORIGIN", message))
}

pub(crate) fn share(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let all = HeaderValue::from_static("*");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, all);
    }
}

/// Returns the response to `OPTIONS`, which may be the preflight of a browser; `None` for another method.
pub(crate) fn options(parts: &Parts) -> Option<ApiResponse> {
    if parts.method != Method::OPTIONS {
        return None;
    }
    let path = parts.uri.path();
    let is_page = ["*", "/"].contains(&path) || path.starts_with("/_sandbox");
    let of_page = || is_page.then(|| "GET, HEAD, OPTIONS".to_owned());
    let methods = allowed_methods(path).or_else(of_page)?;
    let asked = parts.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let asked = asked.and_then(|names| names.to_str().ok());
    let response = ApiResponse::new(204, serde_json::Value::Null)
        .with_header("allow", methods.clone())
        .with_header("access-control-allow-methods", methods)
        .with_header("access-control-allow-headers", asked.unwrap_or_default())
        .with_header("access-control-allow-private-network", "true");
    Some(response)
}
