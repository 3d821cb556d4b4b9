//! The second reading of a body whose first reading failed: a field that does not fit is set aside in its object.
//!
//! Objects read each of their fields by [`read`](super::private::read). In a lenient reading that function takes the text of
//! the field first, so that an error in it ends there: the text moves to the unknown fields of the object, under its own name. Only
//! a required field that is now missing is an error of the object, and so of the field that holds it. One pass finds
//! everything; the deserializers are those of the usual reading.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use serde::de::{self, Deserialize, Visitor};
use serde_json::de::StrRead;

use super::decode::whole;
use super::raw::{Raw, without_position};
use super::set_aside::{Finding, Misfit, SetAside};
use super::unknown_fields::ELEMENT;
use super::{UnknownFields, Violation};
use crate::DriftKind;
use crate::drift::hash_of;
use crate::error::paths_at;

pub(super) type Deserializer<'a> = serde_json::Deserializer<StrRead<'a>>;

/// What a text is parsed into.
pub(super) trait Parse {
    fn parse(&mut self, input: &mut Deserializer<'_>) -> serde_json::Result<()>;
}

/// The limit of what is listed; what does not fit is kept in any case.
const MAX_MISFITS: usize = 1_000;

const MAX_FINDINGS: usize = 200;

/// Objects nested deeper than this are set aside, so that no body can exhaust the stack.
const MAX_DEPTH: u32 = 64;

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Usual) };
    /// Whether a usual reading found a value that fits none of the variants that it may be.
    pub(super) static DOUBT: Cell<bool> = const { Cell::new(false) };
    static NAMES: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    static READING: RefCell<Reading> = RefCell::default();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Usual,
    /// A usual reading that collects the names of what the types do not know.
    Watched,
    Lenient,
    /// Within a lenient reading, nothing is set aside.
    Exact,
}

#[derive(Default)]
struct Reading {
    /// The address of the body and its length.
    body: (usize, usize),
    /// The offset in the body of the field that is being read.
    at: usize,
    depth: u32,
    is_object: bool,
    /// Whether elements that are no objects are kept as such.
    keeps_elements: bool,
    misfits: Vec<Misfit>,
    findings: Vec<Finding>,
    /// The offsets of the names that are known to be of fields. Other names may be personal data.
    names: Vec<usize>,
}

impl Reading {
    fn push(&mut self, misfit: Misfit) {
        if self.misfits.len() < MAX_MISFITS {
            self.misfits.push(misfit);
        }
    }

    fn found(&self) -> [usize; 2] {
        [self.misfits.len(), self.findings.len()]
    }

    fn forget(&mut self, [misfits, findings]: [usize; 2]) {
        self.misfits.truncate(misfits);
        self.findings.truncate(findings);
    }

    fn resolve(mut self, body: &str) -> (Vec<SetAside>, Vec<Finding>) {
        let misfits = self.misfits.iter().flat_map(Misfit::offsets);
        let findings = self.findings.iter().map(|finding| finding.at);
        let offsets: Vec<usize> = misfits.chain(findings).collect();
        let mut paths = paths_at(body.as_bytes(), &offsets, Some(&self.names)).into_iter();
        let mut next = || paths.next().unwrap_or_default();
        let misfits = self.misfits.into_iter();
        let set_aside = misfits
            .map(|misfit| misfit.resolve(next(), next()))
            .collect();
        for finding in &mut self.findings {
            finding.path = next();
        }
        (set_aside, self.findings)
    }

    /// The offset of a part of the body; a text that is no part of it has the offset of the field that is being read.
    fn offset(&self, text: &str) -> usize {
        let (start, length) = self.body;
        let offset = (text.as_ptr() as usize).wrapping_sub(start);
        if offset <= length { offset } else { self.at }
    }
}

pub(super) fn is_on() -> bool {
    matches!(MODE.get(), Mode::Lenient | Mode::Exact)
}

pub(super) fn sets_aside() -> bool {
    MODE.get() == Mode::Lenient
}

pub(super) fn note(name: &str) {
    if is_on() {
        READING.with_borrow_mut(|reading| reading.names.push(reading.offset(name)));
    }
}

/// A value of a thread for as long as this lives, then the value before.
pub(super) struct Within<T: Copy + 'static>(&'static LocalKey<Cell<T>>, T);

impl<T: Copy> Within<T> {
    pub(super) fn new(cell: &'static LocalKey<Cell<T>>, value: T) -> Self {
        Self(cell, cell.replace(value))
    }
}

impl<T: Copy> Drop for Within<T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// Reads `body` leniently.
///
/// Elements of the list that the body is, or that it has in one of its fields, are kept in any case if nothing else helps.
pub(super) fn run(
    body: &str,
    place: &mut dyn Parse,
) -> Result<(Vec<SetAside>, Vec<Finding>), Violation> {
    let _within = Within::new(&MODE, Mode::Lenient);
    let mut run = |keeps_elements| {
        let outer = READING.replace(Reading {
            body: (body.as_ptr() as usize, body.len()),
            is_object: body.trim_start().starts_with('{'),
            keeps_elements,
            ..Reading::default()
        });
        let result = attempt("", body, place);
        let mut reading = READING.replace(outer);
        reading.names.sort_unstable();
        match result {
            Ok(()) => Ok(reading.resolve(body)),
            Err(misfit) => Err(misfit.into_error(body, &reading.names)),
        }
    };
    run(false).or_else(|error| run(true).map_err(|_| error))
}

