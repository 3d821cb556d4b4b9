//! What responses have that the public documents do not know, told once.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex};

use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::data::{Read, read, read_watched};
use crate::{Operation, lock};

/// Something in a response that the documents of this version do not know. Holds names and paths, and no value but an enum value that
/// looks like one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Drift {
    /// The upstream operationId, or `raw` for a call without one.
    pub operation: &'static str,
    /// The kind.
    pub kind: DriftKind,
    /// The path in the response, such as `events[].new_field`; empty for a status.
    pub path: String,
    /// The status, or the value of an enum if it consists of at most 64 letters, digits and `_.:-`.
    pub value: Option<String>,
}

/// The kind of a [`Drift`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// A field.
    Field,
    /// A value of an enum.
    Value,
    /// A field that does not fit its type and was set aside.
    SetAside,
    /// A status of a response.
    Status,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, path) = (self.operation, &self.path);
        match self.kind {
            DriftKind::Field => write!(f, "the field `{path}` is not documented")?,
            DriftKind::Value => write!(f, "a value of `{path}` is not documented")?,
            DriftKind::SetAside => write!(f, "the field `{path}` does not fit its type")?,
            DriftKind::Status => f.write_str("a status is not documented")?,
        }
        if let Some(value) = &self.value {
            write!(f, ": {value}")?;
        }
        write!(f, " ({operation})")
    }
}

const MAX_REMEMBERED: usize = 10_000;

/// What a listener was told already, as hashes.
type Told = Mutex<HashSet<u64>>;

/// Remembers the hashes. Returns `true` if one of them is new.
fn remember_all(told: &Told, hashes: &[u64]) -> bool {
    let mut told = lock(told);
    hashes.iter().fold(false, |new, hash| {
        new | (told.len() < MAX_REMEMBERED && told.insert(*hash))
    })
}

pub(crate) type Callback = dyn Fn(&Drift) + Send + Sync;

/// The listeners of a client: its callback, and the subscriber of `tracing` with the target `dintero::drift`.
#[derive(Default)]
pub(crate) struct Drifts {
    callback: Option<(Arc<Callback>, Told)>,
}

/// What was told by `tracing`, to one subscriber for the whole process.
static TRACED: LazyLock<Told> = LazyLock::new(Told::default);

#[cfg(feature = "tracing")]
fn is_traced() -> bool {
    tracing::enabled!(target: "dintero::drift", tracing::Level::INFO)
}

#[cfg(not(feature = "tracing"))]
fn is_traced() -> bool {
    false
}

pub(crate) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Drifts {
    pub(crate) fn new(callback: Option<Arc<Callback>>) -> Self {
        let callback = callback.map(|callback| (callback, Told::default()));
        Self { callback }
    }

    /// Deserializes a body, and tells what the documents do not know of it. Without a listener this is only [`read`].
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        operation: Option<&'static Operation>,
        body: &[u8],
    ) -> Read<T> {
        if self.callback.is_none() && !is_traced() {
            return read(body);
        }
        let name = operation.map_or("raw", Operation::id);
        let (result, findings) = read_watched(body, &mut |names| self.is_new(name, names));
        let set_aside = result.as_ref().map_or(&[][..], |(_, set_aside)| set_aside);
        for finding in findings {
            self.tell(name, finding.kind, &finding.path, finding.value);
        }
        for one in set_aside {
            self.tell(name, DriftKind::SetAside, &one.path, None);
        }
        result
    }

    /// Whether a listener was not told of one of these names yet, given as hashes.
    fn is_new(&self, operation: &str, names: &mut [u64]) -> bool {
        for name in &mut *names {
            *name = hash_of((operation, *name));
        }
        let callback = self.callback.iter().map(|(_, told)| told);
        let memories = callback.chain(is_traced().then_some(&*TRACED));
        memories.fold(false, |new, told| remember_all(told, names) | new)
    }

    pub(crate) fn status(&self, operation: Option<&'static Operation>, status: StatusCode) {
        if let Some(operation) = operation
            && !operation.statuses().contains(&status.as_u16())
        {
            let value = Some(status.as_str().to_owned());
            self.tell(operation.id(), DriftKind::Status, "", value);
        }
    }

    fn tell(&self, operation: &'static str, kind: DriftKind, path: &str, value: Option<String>) {
        let path = without_indices(path);
        let drift = Drift {
            operation,
            kind,
            path,
            value,
        };
        let hash = hash_of(&drift);
        if let Some((callback, told)) = &self.callback
            && remember_all(told, &[hash])
        {
            callback(&drift);
        }
        #[cfg(feature = "tracing")]
        if is_traced() && remember_all(&TRACED, &[hash]) {
            tracing::info!(
                target: "dintero::drift",
                kind = ?drift.kind,
                operation = drift.operation,
                path = drift.path,
                value = drift.value,
                "not documented"
            );
        }
    }
}

/// `events[3].amount` as `events[].amount`.
fn without_indices(path: &str) -> String {
    let mut parts = path.split('[');
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        without.push('[');
        without.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    without
}
