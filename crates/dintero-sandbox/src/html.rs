//! HTML pages that load nothing and whose forms work without JavaScript.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::call::ApiResponse;

const STYLE: &str = include_str!("style.css");

#[derive(Default)]
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    /// The only script; none if empty. It may send requests to the sandbox.
    pub(crate) script: &'a str,
    /// Where forms may lead, and which pages may embed this one: source lists of a content security policy.
    pub(crate) form_action: &'a str,
    pub(crate) frames: &'a str,
}

impl Page<'_> {
    pub(crate) fn with(self, body: &Markup) -> ApiResponse {
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (body)
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
        };
        let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let (style, script) = (digest(STYLE), digest(self.script));
        let (frames, forms) = (self.frames, self.form_action);
        // An empty list is `'none'`.
        let policy = format!(
            "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; base-uri 'none'; frame-ancestors {frames}; form-action {forms}"
        );
        ApiResponse::file("text/html; charset=utf-8", html.into_string())
            .with_header("content-security-policy", policy)
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "same-origin")
            .with_header("x-content-type-options", "nosniff")
    }
}
