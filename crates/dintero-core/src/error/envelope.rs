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
mod tests;
