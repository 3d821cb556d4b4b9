//! HTML pages that work without JavaScript and load nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::call::ApiResponse;

/// Returns a page whose only style is `style`, whose forms may lead to `form_action`, and which `frames` may embed: source
/// lists of a content security policy.
pub(crate) fn page(
    title: &str,
    style: &str,
    form_action: &str,
    frames: &str,
    body: &Markup,
) -> ApiResponse {
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    let digest = STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors {frames}; form-action {form_action}"
    );
    ApiResponse::file("text/html; charset=utf-8", html.into_string())
        .with_header("content-security-policy", policy)
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "same-origin")
        .with_header("x-content-type-options", "nosniff")
}
