//! The header `Dintero-Signature: t=1582236537,v0-hmac-sha256=6bed…`.

use http::HeaderMap;

use super::CallbackError;

pub(super) const SIGNATURE: &str = "dintero-signature";
pub(super) const SCHEME: &str = "v0-hmac-sha256";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignatureHeader {
    pub(super) time: u64,
    /// The digests of the known scheme; any of them may match.
    pub(super) digests: Vec<[u8; 32]>,
}

/// Returns the value of a header that must occur exactly once.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, CallbackError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(CallbackError::MissingHeader)?;
    if values.next().is_some() {
        return Err(CallbackError::DuplicateHeader);
    }
    value.to_str().map_err(|_| CallbackError::MalformedHeader)
}

impl SignatureHeader {
    /// Parses the parts by name, in any order. Unknown parts are ignored: a newer scheme may accompany the known one.
    pub(super) fn parse(text: &str) -> Result<Self, CallbackError> {
        let mut time = None;
        let mut digests = Vec::new();
        for part in text.split(',') {
            let pair = part.trim().split_once('=');
            let (name, value) = pair.ok_or(CallbackError::MalformedHeader)?;
            match name {
                "t" if time.is_some() => return Err(CallbackError::DuplicateTimestamp),
                "t" => time = Some(seconds(value)?),
                SCHEME => digests.push(digest(value).ok_or(CallbackError::MalformedHeader)?),
                _ => {}
            }
        }
        let time = time.ok_or(CallbackError::MalformedHeader)?;
        if text.split(',').count() == 1 {
            return Err(CallbackError::MalformedHeader);
        }
        if digests.is_empty() {
            return Err(CallbackError::UnknownScheme);
        }
        Ok(Self { time, digests })
    }
}

/// Digits only: with a sign or a leading zero, the signed text would differ from the parsed number.
fn seconds(text: &str) -> Result<u64, CallbackError> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let seconds = text.parse().ok().filter(|_| is_canonical);
    seconds.ok_or(CallbackError::MalformedHeader)
}

/// Lower-case hex, as Dintero writes it.
pub(super) fn digest<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut digest = [0; N];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut digest).is_ok()).then_some(digest)
}

#[cfg(test)]
mod tests;
