//! The path of the first field of a response that could not be decoded, determined only after decoding has failed.
//!
//! Tracking the path while decoding would instantiate every deserializer a second time. Instead, the bytes are scanned up to the
//! position that serde_json reports.

use std::fmt::Write as _;

use serde_json::error::Category;

/// The path of the field and the reason. Holds names of fields and types, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError {
    path: Option<String>,
    reason: String,
}

impl DecodeError {
    /// The body is empty.
    pub(crate) fn empty() -> Self {
        Self {
            path: None,
            reason: "the body is empty".to_owned(),
        }
    }

    /// A field is missing or has another type, found outside of serde.
    pub(crate) fn field(path: &str, reason: &str) -> Self {
        Self {
            path: Some(path.to_owned()),
            reason: reason.to_owned(),
        }
    }

    pub(crate) fn new(error: &serde_json::Error, body: &[u8]) -> Self {
        if body.trim_ascii().is_empty() {
            return Self::empty();
        }
        let end = offset(body, error.line(), error.column());
        let path = Some(path_at(&body[..end])).filter(|path| !path.is_empty());
        Self {
            path,
            reason: reason(error),
        }
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

/// Returns the part of serde's message that comes from the types. The rest may quote the response.
fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => return "the body ends too early".to_owned(),
        Category::Syntax => return "the body is not JSON".to_owned(),
        Category::Io | Category::Data => {}
    }
    let message = error.to_string();
    let message = message
        .rfind(" at line ")
        .map_or(message.as_str(), |end| &message[..end]);
    if message.starts_with("missing field") || message.starts_with("duplicate field") {
        return message.to_owned();
    }
    let from_serde = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
    ];
    match message.rfind(", expected ") {
        Some(at) if from_serde.iter().any(|start| message.starts_with(start)) => {
            message[at + 2..].to_owned()
        }
        _ => "the value does not match its type".to_owned(),
    }
}

/// Returns the byte offset of a 1-based line and a column that counts the bytes read on it.
fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match body[start..].iter().position(|byte| *byte == b'\n') {
            Some(end) => start += end + 1,
            None => break,
        }
    }
    start.saturating_add(column).min(body.len())
}

enum Frame<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

/// Returns the path of the value that `read` ends in or has just ended. `read` is a prefix of a JSON text.
fn path_at(read: &[u8]) -> String {
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut at = 0;
    while at < read.len() {
        match read[at] {
            b'{' => frames.push(Frame::Object(None)),
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => {
                frames.pop();
            }
            b',' => match frames.last_mut() {
                Some(Frame::Object(key)) => *key = None,
                Some(Frame::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let end = string_end(read, at);
                if let Some(Frame::Object(key @ None)) = frames.last_mut()
                    && end < read.len()
                {
                    *key = Some(&read[at + 1..end]);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    // If a list itself does not match, reading stops after its bracket.
    if read.ends_with(b"[") {
        frames.pop();
    }
    render(&frames)
}

/// Returns the index of the closing quote, or the length if there is none.
fn string_end(read: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < read.len() {
        match read[at] {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    read.len()
}

fn render(frames: &[Frame<'_>]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::Object(None) => {}
            Frame::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(field_name(key));
            }
            Frame::Array(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    path
}

/// Returns a key that looks like a field name. Keys of maps may be personal data and show as `*`; so does a key that begins with a
/// digit, such as a phone number.
fn field_name(key: &[u8]) -> &str {
    let plain = key.len() <= 64
        && !key.first().is_some_and(u8::is_ascii_digit)
        && key
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match std::str::from_utf8(key) {
        Ok(name) if plain && !name.is_empty() => name,
        _ => "*",
    }
}

#[cfg(test)]
mod tests;
