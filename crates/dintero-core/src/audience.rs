//! For which account a refused token is, as far as the token itself says so.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use serde::Deserialize;

/// How the account of a token differs from the one that was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Another account of the same kind.
    Account,
    /// A test account instead of a production account, or the reverse.
    Environment,
}

impl Foreign {
    /// Compares two ids of accounts or partners, of which the first letter tells test from production.
    pub(crate) fn environment(one: &str, other: &str) -> Option<Self> {
        (one.bytes().next() != other.bytes().next()).then_some(Self::Environment)
    }

    /// Reads the audience of a JWT in an `Authorization` header, unverified: it only explains a refusal. None when the token is
    /// for this account, or does not say.
    pub(crate) fn of_token(header: &HeaderValue, account: &str) -> Option<Self> {
        let token = header.as_bytes().strip_prefix(b"Bearer ")?;
        let payload = token.split(|byte| *byte == b'.').nth(1)?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let audiences = match claims.aud {
            Audience::One(audience) => vec![audience],
            Audience::Many(audiences) => audiences,
        };
        let accounts: Vec<&str> = audiences
            .iter()
            .filter_map(|text| account_of(text))
            .collect();
        match accounts.first() {
            Some(other) if !accounts.contains(&account) => {
                Some(Self::environment(other, account).unwrap_or(Self::Account))
            }
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The account in `https://api.dintero.com/v1/accounts/T12345678`.
fn account_of(audience: &str) -> Option<&str> {
    let (_, rest) = audience.split_once("/accounts/")?;
    let account = rest.split('/').next()?;
    let (letter, digits) = account.split_at_checked(1)?;
    let is_id = matches!(letter, "T" | "P") && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(account)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use http::HeaderValue;

    use super::Foreign;

    fn bearer(claims: &str) -> HeaderValue {
        let payload = URL_SAFE_NO_PAD.encode(claims);
        HeaderValue::try_from(format!("Bearer eyJ.{payload}.sig")).expect("header")
    }

    #[test]
    fn a_token_of_another_account_or_environment_is_told_apart() {
        let host = "https://api.dintero.com/v1/accounts";
        let cases = [
            (format!(r#"{{"aud":"{host}/T12345678"}}"#), None),
            (
                format!(r#"{{"aud":["x","{host}/T12345678/"],"exp":1}}"#),
                None,
            ),
            (
                format!(r#"{{"aud":["{host}/P1","{host}/T12345678"]}}"#),
                None,
            ),
            (
                format!(r#"{{"aud":"{host}/T87654321"}}"#),
                Some(Foreign::Account),
            ),
            (
                format!(r#"{{"aud":["{host}/P12345678"]}}"#),
                Some(Foreign::Environment),
            ),
            (r#"{"aud":"something else"}"#.to_owned(), None),
            (r#"{"sub":"x"}"#.to_owned(), None),
            ("no JSON".to_owned(), None),
        ];
        for (claims, foreign) in cases {
            assert_eq!(
                Foreign::of_token(&bearer(&claims), "T12345678"),
                foreign,
                "{claims}"
            );
        }
        for opaque in ["Bearer token-1", "Bearer a.%%.c", "Basic YTpi", ""] {
            assert_eq!(
                Foreign::of_token(&HeaderValue::from_static(opaque), "T12345678"),
                None
            );
        }
    }
}
