//! The folder `openapi` as it is, was or would be: generation in memory.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding};
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{Generation, generate_from, inputs, surface_path};

use crate::lock::{self, Entry, Lock};

/// The files below `openapi`, some of them perhaps replaced by a text that is not written.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The folder itself; of a revision, the root of the workspace.
    folder: PathBuf,
    /// The revision as the user wrote it, and the hash of its commit.
    revision: Option<(String, String)>,
    /// Whether the user named the folder: an API may be missing without having been removed.
    pub is_partial: bool,
    replaced: BTreeMap<PathBuf, String>,
}

/// What generation makes of [`Sources`].
#[derive(Debug)]
pub struct State {
    pub apis: BTreeMap<&'static str, Generated>,
    /// The whole content of each file that generation owns, by its path below `openapi`: surfaces and lock file.
    pub files: BTreeMap<PathBuf, String>,
    /// The lock file among them.
    pub lock: Lock,
}

/// One generated client.
#[derive(Debug)]
pub struct Generated {
    pub generation: Generation,
    pub entry: Entry,
    pub took: Duration,
}

/// Path of an API's surface below `openapi`.
pub fn surface(api: &str) -> PathBuf {
    surface_path(Path::new(""), api)
}

/// Name of a file below `openapi` for messages: `openapi/checkout.yaml`.
pub fn name(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.fold("openapi".to_owned(), |name, part| format!("{name}/{part}"))
}

impl Sources {
    /// The folder of the working tree.
    pub fn new(openapi: &Path) -> Self {
        Self {
            folder: openapi.to_owned(),
            revision: None,
            is_partial: false,
            replaced: BTreeMap::new(),
        }
    }

    /// Any folder like it.
    pub fn folder(path: &Path) -> Result<Self, String> {
        let mut sources = Self::new(path);
        sources.is_partial = true;
        match path.is_dir() {
            true => Ok(sources),
            false => Err(format!("{} is no folder", path.display())),
        }
    }

    /// The folder as it was committed.
    pub fn revision(root: &Path, name: &str) -> Result<Self, String> {
        let commit = format!("{name}^{{commit}}");
        let verify = ["--verify", "--quiet", "--end-of-options", &commit];
        let hash = git(root, "rev-parse", &verify)?;
        let hash = hash.ok_or(format!("there is no revision {name}"))?;
        let mut sources = Self::new(root);
        sources.revision = Some((name.to_owned(), hash.trim().to_owned()));
        Ok(sources)
    }

    /// The name for people.
    pub fn label(&self) -> String {
        match &self.revision {
            None if self.is_partial => self.folder.display().to_string(),
            None => "working tree".to_owned(),
            Some((name, hash)) if hash.starts_with(name) => short(hash).to_owned(),
            Some((name, hash)) => format!("{name} ({})", short(hash)),
        }
    }

    /// What stays the same when a command is run again, and is never a path of this machine.
    pub fn id(&self) -> Option<&str> {
        self.revision.as_ref().map(|(_, hash)| short(hash))
    }

    /// Puts a text in the place of a file, named by its path below `openapi`.
    pub fn replace(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.replaced.insert(path.into(), text.into());
    }

    /// The text of a file below `openapi`.
    pub fn text(&self, path: &Path) -> Result<String, Errors> {
        let missing = || match self.revision {
            None if !self.folder.is_dir() => {
                let help = "Give the root of the workspace with --root";
                Finding::of_file(self.folder.display().to_string(), "is no folder", help)
            }
            _ => Finding::of_file(name(path), "is not there", "Restore it"),
        };
        self.optional(path)?.ok_or_else(|| missing().into())
    }

    /// The text of a file below `openapi`, or none if there is no such file.
    pub fn optional(&self, path: &Path) -> Result<Option<String>, Errors> {
        if let Some(text) = self.replaced.get(path) {
            return Ok(Some(text.clone()));
        }
        let text = match self.revision {
            None => read(&self.folder.join(path)),
            Some(_) => self.committed(&name(path)),
        };
        text.map_err(|error| {
            let help = "Check its permissions, and that it is UTF-8 text";
            Finding::of_file(name(path), format!("cannot be read: {error}"), help).into()
        })
    }

    /// The text of a file of the workspace as it was committed; folders have none.
    pub fn committed(&self, path: &str) -> Result<Option<String>, String> {
        match &self.revision {
            Some((_, hash)) => git(&self.folder, "show", &[&format!("{hash}:./{path}")]),
            None => Ok(None),
        }
    }

