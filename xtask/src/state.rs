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
    let mut name = "openapi".to_owned();
    for part in path.components() {
        name.push('/');
        name.push_str(&part.as_os_str().to_string_lossy());
    }
    name
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
        Err(Finding::of_file(
            self.openapi.display().to_string(),
            "is no folder",
            "Give the root of the workspace with --root",
        )
        .into())
    }

    /// The text of a file below `openapi`.
    pub fn text(&self, path: &Path) -> Result<String, Errors> {
        match self.optional(path)? {
            Some(text) => Ok(text),
            None => {
                self.folder()?;
                Err(Finding::of_file(name(path), "is not there", "Restore it").into())
            }
        }
    }

    /// The text of a file below `openapi`, or none if there is no such file.
    pub fn optional(&self, path: &Path) -> Result<Option<String>, Errors> {
        if let Some(text) = self.replaced.get(path) {
            return Ok(Some(text.clone()));
        }
        match fs::read_to_string(self.openapi.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Finding::of_file(
                name(path),
                format!("cannot be read: {error}"),
                "Check its permissions, and that it is UTF-8 text",
            )
            .into()),
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
    ///
    /// # Errors
    /// Its surface cannot be read.
    pub fn names(&self, api: &str) -> Result<KeptNames, Errors> {
        let surface = self.optional(&surface(api))?;
        Ok(KeptNames::of_surface(&surface.unwrap_or_default()))
    }

    /// The lock file, which is empty if there is none.
    pub fn lock(&self) -> Result<Lock, Errors> {
        let path = Path::new(lock::FILE);
        let text = self.optional(path)?.unwrap_or_default();
        Lock::parse(&text).map_err(|error| {
            Finding::of_file(
                name(path),
                format!("is no lock file: {error}"),
                "Remove it; `cargo xtask regen` writes it anew",
            )
            .into()
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
            let spawn = |api: &&'static str| {
                let api = *api;
                (api, scope.spawn(move || self.generate_one(api)))
            };
            let threads: Vec<_> = apis.iter().map(spawn).collect();
            let join = threads
                .into_iter()
                .map(|(api, thread)| thread.join().unwrap_or_else(|_| Err(panicked(api))));
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
                    state
                        .lock
                        .0
                        .insert((*api).to_owned(), generated.entry.clone());
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
        let overlay_read = self.document(&overlay)?;
        let mut document_read = self.document(&document)?;
        document_read.names = self.names(api)?;
        let generation = generate_from(api, document_read, Some(&overlay_read))?;
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
    Finding::of_file(
        format!("openapi/{api}.yaml"),
        "made the generator panic",
        help,
    )
    .into()
}

#[cfg(test)]
mod tests;
