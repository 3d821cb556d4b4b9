//! The state file, which keeps the state between runs: a line for what the file is, then a line of JSON with its checksum
//! for each change. Changes are queued as whole lines while the state is locked, and written outside of that lock, those of
//! several requests at once; so whatever ends the sandbox leaves whole lines and at most one that is cut short. The file
//! is rewritten at the start, and when it has grown to a multiple of what it holds.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use crate::clock::Clock;
use crate::shared::lock;
use crate::state::SandboxState;
use crate::state::journal::Batch;

const HEAD: &str = "dintero-sandbox state";
const VERSION: u32 = 6;
/// By how much the file may outgrow twice its size after it was rewritten.
const GROWTH: usize = 64 << 20;
/// The largest file that is read, in bytes.
const LARGEST: u64 = 2 << 30;

#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Locked as long as the sandbox runs. The file itself is replaced when it is rewritten.
    lock: File,
    /// Locked briefly, with the state locked.
    queue: Mutex<Queue>,
    /// Locked while the file is written. The order of locks is state, log, queue.
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Whole lines, in the order of the changes.
    lines: Vec<u8>,
    /// Whether the next change writes everything: the last write failed, or the file has grown.
    needs_all: bool,
}

#[derive(Debug, Default)]
struct Log {
    /// `None` if the last write failed, and once the sandbox has ended.
    file: Option<File>,
    len: usize,
    rewritten_len: usize,
    /// What is being written; empty in between.
    lines: Vec<u8>,
    is_closed: bool,
    error: Option<String>,
}

impl StateFile {
    /// Goes on from the file, if there is one; then writes it anew.
    pub(crate) fn open(path: &Path, clock: &Clock, state: &mut SandboxState) -> io::Result<Self> {
        // The file behind a link is replaced, not the link.
        let path = fs::canonicalize(path).or_else(|_| std::path::absolute(path))?;
        let mut beside = path.clone().into_os_string();
        beside.push(".lock");
        let mut options = OpenOptions::new();
        let lock = options.create(true).append(true).open(&beside);
        let lock = lock.map_err(|error| named(&path, error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let text = format!("{} is in use by another sandbox", path.display());
                io::Error::new(io::ErrorKind::WouldBlock, text)
            }
            TryLockError::Error(error) => named(&path, error),
        })?;
        let batches = match fs::metadata(&path) {
            Ok(file) if file.len() > LARGEST => Err(format!("is larger than {LARGEST} bytes")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            _ => read_all(&fs::read(&path).map_err(|error| named(&path, error))?),
        };
        let impossible = || "is damaged: its content is impossible".to_owned();
        let moved_ms = batches.and_then(|batches| state.read(batches).ok_or_else(impossible));
        clock.move_to(moved_ms.map_err(|reason| damaged(&path, &reason))?);
        let state_file = Self {
            path,
            lock,
            queue: Mutex::default(),
            log: Mutex::default(),
        };
        state_file.rewrite(state, clock.moved_ms())?;
        Ok(state_file)
    }

    pub(crate) fn save_error(&self) -> Option<String> {
        lock(&self.log).error.clone()
    }

    pub(crate) fn close(&self) {
        let mut log = lock(&self.log);
        (log.file, log.is_closed) = (None, true);
        let _ = self.lock.unlock();
    }

    /// Queues what has changed; writes everything if that is not in the file yet.
    pub(crate) fn queue(&self, state: &mut SandboxState, moved_ms: i64) -> io::Result<()> {
        let mut queue = lock(&self.queue);
        if !queue.needs_all {
            let pushed = push(state, moved_ms, false, &mut queue.lines);
            queue.needs_all = pushed.is_err();
            return pushed;
        }
        drop(queue);
        self.rewrite(state, moved_ms)
    }

    pub(crate) fn has_queued(&self) -> bool {
        !lock(&self.queue).lines.is_empty()
    }