/// Deserializes an object. An element of a list that is no object may become one whose only field is the element.
pub(super) fn object<'de, D: de::Deserializer<'de>, T>(
    deserializer: D,
    visitor: impl for<'a> Visitor<'a, Value = T>,
) -> Result<T, D::Error> {
    if !keeps_elements() {
        return deserializer.deserialize_map(visitor);
    }
    let Raw(text) = Raw::deserialize(deserializer)?;
    let object = as_object(&text);
    let mut deserializer = serde_json::Deserializer::from_str(&object);
    de::Deserializer::deserialize_map(&mut deserializer, visitor).map_err(without_position)
}

fn keeps_elements() -> bool {
    is_on() && READING.with_borrow(|reading| reading.keeps_elements)
}

/// Returns the text of an object, or of one that holds an element of a list.
fn as_object(text: &str) -> Cow<'_, str> {
    let is_kept = !text.starts_with('{')
        && READING.with_borrow_mut(|reading| {
            let at = reading.offset(text);
            // Within a field of an element, the nearest field can be set aside.
            let most = 1 + u32::from(reading.is_object);
            let is_element = reading.depth <= most && at != reading.at;
            if is_element {
                reading.push(Misfit::whole("", at + 1, text, "an object"));
            }
            is_element
        });
    match is_kept {
        true => format!("{{\"{ELEMENT}\":{text}}}").into(),
        false => text.into(),
    }
}

/// Tries a variant of a union: exactly, or in a lenient reading leniently. Of one that does not fit, all that was found is forgotten.
pub(super) fn attempt_variant<T>(
    exact: bool,
    parse: impl FnOnce() -> serde_json::Result<T>,
) -> Option<T> {
    let mode = MODE.get();
    if mode != Mode::Lenient {
        return exact.then(parse)?.ok();
    }
    let before = READING.with_borrow(Reading::found);
    let _within = Within::new(&MODE, if exact { Mode::Exact } else { mode });
    let read = parse();
    if read.is_err() {
        READING.with_borrow_mut(|reading| reading.forget(before));
    }
    read.ok()
}

/// Runs a usual reading and returns hashes of the names that the types do not know, each once.
pub(super) fn watch<T>(read: impl FnOnce() -> T) -> (T, Vec<u64>) {
    let _within = Within::new(&MODE, Mode::Watched);
    NAMES.take();
    (read(), NAMES.take())
}

/// Takes note of something that `within`, a type, does not know. `text` is its place in the body, or is elsewhere.
pub(super) fn found(kind: DriftKind, within: &'static str, name: &str, text: &str) {
    match MODE.get() {
        Mode::Usual => {}
        Mode::Watched => NAMES.with_borrow_mut(|names| {
            let hash = hash_of((within, name));
            if names.len() < MAX_FINDINGS && !names.contains(&hash) {
                names.push(hash);
            }
        }),
        Mode::Lenient | Mode::Exact => READING.with_borrow_mut(|reading| {
            if reading.findings.len() < MAX_FINDINGS && name != ELEMENT {
                let plain = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
                let is_value = kind == DriftKind::Value && (1..=64).contains(&name.len());
                reading.findings.push(Finding {
                    kind,
                    path: String::new(),
                    value: (is_value && name.chars().all(plain)).then(|| name.to_owned()),
                    at: reading.offset(text),
                });
            }
        }),
    }
}

/// Reads the text of a field: into its place, or into the unknown fields.
pub(super) fn read(
    name: &str,
    text: &str,
    unknown_fields: &mut UnknownFields,
    place: &mut dyn Parse,
) {
    match attempt(name, text, place) {
        Ok(()) if unknown_fields.is_empty() => {}
        // The last one of several fields of the same name counts.
        Ok(()) => unknown_fields.remove(name),
        Err(misfit) => {
            READING.with_borrow_mut(|reading| reading.push(misfit));
            unknown_fields.insert_received(name, text);
        }
    }
}

/// Parses the text of one field. Of a field that does not fit, what was set aside inside of it is forgotten.
fn attempt(name: &str, text: &str, place: &mut dyn Parse) -> Result<(), Misfit> {
    let (outer, before, depth) = READING.with_borrow_mut(|reading| {
        let outer = reading.at;
        reading.at = reading.offset(text);
        reading.depth += 1;
        (outer, reading.found(), reading.depth)
    });
    let result = if depth > MAX_DEPTH {
        Err(None)
    } else {
        let mut input = serde_json::Deserializer::from_str(text);
        place.parse(&mut input).map_err(Some)
    };
    let result = match result {
        Err(Some(error)) if !is_missing_field(&error) => {
            let again = whole(text).and_then(|text| {
                READING.with_borrow_mut(|reading| reading.forget(before));
                let mut input = serde_json::Deserializer::from_str(&text);
                place.parse(&mut input).ok()
            });
            again.ok_or(Some(error))
        }
        other => other,
    };
    READING.with_borrow_mut(|reading| {
        let at = std::mem::replace(&mut reading.at, outer);
        reading.depth -= 1;
        result.map_err(|error| {
            let inner = reading.misfits.split_off(before[0]);
            match error {
                Some(error) => Misfit::new(name, at, text, &error, inner),
                None => Misfit::whole(name, at, text, "fewer levels of objects"),
            }
        })
    })
}

fn is_missing_field(error: &serde_json::Error) -> bool {
    error.is_data() && error.to_string().starts_with("missing field")
}