    /// The files whose texts would become others, with the texts that they have.
    pub fn changed(
        &self,
        files: &BTreeMap<PathBuf, String>,
    ) -> Result<Vec<(PathBuf, String)>, Errors> {
        let mut changed = Vec::new();
        for (path, text) in files {
            let before = self.optional(path)?;
            if before.as_ref() != Some(text) {
                changed.push((path.clone(), before.unwrap_or_default()));
            }
        }
        Ok(changed)
    }

    /// Reads a document or overlay below `openapi`.
    pub fn document(&self, path: &Path) -> Result<Document, Errors> {
        Document::parse(&name(path), &self.text(path)?)
    }

    /// What an API is generated from, its overlay perhaps missing; nothing without a document.
    pub fn inputs(&self, api: &str) -> Result<Option<(Document, Option<Document>)>, Errors> {
        let [document, overlay] = inputs(Path::new(""), api);
        let parse = |path: &Path| {
            let text = self.optional(path)?;
            text.map(|text| Document::parse(&name(path), &text))
                .transpose()
        };
        let Some(mut document) = parse(&document)? else {
            return Ok(None);
        };
        let surface = self.optional(&surface(api))?.unwrap_or_default();
        document.names = KeptNames::of_surface(&surface);
        Ok(Some((document, parse(&overlay)?)))
    }

    /// The lock file, which is empty if there is none.
    pub fn lock(&self) -> Result<Lock, Errors> {
        let path = Path::new(lock::FILE);
        let text = self.optional(path)?.unwrap_or_default();
        Lock::parse(&text).map_err(|error| {
            let help = "Remove it; `cargo xtask regen` writes it anew";
            Finding::of_file(name(path), format!("is no lock file: {error}"), help).into()
        })
    }

    /// Generates these APIs side by side.
    pub fn generate_each(&self, apis: &[&'static str]) -> Vec<Result<Generated, Errors>> {
        thread::scope(|scope| {
            let spawn = |api| scope.spawn(move || self.generate_one(api));
            let threads: Vec<_> = apis.iter().copied().map(spawn).collect();
            let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
            joined
                .map(|it| it.unwrap_or_else(|it| resume_unwind(it)))
                .collect()
        })
    }

    /// Generates these APIs. The other APIs' entries of the lock file stay as they are.
    pub fn generate(&self, apis: &[&'static str]) -> Result<State, Errors> {
        let mut state = State {
            apis: BTreeMap::new(),
            files: BTreeMap::new(),
            lock: self.lock()?,
        };
        let mut errors = Vec::new();
        for (api, result) in apis.iter().zip(self.generate_each(apis)) {
            match result {
                Ok(generated) => {
                    let Generated {
                        generation, entry, ..
                    } = &generated;
                    state.files.insert(surface(api), generation.surface.clone());
                    state.lock.0.insert((*api).to_owned(), entry.clone());
                    state.apis.insert(*api, generated);
                }
                Err(found) => errors.extend(found.0),
            }
        }
        if !errors.is_empty() {
            // A folder that is not there is missing to all of them.
            errors.dedup();
            return Err(Errors(errors));
        }
        state.files.insert(lock::FILE.into(), state.lock.text());
        Ok(state)
    }

    // The time is shown to people; nothing depends on it.
    #[allow(clippy::disallowed_methods)]
    fn generate_one(&self, api: &'static str) -> Result<Generated, Errors> {
        let start = Instant::now();
        let [document, overlay] = inputs(Path::new(""), api);
        let texts = (self.text(&document)?, self.text(&overlay)?);
        let Some((read, laid)) = self.inputs(api)? else {
            return Err(Errors(Vec::new()));
        };
        let generation = generate_from(api, read, laid.as_ref())?;
        let entry = lock::entry(&texts.0, &texts.1, &generation);
        Ok(Generated {
            generation,
            entry,
            took: start.elapsed(),
        })
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Reads a file, if it is there.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// Runs git; returns nothing where git refuses.
fn git(root: &Path, command: &str, arguments: &[&str]) -> Result<Option<String>, String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).arg(command).args(arguments);
    let output = git.output().map_err(|error| {
        format!("git cannot be run ({error}); install it, or compare folders with --from-dir")
    })?;
    if !output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8(output.stdout);
    text.map(Some)
        .map_err(|_| "git printed what is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests;
