//! The state file, which keeps the state between runs. It is written whole, beside the old one, and takes its place
//! when it is on the disk: there is always one complete file.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::shared::lock;
use crate::state::SandboxState;

const FORMAT: &str = "dintero-sandbox state";
const VERSION: u32 = 3;

/// What a state file holds: how far the clock was moved, and all objects.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved<S = SandboxState> {
    format: String,
    version: u32,
    pub(crate) moved_ms: i64,
    pub(crate) state: S,
}

/// Where the state is kept, and whether the file is behind.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    behind: AtomicBool,
    pub(crate) changed: Notify,
    /// Why the last save failed. Locked while a file is written, so that the newest is the last.
    save_error: Mutex<Option<String>>,
}

impl StateFile {
    /// Reads the file, if there is one.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Option<Saved>)> {
        // The file behind a link is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let saved = match fs::read(&path) {
            Ok(bytes) => Some(read(&path, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&path, error)),
        };
        let state_file = Self {
            path,
            behind: AtomicBool::new(false),
            changed: Notify::new(),
            save_error: Mutex::default(),
        };
        Ok((state_file, saved))
    }

    pub(crate) fn mark_changed(&self) {
        self.behind.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }

    pub(crate) fn save_error(&self) -> Option<String> {
        lock(&self.save_error).clone()
    }

    /// Writes the state if it has changed since it was written. After a failure it still counts as changed.
    pub(crate) fn save<'a>(
        &self,
        clock: &Clock,
        state: impl FnOnce() -> MutexGuard<'a, SandboxState>,
    ) -> io::Result<()> {
        let mut save_error = lock(&self.save_error);
        if !self.behind.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let bytes = serde_json::to_vec(&Saved {
            format: FORMAT.to_owned(),
            version: VERSION,
            moved_ms: clock.moved_ms(),
            state: &*state(),
        });
        let done = bytes.map_err(io::Error::from);
        let done = done.and_then(|bytes| write(&self.path, &bytes));
        let done = done.map_err(|error| named(&self.path, error));
        if done.is_err() {
            self.behind.store(true, Ordering::SeqCst);
        }
        *save_error = done.as_ref().err().map(ToString::to_string);
        done
    }
}

fn read(path: &Path, bytes: &[u8]) -> io::Result<Saved> {
    let head = serde_json::from_slice::<Saved<IgnoredAny>>(bytes).ok();
    let reason = match head.filter(|head| head.format == FORMAT) {
        None => "is not a state file of the sandbox, or is damaged".to_owned(),
        Some(Saved { version, .. }) if version != VERSION => {
            format!("has version {version} of the state; this sandbox reads version {VERSION}")
        }
        Some(_) => match serde_json::from_slice(bytes) {
            Ok(saved) => return Ok(saved),
            // The parser's own message may quote what is kept; its position may not.
            Err(e) => format!("is damaged (line {}, column {})", e.line(), e.column()),
        },
    };
    let path = path.display();
    let text = format!("{path} {reason}; it is left as it is: move it away to start anew");
    Err(io::Error::new(io::ErrorKind::InvalidData, text))
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
