//! The header `Dintero-Signature: t=1582236537,v0-hmac-sha256=6bed…`.

use http::HeaderMap;

use super::Refusal;

/// The header of session and express callbacks.
pub(super) const SIGNATURE: &str = "dintero-signature";
pub(super) const SCHEME: &str = "v0-hmac-sha256";

/// What is in the header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignatureHeader {
    pub(super) time: u64,
    /// Digests of the known scheme; any of them may match.
    pub(super) digests: Vec<[u8; 32]>,
}

/// The only value of a header.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Refusal::MissingHeader)?;
    if values.next().is_some() {
        return Err(Refusal::DoubledHeader);
    }
    value.to_str().map_err(|_| Refusal::MalformedHeader)
}

impl SignatureHeader {
    /// Reads parts by name, whatever their order. Unknown parts are passed over: a newer scheme may stand beside the known one.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let mut time = None;
        let mut digests = Vec::new();
        for part in text.split(',') {
            let (name, value) = part
                .trim()
                .split_once('=')
                .ok_or(Refusal::MalformedHeader)?;
            match name {
                "t" if time.is_some() => return Err(Refusal::DoubledTime),
                "t" => time = Some(seconds(value)?),
                SCHEME => digests.push(digest(value).ok_or(Refusal::MalformedHeader)?),
                _ => {}
            }
        }
        let time = time.ok_or(Refusal::MalformedHeader)?;
        if text.split(',').count() == 1 {
            return Err(Refusal::MalformedHeader);
        }
        if digests.is_empty() {
            return Err(Refusal::UnknownScheme);
        }
        Ok(Self { time, digests })
    }
}

/// Digits only, as they are signed: a sign or a leading zero would be signed as another text than it is read as.
fn seconds(text: &str) -> Result<u64, Refusal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse()
        .ok()
        .filter(|_| plain)
        .ok_or(Refusal::MalformedHeader)
}

/// Lower-case hex, as Dintero writes it.
pub(super) fn digest<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut digest = [0; N];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut digest).is_ok()).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, SignatureHeader};

    #[test]
    fn parts_are_read_by_name_and_each_fault_has_its_reason() {
        let hex = "6b".repeat(32);
        let read = |text: &str| SignatureHeader::read(&text.replace("HEX", &hex));
        for text in [
            "t=15,v0-hmac-sha256=HEX",
            "v0-hmac-sha256=HEX,t=15",
            "t=15, v0-hmac-sha256=HEX",
            "t=15,v1-new=abc,v0-hmac-sha256=HEX",
        ] {
            let header = read(text).expect(text);
            assert_eq!((header.time, header.digests.len()), (15, 1), "{text}");
        }
        assert_eq!(
            read("t=15,v0-hmac-sha256=HEX,v0-hmac-sha256=HEX")
                .unwrap()
                .digests
                .len(),
            2
        );
        for (text, reason) in [
            ("", Refusal::MalformedHeader),
            ("t=15", Refusal::MalformedHeader),
            ("t=15,v1-new=HEX", Refusal::UnknownScheme),
            ("v0-hmac-sha256=HEX", Refusal::MalformedHeader),
            ("t=15,t=15,v0-hmac-sha256=HEX", Refusal::DoubledTime),
            ("t=-15,v0-hmac-sha256=HEX", Refusal::MalformedHeader),
            ("t=+15,v0-hmac-sha256=HEX", Refusal::MalformedHeader),
            ("t=015,v0-hmac-sha256=HEX", Refusal::MalformedHeader),
            ("t=,v0-hmac-sha256=HEX", Refusal::MalformedHeader),
            (
                "t=99999999999999999999,v0-hmac-sha256=HEX",
                Refusal::MalformedHeader,
            ),
            ("t=15,v0-hmac-sha256=HEX00", Refusal::MalformedHeader),
            ("t=15,v0-hmac-sha256=6B", Refusal::MalformedHeader),
            ("t=15,v0-hmac-sha256=", Refusal::MalformedHeader),
            ("t=15 v0-hmac-sha256", Refusal::MalformedHeader),
        ] {
            assert_eq!(read(text), Err(reason), "{text}");
        }
    }
}
