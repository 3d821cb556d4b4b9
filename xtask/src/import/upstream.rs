//! What upstream published: a file or URL, in YAML or JSON, or a page of the reference with YAML in it.

use std::error::Error;
use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::lint;
use reqwest::{Client, Url, redirect};

/// Largest document that is read; upstream's are below 2 MB.
const LIMIT: usize = 32 << 20;

/// A document as its authors wrote it.
#[derive(Debug)]
pub struct Upstream {
    pub document: Document,
    /// Whether a page of the reference holds it, so that it is only a part.
    pub page: bool,
}

/// Reads a file, or fetches a URL.
pub fn read(location: &str) -> Result<Upstream, Box<dyn Error>> {
    let bytes = if location.contains("://") {
        fetch(location)?
    } else {
        fs::read(location).map_err(|error| format!("{location} cannot be read: {error}"))?
    };
    // Of a URL, no secret of its query is shown.
    let name = location.split(['?', '#']).next().unwrap_or(location);
    if bytes.len() > LIMIT {
        return Err(format!("{name} is larger than {} MB", LIMIT >> 20).into());
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{name} is not UTF-8 text; save it as UTF-8"))?;
    let (text, page) = match embedded(&text).map_err(|problem| format!("{name} {problem}"))? {
        Some(block) => (block, true),
        None => (text, false),
    };
    let document = Document::parse(name, &text)?;
    match lint::version(&document) {
        Some(finding) => Err(Errors::from(finding).into()),
        None => Ok(Upstream { document, page }),
    }
}

fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

/// Returns `true` if a redirect may be followed: on the host that the user gave, and not away from https.
fn may_follow(from: &Url, to: &Url) -> bool {
    let same = from.host_str() == to.host_str();
    same && is_safe(to) && (from.scheme() == "http" || to.scheme() == "https")
}

#[tokio::main(flavor = "current_thread")]
async fn fetch(location: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let url = Url::parse(location).map_err(|error| format!("the URL is not valid: {error}"))?;
    if !is_safe(&url) {
        let help = "or download it and give the file";
        return Err(format!("documents are fetched over https only; {help}").into());
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let failed = |error: reqwest::Error| {
        let mut cause: &dyn Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let help = "download it and give the file";
        format!("the document cannot be fetched from {host}: {cause}; {help}")
    };
    // It fails only if there is a provider.
    let _ = rustls_lib::crypto::ring::default_provider().install_default();
    let from = url.clone();
    let client = Client::builder()
        .user_agent(concat!("dintero-xtask/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .redirect(redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > 5 {
                attempt.error("too many redirects")
            } else if may_follow(&from, attempt.url()) {
                attempt.follow()
            } else {
                let to = attempt.url().origin().ascii_serialization();
                attempt.error(format!("it redirects to {to}"))
            }
        }))
        .build()
        .map_err(failed)?;
    let mut response = client.get(url).send().await.map_err(failed)?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("{host} responded with {status} instead of a document").into());
    }
    let mut bytes = Vec::new();
    while bytes.len() <= LIMIT
        && let Some(chunk) = response.chunk().await.map_err(failed)?
    {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Returns the fenced block of a page that holds an OpenAPI document, each of its lines where the page has it. A YAML or
/// JSON file has no fence in its first column.
fn embedded(page: &str) -> Result<Option<String>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for (number, line) in page.lines().enumerate() {
        let fence = &line[..line.len() - line.trim_start_matches(['`', '~']).len()];
        let rest = line[fence.len()..].trim();
        match &mut open {
            None if fence.len() >= 3 => open = Some((fence, "\n".repeat(number + 1))),
            Some((opening, _)) if rest.is_empty() && fence.starts_with(*opening) => {
                blocks.extend(open.take().map(|(_, block)| block));
            }
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    blocks.retain(|block| has_version(block));
    match <[String; 1]>::try_from(blocks) {
        Ok([block]) => Ok(Some(block)),
        Err(blocks) if !blocks.is_empty() => {
            let help = "save each as a file and import it with --page";
            Err(format!("holds {} OpenAPI documents; {help}", blocks.len()))
        }
        Err(_) if open.is_some_and(|(_, block)| has_version(&block)) => {
            Err("ends within its OpenAPI document; save the whole page".to_owned())
        }
        Err(_) => Ok(None),
    }
}

fn has_version(block: &str) -> bool {
    let json = block.trim_start().starts_with('{');
    let versions = ["openapi:", "swagger:", "\"openapi\"", "\"swagger\""].into_iter();
    let between: &[char] = if json { &['{', ' ', '\t'] } else { &[] };
    let mut lines = block.lines().map(|line| line.trim_start_matches(between));
    lines.any(|line| versions.clone().any(|version| line.starts_with(version)))
}

#[cfg(test)]
mod tests;
