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
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error").unwrap_or(&body);
        let code = text(&error["code"]);
        let has_token = [&body, error].map(|object| object.get("mfa_token").is_some());
        Self {
            mfa: has_token.contains(&true) || code.as_deref() == Some("mfa_required"),
            code,
            message: text(&error["message"]).or_else(|| text(error)),
            errors: body["error"]["errors"]
                .as_array()
                .cloned()
                .unwrap_or_default(),
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
