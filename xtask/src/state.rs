//! The folder `openapi` as it is, or as it would be: generation in memory.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, panic, thread};

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding};
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{Generation, generate_from, inputs, surface_path};

use crate::lock::{self, Entry, Lock};

/// The files below `openapi`, some of them perhaps replaced by a text that is not written yet.
#[derive(Clone, Debug)]
pub struct Sources {
    openapi: PathBuf,
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
    /// The files of the folder.
    pub fn new(openapi: &Path) -> Self {
        Self {
            openapi: openapi.to_owned(),
            replaced: BTreeMap::new(),
        }
    }

    /// Puts a text in the place of a file, named by its path below `openapi`.
    pub fn replace(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.replaced.insert(path.into(), text.into());
    }

    fn folder(&self) -> Result<(), Errors> {
        if self.openapi.is_dir() {
            return Ok(());
        }
        let help = "Give the root of the workspace with --root";
        Err(Finding::of_file(self.openapi.display().to_string(), "is no folder", help).into())
    }

    /// The text of a file below `openapi`.
    pub fn text(&self, path: &Path) -> Result<String, Errors> {
        let Some(text) = self.optional(path)? else {
            self.folder()?;
            return Err(Finding::of_file(name(path), "is not there", "Restore it").into());
        };
        Ok(text)
    }

    /// The text of a file below `openapi`, or none if there is no such file.
    pub fn optional(&self, path: &Path) -> Result<Option<String>, Errors> {
        if let Some(text) = self.replaced.get(path) {
            return Ok(Some(text.clone()));
        }
        match fs::read_to_string(self.openapi.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let help = "Check its permissions, and that it is UTF-8 text";
                Err(Finding::of_file(name(path), format!("cannot be read: {error}"), help).into())
            }
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

    /// The names that an API's client has already.
    pub fn names(&self, api: &str) -> Result<KeptNames, Errors> {
        let surface = self.optional(&surface(api))?;
        Ok(KeptNames::of_surface(&surface.unwrap_or_default()))
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
    pub fn generate_each(
        &self,
        apis: &[&'static str],
    ) -> Result<Vec<Result<Generated, Errors>>, Errors> {
        self.folder()?;
        // progenitor's panics become errors. The hook is set per process, so it is put aside once around all threads.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let results = thread::scope(|scope| {
            let spawn = |api| scope.spawn(move || self.generate_one(api));
            let threads: Vec<_> = apis.iter().copied().map(spawn).collect();
            let threads = apis.iter().zip(threads);
            let join =
                threads.map(|(api, thread)| thread.join().unwrap_or_else(|_| Err(panicked(api))));
            join.collect()
        });
        panic::set_hook(hook);
        Ok(results)
    }

    /// Generates these APIs. The other APIs' entries of the lock file stay as they are.
    pub fn generate(&self, apis: &[&'static str]) -> Result<State, Errors> {
        let results = self.generate_each(apis)?;
        let mut state = State {
            apis: BTreeMap::new(),
            files: BTreeMap::new(),
            lock: self.lock()?,
        };
        let mut errors = Vec::new();
        for (api, result) in apis.iter().zip(results) {
            match result {
                Ok(generated) => {
                    let text = generated.generation.surface.clone();
                    state.files.insert(surface(api), text);
                    let entry = generated.entry.clone();
                    state.lock.0.insert((*api).to_owned(), entry);
                    state.apis.insert(*api, generated);
                }
                Err(found) => errors.extend(found.0),
            }
        }
        if !errors.is_empty() {
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
        let (mut read, laid) = (self.document(&document)?, self.document(&overlay)?);
        read.names = self.names(api)?;
        let generation = generate_from(api, read, Some(&laid))?;
        let entry = Entry::new(&self.text(&document)?, &self.text(&overlay)?, &generation);
        let took = start.elapsed();
        Ok(Generated {
            generation,
            entry,
            took,
        })
    }
}

fn panicked(api: &str) -> Errors {
    let help = "This is a mistake of the generator: please report it with the document";
    let name = format!("openapi/{api}.yaml");
    Finding::of_file(name, "made the generator panic", help).into()
}

#[cfg(test)]
mod tests;
