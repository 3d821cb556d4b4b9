//! The API's error body, `{"error":{"code","message","errors"}}`, read leniently.

use serde_json::Value;

/// Larger bodies are not error responses of this API and are not parsed.
const BODY_LIMIT: usize = 1 << 20;

#[derive(Clone, Default)]
pub(super) struct Envelope {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) errors: Vec<Value>,
    pub(super) mfa: bool,
}

impl Envelope {
    /// Reads the fields that are present. A body that is empty, HTML or anything else gives an empty envelope.
    pub(super) fn read(body: &[u8]) -> Self {
        if body.len() > BODY_LIMIT || body.trim_ascii_start().first() != Some(&b'{') {
            return Self::default();
        }
        let Ok(Value::Object(mut top)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let mut found = Self {
            mfa: top.contains_key("mfa_token"),
            ..Self::default()
        };
        match top.remove("error") {
            Some(Value::Object(mut error)) => {
                found.mfa |= error.contains_key("mfa_token");
                found.code = error.remove("code").and_then(text);
                found.message = error.remove("message").and_then(text);
                if let Some(Value::Array(errors)) = error.remove("errors") {
                    found.errors = errors;
                }
            }
            Some(other) => found.message = text(other),
            None => {
                found.code = top.remove("code").and_then(text);
                found.message = top.remove("message").and_then(text);
            }
        }
        found.mfa |= found.code.as_deref() == Some("mfa_required");
        found
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Envelope;

    #[test]
    fn the_documented_form_is_read_completely() {
        let read = Envelope::read(
            br#"{"error":{"code":"NOT FOUND","message":"no such order","errors":[{"a":1},"b"]}}"#,
        );
        assert_eq!(read.code.as_deref(), Some("NOT FOUND"));
        assert_eq!(read.message.as_deref(), Some("no such order"));
        assert_eq!(read.errors.len(), 2);
        assert!(!read.mfa);
    }

    #[test]
    fn a_second_factor_is_seen_by_code_or_by_token() {
        assert!(Envelope::read(br#"{"error":{"code":"mfa_required","message":"m"}}"#).mfa);
        assert!(Envelope::read(br#"{"error":{"message":"m"},"mfa_token":"x"}"#).mfa);
    }

    #[test]
    fn any_other_body_gives_nothing_and_never_panics() {
        let deep = "[".repeat(100_000);
        let deep_object = format!("{{\"error\":{deep}");
        let bodies = [
            "",
            " ",
            "<html>502</html>",
            "null",
            "[]",
            "{",
            "{}",
            r#"{"error":null}"#,
            r#"{"error":[]}"#,
            &deep,
            &deep_object,
        ];
        for body in bodies {
            let read = Envelope::read(body.as_bytes());
            assert!(
                read.code.is_none() && read.message.is_none() && read.errors.is_empty(),
                "{body:.20}"
            );
        }
    }

    #[test]
    fn error_bodies_of_gateways_give_their_message() {
        assert_eq!(
            Envelope::read(br#"{"message":"Forbidden"}"#)
                .message
                .as_deref(),
            Some("Forbidden")
        );
        assert_eq!(
            Envelope::read(br#"{"error":"slow down"}"#)
                .message
                .as_deref(),
            Some("slow down")
        );
        assert_eq!(
            Envelope::read(br#"{"error":{"code":17}}"#).code.as_deref(),
            Some("17")
        );
    }
}
