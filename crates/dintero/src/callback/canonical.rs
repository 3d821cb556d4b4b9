//! What is signed: six lines about the request.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::form_urlencoded;

/// Name and value of a query, decoded.
pub(super) type Pairs = Vec<(String, String)>;

/// What of a request is signed, besides time and account.
pub(super) struct Line<'a> {
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

/// The query of a request, decoded and in the order it came.
pub(super) fn pairs(query: &str) -> Pairs {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// The query as it is signed: sorted by name, equal names in the order they came, written anew as a form.
pub(super) fn sorted(mut pairs: Pairs) -> String {
    // By UTF-16 code units, which is not the order of UTF-8 beyond the basic plane.
    pairs.sort_by(|(one, _), (two, _)| one.encode_utf16().cmp(two.encode_utf16()));
    written(&pairs)
}

/// The query written anew, in the order it came.
pub(super) fn written(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A digest of a canonical text under a secret, to be finished or compared.
pub(super) fn mac(
    secret: &SecretString,
    account: &str,
    time: u64,
    line: &Line<'_>,
) -> Hmac<Sha256> {
    let mut mac = keyed::<Hmac<Sha256>>(secret);
    let Line {
        method,
        host,
        path,
        query,
    } = line;
    mac.update(format!("{time}\n{account}\n{method}\n{host}\n{path}\n{query}").as_bytes());
    mac
}

/// A MAC under the bytes of a secret, whatever their number.
pub(super) fn keyed<M: Mac + KeyInit>(secret: &SecretString) -> M {
    // The trait is for other MACs as well, so it has an error.
    <M as KeyInit>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of every length")
}

#[cfg(test)]
mod tests {
    use super::{pairs, sorted};

    #[test]
    fn names_are_sorted_by_utf_16_code_units_and_equal_names_keep_their_order() {
        assert_eq!(
            sorted(pairs("b=2&a=1&b=1&flag&&=x")),
            "=x&a=1&b=2&b=1&flag="
        );
        // U+FF5E is above the surrogates of U+1F600 in UTF-8's order, below in UTF-16's.
        assert_eq!(
            sorted(pairs("%EF%BD%9E=1&%F0%9F%98%80=2")),
            "%F0%9F%98%80=2&%EF%BD%9E=1"
        );
    }

    #[test]
    fn a_query_is_written_as_a_form() {
        assert_eq!(sorted(pairs("a=~*-._!'()%20+")), "a=%7E*-._%21%27%28%29++");
        assert_eq!(sorted(pairs("")), "");
    }
}
