//! Where in a response the first field is that does not fit, found only after decoding has failed.
//!
//! Tracking the path while decoding would instantiate every deserializer a second time; this walks the bytes instead, up to
//! the place serde_json names.

use std::fmt::Write as _;

use serde_json::error::Category;

/// Path and reason of a failed decoding. Holds names of fields and types, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeFault {
    path: Option<String>,
    reason: String,
}

impl DecodeFault {
    /// The body is empty where one is needed.
    pub(crate) fn empty() -> Self {
        Self {
            path: None,
            reason: "the body is empty".to_owned(),
        }
    }

    /// A field of an answer that is read by hand is missing or of another type.
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

/// The part of serde's message that comes from our types. The rest may quote the response.
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
        _ => "the value does not fit".to_owned(),
    }
}

/// Byte offset of a 1-based line and a column that counts the bytes read on it.
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

/// The path of the value that `read` ends in or has just ended. `read` is a part of a JSON text from its start.
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
    // Where a list itself is what does not fit, reading stops behind its bracket.
    if read.ends_with(b"[") {
        frames.pop();
    }
    render(&frames)
}

/// Index of the closing quote, or the length when there is none.
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

/// A key that looks like a field's name; keys of maps can be anything, even personal data, and show as `*`. A key that begins
/// with a digit is no field's name, but may be somebody's number.
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
mod tests {
    use serde::Deserialize;

    use super::{DecodeFault, path_at};

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Transaction {
        id: String,
        amount: i64,
        #[serde(default)]
        events: Vec<Event>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Event {
        amount: i64,
        metadata: Option<std::collections::BTreeMap<String, Vec<u8>>>,
    }

    #[test]
    fn a_list_that_does_not_fit_is_named_itself() {
        for body in [
            r#"{"id":"","amount":0,"events":[{"amount":[1]}]}"#,
            r#"{"id":"","amount":0,"events":[{"amount":{"a":1}}]}"#,
            r#"{"id":"","amount":0,"events":[{"amount": []}]}"#,
        ] {
            assert_eq!(fault(body).0, "events[0].amount", "{body}");
        }
        assert_eq!(fault(r#"{"events":[[]],"id":""}"#).0, "events[0]");
    }

    fn fault(body: &str) -> (String, String) {
        let error = serde_json::from_str::<Transaction>(body).expect_err("does not fit");
        let fault = DecodeFault::new(&error, body.as_bytes());
        (
            fault.path().unwrap_or_default().to_owned(),
            fault.reason().to_owned(),
        )
    }

    #[test]
    fn the_path_leads_to_the_field_that_does_not_fit() {
        let cases = [
            (r#"{"id":"a","amount":"12"}"#, "amount", "expected i64"),
            (r#"{"id":"a","amount":{}}"#, "amount", "expected i64"),
            (
                "{\n \"id\": \"a, [}\\\"\",\n \"amount\": 1,\n \"events\": [ {\"amount\":1},\n {\"amount\": true} ] }",
                "events[1].amount",
                "expected i64",
            ),
            (
                r#"{"id":"a","amount":1,"events":[{"amount":1},{"metadata":null}]}"#,
                "events[1]",
                "missing field `amount`",
            ),
            (
                r#"{"id":"a","amount":1,"events":[7]}"#,
                "events[0]",
                "expected struct Event",
            ),
            (r#"{"id":"a"}"#, "", "missing field `amount`"),
            (
                r#"{"id":"a","amount":1,"events":[{"amount":1,"metadata":{"Kari Nordmann":["x"]}}]}"#,
                "events[0].metadata.*[0]",
                "expected u8",
            ),
            (
                r#"{"id":"a","amount":1,"events":[{"amount":1,"metadata":{"4740230256":["x"]}}]}"#,
                "events[0].metadata.*[0]",
                "expected u8",
            ),
        ];
        for (body, path, reason) in cases {
            assert_eq!(fault(body), (path.to_owned(), reason.to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_says_so() {
        assert_eq!(fault("<html>").1, "the body is not JSON");
        assert_eq!(fault(r#"{"id":"a","amo"#).1, "the body ends too early");
        assert_eq!(fault("  ").1, "the body is empty");
        assert_eq!(
            fault(&"[".repeat(1000)).1,
            "expected i64".replace("i64", "a string")
        );
    }

    #[test]
    fn a_reason_never_quotes_a_value() {
        let (_, reason) = fault(r#"{"id":"a","amount":"4111111111111111, expected i64"}"#);
        assert_eq!(reason, "expected i64");
    }

    #[test]
    fn any_bytes_give_a_path() {
        for length in 0..64_usize {
            let bytes: Vec<u8> = (0..length)
                .map(|n| b"{}[]\",:\\a\xff"[(n * 7 + length) % 10])
                .collect();
            assert!(path_at(&bytes).len() < 1000);
        }
    }
}
