//! The state file: everything that the sandbox keeps, between runs. It is written whole, beside the old one, and takes
//! its place when it is on the disk: there is always one complete file.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::sync::Notify;

use crate::server::Shared;
use crate::state::SandboxState;

const FORMAT: &str = "dintero-sandbox state";
const VERSION: u32 = 1;
/// How long changes are gathered before they are written.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u32,
    moved_ms: i64,
    state: &'a SandboxState,
}

/// What a state file holds: how far the clock was moved, and all objects.
#[derive(Debug, Deserialize)]
pub(crate) struct Saved {
    pub(crate) moved_ms: i64,
    #[serde(alias = "world")]
    pub(crate) state: SandboxState,
}

/// Where the state is kept, and whether the file is behind.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    behind: AtomicBool,
    changed: Notify,
    /// Held while a file is written, so that the newest is the last. Why the last try failed.
    failure: Mutex<Option<String>>,
}

impl StateFile {
    /// Reads the file, if there is one.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Option<Saved>)> {
        // The file behind a link is replaced, not the link.
        let path = match fs::canonicalize(path) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(named(path, error)),
        };
        let saved = match fs::read(&path) {
            Ok(bytes) => Some(read(&path, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&path, error)),
        };
        let state_file = Self {
            path,
            behind: AtomicBool::new(false),
            changed: Notify::new(),
            failure: Mutex::default(),
        };
        Ok((state_file, saved))
    }

    pub(crate) fn change(&self) {
        self.behind.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }

    /// Why the last save failed, if it did.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Writes the state if it has changed since it was written. After a failure it still counts as changed.
    pub(crate) fn save(&self, shared: &Shared) -> io::Result<()> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.behind.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let written = serde_json::to_vec(&Written {
            format: FORMAT,
            version: VERSION,
            moved_ms: shared.clock.moved_ms(),
            state: &shared.state(),
        });
        let done = written
            .map_err(io::Error::from)
            .and_then(|bytes| write(&self.path, &bytes));
        let done = done.map_err(|error| named(&self.path, error));
        if done.is_err() {
            self.behind.store(true, Ordering::SeqCst);
        }
        *failure = done.as_ref().err().map(ToString::to_string);
        done
    }
}

/// Saves a while after each change, until it is aborted.
pub(crate) async fn save_changes(shared: Arc<Shared>) {
    let Some(state_file) = &shared.state_file else {
        return;
    };
    loop {
        state_file.changed.notified().await;
        tokio::time::sleep(PAUSE).await;
        let shared = Arc::clone(&shared);
        let save = move || {
            shared
                .state_file
                .as_ref()
                .map(|state_file| state_file.save(&shared))
        };
        // A failure is noted in `failure`, for the log's page; the next change tries again.
        let _ = tokio::task::spawn_blocking(save).await;
    }
}

fn read(path: &Path, bytes: &[u8]) -> io::Result<Saved> {
    let refused = |why: fmt::Arguments<'_>| {
        let text = format!(
            "{} {why}; it is left as it is: move it away to start anew",
            path.display()
        );
        Err(io::Error::new(io::ErrorKind::InvalidData, text))
    };
    match serde_json::from_slice::<Head>(bytes) {
        Ok(Head {
            format,
            version: VERSION,
        }) if format == FORMAT => {}
        Ok(head) if head.format == FORMAT => {
            return refused(format_args!(
                "has version {} of the state; this sandbox reads version {VERSION}",
                head.version
            ));
        }
        _ => {
            return refused(format_args!(
                "is not a state file of the sandbox, or is damaged"
            ));
        }
    }
    // The parser's own message may quote what is kept; its position may not.
    match serde_json::from_slice(bytes) {
        Ok(saved) => Ok(saved),
        Err(error) => refused(format_args!(
            "is damaged (line {}, column {})",
            error.line(),
            error.column()
        )),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Readable by its owner only, since it holds tokens and PINs.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
