//! The parts of a response that do not fit their types.

use std::fmt;

use super::Violation;
use super::violations::join;
use crate::DriftKind;
use crate::error::{offset, paths_at, reason};

/// A field of a response that does not fit its type: the object that it belongs to has it among its unknown fields, as it was
/// received, and serializes it again. Holds names of fields and types, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetAside {
    /// The path of the field that was set aside, such as `events[1].items`.
    pub path: String,
    /// The path of the value that does not fit: the field itself, or a part of it, such as `events[1].items[0].amount`.
    pub place: String,
    /// What the type expects there, such as `i64`.
    pub expected: String,
    /// The kind of JSON value that was found there, such as `a string`, or `nothing` where a required field is missing.
    pub found: &'static str,
}

impl SetAside {
    /// The same field in an object that has the value as a field of this name.
    #[doc(hidden)]
    pub fn within(mut self, name: &str) -> Self {
        for path in [&mut self.path, &mut self.place] {
            *path = join(name, path);
        }
        self
    }
}

impl fmt::Display for SetAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` was set aside: expected ", self.path)?;
        write!(
            f,
            "{} at `{}`, found {}",
            self.expected, self.place, self.found
        )
    }
}

/// A value that does not fit, by its offsets in the body.
pub(super) struct Misfit {
    name: String,
    at: usize,
    stopped: usize,
    missing: Option<String>,
    reason: String,
    found: &'static str,
}

impl Misfit {
    /// Describes the error of a field whose text begins at the offset `at`. If a required field is missing because it was itself
    /// among the `inner` misfits, that one is the reason.
    pub(super) fn new(
        name: &str,
        at: usize,
        text: &str,
        error: &serde_json::Error,
        inner: Vec<Self>,
    ) -> Self {
        let name = name.to_owned();
        let reason = reason(error);
        let missing = reason
            .strip_prefix("missing field ")
            .map(|name| name.trim_matches('`').to_owned());
        let is_reason = |inner: &Self| missing.as_ref() == Some(&inner.name);
        if let Some(reason) = inner.into_iter().rfind(is_reason) {
            return Self { name, at, ..reason };
        }
        let stopped = offset(text.as_bytes(), error);
        Self {
            name,
            at,
            stopped: at + stopped,
            found: match missing {
                Some(_) => "nothing",
                None => found(text, error),
            },
            missing,
            reason,
        }
    }

    pub(super) fn whole(name: &str, at: usize, text: &str, expected: &str) -> Self {
        Self {
            name: name.to_owned(),
            at,
            stopped: at,
            missing: None,
            reason: format!("expected {expected}"),
            found: kind_of(text),
        }
    }

    pub(super) fn offsets(&self) -> [usize; 2] {
        [self.at, self.stopped]
    }

    pub(super) fn resolve(self, path: String, place: String) -> SetAside {
        let reason = self.reason.replacen("expected ", "", 1);
        SetAside {
            path,
            place: join(&place, self.missing.as_deref().unwrap_or_default()),
            expected: reason.replacen("missing field", "the field", 1),
            found: self.found,
        }
    }

    pub(super) fn into_error(self, body: &str, names: &[usize]) -> Violation {
        let paths = paths_at(body.as_bytes(), &[self.stopped], Some(names));
        Violation::new(&paths[0], self.reason)
    }
}

fn found(text: &str, error: &serde_json::Error) -> &'static str {
    let message = error.to_string();
    let Some(named) = message.strip_prefix("invalid type: ") else {
        return kind_of(text);
    };
    match named.split([' ', ',']).next() {
        Some("string") => "a string",
        Some("null") => "null",
        Some("boolean") => "a boolean",
        Some("sequence") => "a list",
        Some("map") => "an object",
        _ => "a number",
    }
}

fn kind_of(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Something that the types do not know.
#[doc(hidden)]
pub struct Finding {
    pub(crate) kind: DriftKind,
    pub(crate) path: String,
    pub(crate) value: Option<String>,
    pub(super) at: usize,
}
