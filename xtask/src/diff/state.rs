//! A state of `openapi/`: a folder, or a revision of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the files are.
pub enum State {
    /// A folder like `openapi/`.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Was it named by the user, so that it may hold a part only? Otherwise it is the working tree.
        partial: bool,
    },
    /// A commit.
    Revision {
        /// The root of the workspace.
        root: PathBuf,
        /// As the user wrote it.
        name: String,
        /// Its hash.
        hash: String,
        /// The files that it has.
        files: BTreeSet<String>,
    },
}

impl State {
    /// The working tree.
    pub fn tree(root: &Path) -> Self {
        Self::Folder {
            path: root.join("openapi"),
            partial: false,
        }
    }

    /// Any folder.
    pub fn folder(path: &Path) -> Result<Self, String> {
        if path.is_dir() {
            Ok(Self::Folder {
                path: path.to_owned(),
                partial: true,
            })
        } else {
            Err(format!("{} is no folder", path.display()))
        }
    }

    /// A commit.
    pub fn revision(root: &Path, name: &str) -> Result<Self, String> {
        let commit = format!("{name}^{{commit}}");
        let hash = git(
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &commit,
            ],
        )
        .map_err(|error| match error {
            Failure::Missing(error) => error,
            Failure::Refused(said) if said.is_empty() => format!("there is no revision {name}"),
            Failure::Refused(said) => format!("revision {name}: {said}"),
        })?;
        let hash = hash.trim().to_owned();
        let files = git(
            root,
            &[
                "ls-tree",
                "-r",
                "--name-only",
                "-z",
                &hash,
                "--",
                "openapi",
                "Cargo.toml",
                "crates",
            ],
        )?;
        Ok(Self::Revision {
            root: root.to_owned(),
            name: name.to_owned(),
            hash,
            files: files.split('\0').map(str::to_owned).collect(),
        })
    }

    /// For people.
    pub fn label(&self) -> String {
        match self {
            Self::Folder { partial: false, .. } => "working tree".to_owned(),
            Self::Folder { path, .. } => path.display().to_string(),
            Self::Revision { name, hash, .. } => {
                let short = hash.get(..12).unwrap_or(hash);
                if hash.starts_with(name) {
                    short.to_owned()
                } else {
                    format!("{name} ({short})")
                }
            }
        }
    }

    /// What stays the same when the command is run again: never a path of this machine.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Folder { .. } => None,
            Self::Revision { hash, .. } => Some(hash.get(..12).unwrap_or(hash)),
        }
    }

    /// May an API be missing without being gone?
    pub fn partial(&self) -> bool {
        matches!(self, Self::Folder { partial: true, .. })
    }

    /// A file below `openapi/`, if it is there.
    pub fn read(&self, name: &str) -> Result<Option<String>, String> {
        match self {
            Self::Folder { path, .. } => read(&path.join(name)),
            Self::Revision { .. } => self.committed(&format!("openapi/{name}")),
        }
    }

    /// A file of the workspace as this state has it; folders have none.
    pub fn committed(&self, name: &str) -> Result<Option<String>, String> {
        match self {
            Self::Revision {
                root, hash, files, ..
            } if files.contains(name) => {
                Ok(Some(git(root, &["show", &format!("{hash}:./{name}")])?))
            }
            _ => Ok(None),
        }
    }
}

/// A file, if it is there.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

enum Failure {
    /// git cannot be run.
    Missing(String),
    /// git says no.
    Refused(String),
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Missing(text) | Failure::Refused(text) => text,
        }
    }
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output();
    let output = output.map_err(|error| {
        Failure::Missing(format!(
            "git cannot be run ({error}); install it, or compare folders with --from-dir"
        ))
    })?;
    if output.status.success() {
        String::from_utf8(output.stdout)
            .map_err(|_| Failure::Refused("git answers no UTF-8".to_owned()))
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::Refused(said.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn a_folder_and_a_revision_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        assert!(State::folder(&folder.path().join("none")).is_err());
        let error = State::revision(folder.path(), "HEAD").err().unwrap();
        assert!(error.contains("revision HEAD"), "{error}");
    }
}
