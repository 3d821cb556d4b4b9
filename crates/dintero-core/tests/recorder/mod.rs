//! Writes down every span, field and event.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A span or an event, with the fields it had in the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub(crate) name: String,
    pub(crate) is_span: bool,
    pub(crate) fields: BTreeMap<String, String>,
}

impl Visit for Note {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        self.fields
            .insert(field.name().to_owned(), text.trim_matches('"').to_owned());
    }
}

#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Note>>>);

impl Recorder {
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn text(&self) -> String {
        self.notes().iter().fold(String::new(), |mut text, note| {
            let _ = writeln!(text, "{note:?}");
            text
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<Note>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let name = span.metadata().name().to_owned();
        let mut note = Note {
            name,
            is_span: true,
            ..Note::default()
        };
        span.record(&mut note);
        self.with(|notes| {
            notes.push(note);
            Id::from_u64(notes.len() as u64)
        })
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let place = usize::try_from(span.into_u64() - 1).expect("small");
        self.with(|notes| values.record(&mut notes[place]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut note = Note::default();
        event.record(&mut note);
        note.name = note.fields.remove("message").unwrap_or_default();
        self.with(|notes| notes.push(note));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
