//! The path of the first field of a response that could not be decoded, determined only after decoding has failed.
//!
//! Tracking the path while decoding would instantiate every deserializer a second time. Instead, the bytes are scanned up to the
//! position that serde_json reports.

use std::fmt::Write as _;

use serde_json::error::Category;

use crate::data::{Violation, string_end};

pub(crate) const EMPTY: &str = "the body is empty";

/// Returns the path of the field, and the reason. Both consist of names of fields and types, and hold no value.
pub(crate) fn mismatch(error: &serde_json::Error, body: &[u8]) -> Violation {
    if body.trim_ascii().is_empty() {
        return Violation::new("", EMPTY);
    }
    // What is not JSON has no fields that are known to be such.
    let path = match error.is_data() {
        true => paths_at(body, &[offset(body, error)], None).swap_remove(0),
        false => String::new(),
    };
    Violation::new(&path, reason(error))
}

/// Returns the part of serde's message that comes from the types. The rest may quote the response.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => return "the body ends too early".to_owned(),
        Category::Syntax => return "the body is not JSON".to_owned(),
        Category::Io | Category::Data => {}
    }
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let message = &message[..end];
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

/// Returns the byte offset of an error: of its 1-based line and its column, which counts the bytes read on it.
pub(crate) fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let mut start = 0;
    for _ in 1..error.line() {
        match body[start..].iter().position(|byte| *byte == b'\n') {
            Some(end) => start += end + 1,
            None => break,
        }
    }
    start.saturating_add(error.column()).min(body.len())
}

enum Frame<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

/// Returns the paths of the values that each of the `offsets` of a JSON text ends in or has just ended, in one pass. If `names` are
/// given, sorted by their offsets, all others show as `*`: the key of a map may be personal data.
pub(crate) fn paths_at(text: &[u8], offsets: &[usize], names: Option<&[usize]>) -> Vec<String> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|index| offsets[*index]);
    let mut order = order.into_iter().peekable();
    let mut paths = vec![String::new(); offsets.len()];
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut at = 0;
    loop {
        // The end of the string that begins here, or of the byte.
        let end = match text.get(at) {
            Some(b'"') => string_end(text, at) + 1,
            _ => at + 1,
        };
        while let Some(index) = order.next_if(|index| offsets[*index] < end || at >= text.len()) {
            paths[index] = path_of(&frames, text, offsets[index]);
        }
        let Some(byte) = text.get(at) else {
            return paths;
        };
        match byte {
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
                if let Some(Frame::Object(key @ None)) = frames.last_mut()
                    && end <= text.len()
                {
                    let known = names.is_none_or(|names| names.binary_search(&(at + 1)).is_ok());
                    *key = Some(if known { &text[at + 1..end - 1] } else { b"*" });
                }
            }
            _ => {}
        }
        at = end;
    }
}

fn path_of(frames: &[Frame<'_>], text: &[u8], offset: usize) -> String {
    // If a list itself does not match, reading stops after its bracket.
    let is_list = text[..offset.min(text.len())].ends_with(b"[");
    let mut path = String::new();
    for frame in &frames[..frames.len() - usize::from(is_list && !frames.is_empty())] {
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
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let starts_well = key.first().is_some_and(|byte| !byte.is_ascii_digit());
    match std::str::from_utf8(key) {
        Ok(name) if key.len() <= 64 && starts_well && key.iter().all(plain) => name,
        _ => "*",
    }
}

#[cfg(test)]
mod tests;
