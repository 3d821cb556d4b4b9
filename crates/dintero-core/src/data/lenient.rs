//! The second reading of a body whose first reading failed: a field that does not fit is set aside in its object.
//!
//! Objects read each of their fields by [`read`](super::private::read). In a lenient reading that function takes the text of
//! the field first, so that an error in it ends there: the text moves to the unknown fields of the object, under its own name. Only
//! a required field that is now missing is an error of the object, and so of the field that holds it. One pass finds
//! everything; the deserializers are those of the usual reading.

use std::cell::{Cell, RefCell};

use serde::de::MapAccess;
use serde_json::de::StrRead;

use super::UnknownFields;
use super::decode::whole;
use super::raw::Raw;
use super::set_aside::Misfit;

pub(super) type Deserializer<'a> = serde_json::Deserializer<StrRead<'a>>;

/// The limit of what is listed; what does not fit is kept in any case.
const MAX_MISFITS: usize = 1_000;

/// Objects nested deeper than this are set aside, so that no body can exhaust the stack.
const MAX_DEPTH: u32 = 64;

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Usual) };
    static READING: RefCell<Reading> = const { RefCell::new(Reading::EMPTY) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Usual,
    Lenient,
}

/// What a lenient reading has found so far.
struct Reading {
    /// The address of the body and its length.
    body: (usize, usize),
    /// The offset in the body of the field that is being read.
    at: usize,
    depth: u32,
    misfits: Vec<Misfit>,
}

impl Reading {
    const EMPTY: Self = Self {
        body: (0, 0),
        at: 0,
        depth: 0,
        misfits: Vec::new(),
    };

    /// The offset of a part of the body; a text that is no part of it has the offset of the field that is being read.
    fn offset(&self, text: &str) -> usize {
        let (start, length) = self.body;
        let offset = (text.as_ptr() as usize).wrapping_sub(start);
        if offset <= length { offset } else { self.at }
    }
}

pub(super) fn is_on() -> bool {
    MODE.get() == Mode::Lenient
}

/// Reads `body` leniently and returns the fields that were set aside, or the misfit that leaves nothing to return.
pub(super) fn run(
    body: &str,
    parse: &mut dyn FnMut(&mut Deserializer<'_>) -> serde_json::Result<()>,
) -> Result<Vec<Misfit>, Misfit> {
    struct Restore(Mode, Option<Reading>);
    impl Drop for Restore {
        fn drop(&mut self) {
            MODE.set(self.0);
            self.1.take().map(|reading| READING.replace(reading));
        }
    }
    let reading = Reading {
        body: (body.as_ptr() as usize, body.len()),
        ..Reading::EMPTY
    };
    let _restore = Restore(MODE.replace(Mode::Lenient), Some(READING.replace(reading)));
    let result = attempt("", body, parse);
    let misfits = READING.with_borrow_mut(|reading| std::mem::take(&mut reading.misfits));
    result.map(|()| misfits)
}

/// Reads the next field: into its place by `parse`, or into the unknown fields.
pub(super) fn read<'de, A: MapAccess<'de>>(
    input: &mut A,
    name: &str,
    unknown_fields: &mut UnknownFields,
    parse: &mut dyn FnMut(&mut Deserializer<'_>) -> serde_json::Result<()>,
) -> Result<(), A::Error> {
    let text: Raw<'de> = input.next_value()?;
    read_text(name, &text.0, unknown_fields, parse);
    Ok(())
}

fn read_text(
    name: &str,
    text: &str,
    unknown_fields: &mut UnknownFields,
    parse: &mut dyn FnMut(&mut Deserializer<'_>) -> serde_json::Result<()>,
) {
    match attempt(name, text, parse) {
        Ok(()) if unknown_fields.is_empty() => {}
        // The last one of several fields of the same name counts.
        Ok(()) => unknown_fields.remove(name),
        Err(misfit) => {
            READING.with_borrow_mut(|reading| {
                if reading.misfits.len() < MAX_MISFITS {
                    reading.misfits.push(misfit);
                }
            });
            unknown_fields.insert_received(name, text);
        }
    }
}

/// Parses the text of one field. Of a field that does not fit, what was set aside inside of it is forgotten.
fn attempt(
    name: &str,
    text: &str,
    parse: &mut dyn FnMut(&mut Deserializer<'_>) -> serde_json::Result<()>,
) -> Result<(), Misfit> {
    let (outer, before, depth) = READING.with_borrow_mut(|reading| {
        let outer = reading.at;
        reading.at = reading.offset(text);
        reading.depth += 1;
        (outer, reading.misfits.len(), reading.depth)
    });
    let result = if depth > MAX_DEPTH {
        Err(None)
    } else {
        parse(&mut serde_json::Deserializer::from_str(text)).map_err(Some)
    };
    let result = match result {
        Err(Some(error)) if !is_missing_field(&error) => {
            let again = whole(text).and_then(|text| {
                forget(before);
                parse(&mut serde_json::Deserializer::from_str(&text)).ok()
            });
            again.ok_or(Some(error))
        }
        other => other,
    };
    READING.with_borrow_mut(|reading| {
        let at = std::mem::replace(&mut reading.at, outer);
        reading.depth -= 1;
        result.map_err(|error| {
            let inner = reading.misfits.split_off(before);
            match error {
                Some(error) => Misfit::new(name, at, text, &error, inner),
                None => Misfit::too_deep(name, at, text),
            }
        })
    })
}

/// Returns the number of misfits that were found so far.
pub(super) fn misfits() -> usize {
    READING.with_borrow(|reading| reading.misfits.len())
}

/// Forgets all misfits but the first ones.
pub(super) fn forget(all_but: usize) {
    READING.with_borrow_mut(|reading| reading.misfits.truncate(all_but));
}

fn is_missing_field(error: &serde_json::Error) -> bool {
    error.is_data() && error.to_string().starts_with("missing field")
}
