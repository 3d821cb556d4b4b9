//! `Dintero-Signature`: HMAC-SHA256 of the request line, without the body. `event-signature`: HMAC-SHA1 of the body.

use form_urlencoded::{Serializer, parse};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;
use url::Url;

/// The header's value for a request at `time` (Unix seconds).
pub(crate) fn header(secret: &str, time: i64, account: &str, method: &str, url: &Url) -> String {
    let text = canonical(time, account, method, url);
    // HMAC takes a key of any length.
    let digest = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mac| hex::encode(mac.chain_update(text).finalize().into_bytes()));
    format!("t={time},v0-hmac-sha256={}", digest.unwrap_or_default())
}

pub(crate) fn webhook(secret: &str, body: Option<&str>) -> String {
    let digest = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .map(|mac| mac.chain_update(body.unwrap_or_default()))
        .map(|mac| hex::encode(mac.finalize().into_bytes()));
    digest.unwrap_or_default()
}

fn canonical(time: i64, account: &str, method: &str, url: &Url) -> String {
    let mut pairs: Vec<_> = parse(url.query().unwrap_or_default().as_bytes()).collect();
    pairs.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let (host, path) = (url.host_str().unwrap_or_default(), url.path());
    format!("{time}\n{account}\n{method}\n{host}\n{path}\n{query}")
}

#[cfg(test)]
mod tests;
