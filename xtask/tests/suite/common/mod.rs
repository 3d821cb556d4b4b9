//! Runs the commands in a copy of openapi/.

#![allow(clippy::unwrap_used)]

pub mod small;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A copy of openapi/, in which a command runs.
pub struct Root(pub TempDir);

impl Root {
    pub fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
        for folder in ["", "overlays", "surface"] {
            fs::create_dir(root.path(folder)).unwrap();
            for entry in fs::read_dir(from.join(folder)).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), root.path(folder).join(entry.file_name())).unwrap();
                }
            }
        }
        root
    }

    /// A path below openapi/.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join("openapi").join(path)
    }

    /// Replaces a text that is there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from:?}");
        fs::write(self.path(path), text.replacen(from, to, 1)).unwrap();
    }

    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for folder in ["", "overlays", "surface"] {
            for entry in fs::read_dir(self.path(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    files.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Writes files as [`files`](Self::files) gave them.
    pub fn write(&self, files: &BTreeMap<PathBuf, Vec<u8>>) {
        for (path, content) in files {
            fs::write(path, content).unwrap();
        }
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--root").arg(self.0.path()).args(arguments);
        Ran::new(&mut command)
    }
}

/// What a command that was run printed.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn new(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Self {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}