    /// Writes what is queued. Also waits for another thread that is writing it.
    pub(crate) fn flush(&self) -> io::Result<()> {
        let mut log = lock(&self.log);
        let Some(mut file) = log.file.take() else {
            return Ok(());
        };
        std::mem::swap(&mut log.lines, &mut lock(&self.queue).lines);
        if !log.lines.is_empty() {
            let written = file.write_all(&log.lines);
            log.len += log.lines.len();
            log.lines.clear();
            let has_room = log.len <= GROWTH + 2 * log.rewritten_len;
            lock(&self.queue).needs_all |= written.is_err() || !has_room;
            log.noted(&self.path, written)?;
        }
        log.file = Some(file);
        Ok(())
    }

    /// Writes what has changed, and everything if the file is not where it was, and brings it to the disk.
    pub(crate) fn save(&self, state: &mut SandboxState, moved_ms: i64) -> io::Result<()> {
        if !self.path.exists() {
            lock(&self.queue).needs_all = true;
        }
        self.queue(state, moved_ms)?;
        self.flush()?;
        let log = lock(&self.log);
        log.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    fn rewrite(&self, state: &mut SandboxState, moved_ms: i64) -> io::Result<()> {
        let mut log = lock(&self.log);
        if log.is_closed {
            return Err(io::Error::other("the sandbox has ended"));
        }
        log.file = None;
        let done = self.replace(state, moved_ms);
        let (file, len) = log.noted(&self.path, done)?;
        (log.file, log.len, log.rewritten_len) = (Some(file), len, len);
        *lock(&self.queue) = Queue::default();
        Ok(())
    }

    fn replace(&self, state: &mut SandboxState, moved_ms: i64) -> io::Result<(File, usize)> {
        let folder = self.path.parent().unwrap_or(&self.path);
        // Readable by its owner only, since it holds tokens and PINs.
        let mut file = NamedTempFile::new_in(folder)?;
        let mut bytes = format!("{HEAD} {VERSION}\n").into_bytes();
        push(state, moved_ms, true, &mut bytes)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        let file = file.persist(&self.path).map_err(|error| error.error)?;
        if cfg!(unix) {
            File::open(folder)?.sync_all()?;
        }
        Ok((file, bytes.len()))
    }
}

impl Log {
    /// Notes how a write of the file at `path` ended.
    fn noted<T>(&mut self, path: &Path, done: io::Result<T>) -> io::Result<T> {
        let done = done.map_err(|error| named(path, error));
        self.error = done.as_ref().err().map(ToString::to_string);
        done
    }
}

fn push(state: &mut SandboxState, moved_ms: i64, all: bool, out: &mut Vec<u8>) -> io::Result<()> {
    // The checksum and a space come first.
    let start = out.len();
    out.extend([b' '; 9]);
    state
        .write(moved_ms, all, out)
        .inspect_err(|_| out.truncate(start))?;
    let json = start + 9;
    let sum = format!("{:08x}", crc32fast::hash(&out[json..]));
    out[start..json - 1].copy_from_slice(sum.as_bytes());
    out.push(b'\n');
    Ok(())
}

/// Reads all lines but one that was cut short. No error quotes what is kept.
fn read_all(bytes: &[u8]) -> Result<Vec<Batch>, String> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let head = lines.next().and_then(|line| str::from_utf8(line).ok());
    let version = head.and_then(|head| head.trim_end().strip_prefix(HEAD)?.trim().parse().ok());
    match version {
        Some(VERSION) => {}
        None => return Err("is not a state file of the sandbox, or is damaged".to_owned()),
        Some::<u32>(other) => {
            let text = "of the state; this sandbox reads version";
            return Err(format!("has version {other} {text} {VERSION}"));
        }
    }
    // A line without an end was cut short.
    let whole = lines.filter_map(|line| line.strip_suffix(b"\n"));
    let read = |line: &[u8]| {
        let (sum, json) = line.split_at_checked(9)?;
        let is_sound = sum == format!("{:08x} ", crc32fast::hash(json)).as_bytes();
        is_sound.then(|| serde_json::from_slice(json).ok())?
    };
    let batches = whole.zip(2..).map(|(line, number)| {
        let damage = || format!("is damaged (line {number})");
        read(line).ok_or_else(damage)
    });
    batches.collect()
}

fn damaged(path: &Path, reason: &str) -> io::Error {
    let path = path.display();
    let text = format!("{path} {reason}; it is left as it is: move it away to start anew");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
