//! The folder `openapi` as it is, or as it would be: generation in memory, and files written all or none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io, panic, thread};

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding};
use dintero_codegen::{Generation, generate_from, inputs};
use tempfile::NamedTempFile;

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
    /// By API.
    pub apis: BTreeMap<&'static str, Generated>,
    /// The whole content of each file that generation owns, by its path below `openapi`: surfaces and lock file.
    pub files: BTreeMap<PathBuf, String>,
    /// The lock file among them.
    pub lock: Lock,
}

/// One generated client.
#[derive(Debug)]
pub struct Generated {
    /// What was generated.
    pub generation: Generation,
    /// How long it took.
    pub took: Duration,
}

/// Path of an API's surface below `openapi`.
pub fn surface(api: &str) -> PathBuf {
    Path::new("surface").join(format!("{api}.txt"))
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
        Err(Errors(vec![Finding::of_file(
            self.openapi.display().to_string(),
            "is no folder",
            "Give the root of the workspace with --root",
        )]))
    }

    /// The text of a file below `openapi`.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    pub fn text(&self, path: &Path) -> Result<String, Errors> {
        match self.optional(path)? {
            Some(text) => Ok(text),
            None => {
                self.folder()?;
                Err(Errors(vec![Finding::of_file(
                    name(path),
                    "is not there",
                    "Restore it",
                )]))
            }
        }
    }

    /// The text of a file below `openapi`, or none if there is no such file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn optional(&self, path: &Path) -> Result<Option<String>, Errors> {
        if let Some(text) = self.replaced.get(path) {
            return Ok(Some(text.clone()));
        }
        match fs::read_to_string(self.openapi.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Errors(vec![Finding::of_file(
                name(path),
                format!("cannot be read: {error}"),
                "Check its permissions, and that it is UTF-8 text",
            )])),
        }
    }

    /// The lock file, which is empty if there is none.
    ///
    /// # Errors
    /// It cannot be read or is not valid.
    pub fn lock(&self) -> Result<Lock, Errors> {
        let path = Path::new(lock::FILE);
        let text = self.optional(path)?.unwrap_or_default();
        Lock::parse(&text).map_err(|error| {
            Errors(vec![Finding::of_file(
                name(path),
                format!("is no lock file: {error}"),
                "Remove it; `cargo xtask regen` writes it anew",
            )])
        })
    }

    /// Generates these APIs side by side. The other APIs' entries of the lock file stay as they are.
    ///
    /// # Errors
    /// A file cannot be read, or what the generator cannot do, of all these APIs together.
    pub fn generate(&self, apis: &[&'static str]) -> Result<State, Errors> {
        self.folder()?;
        let mut lock = self.lock()?;
        // progenitor's panics become errors. The hook is set per process, so it is put aside once around all threads.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let results: Vec<Result<(Generated, Entry), Errors>> = thread::scope(|scope| {
            let threads: Vec<_> = apis
                .iter()
                .map(|api| scope.spawn(|| self.generate_one(api)))
                .collect();
            threads
                .into_iter()
                .zip(apis)
                .map(|(thread, api)| thread.join().unwrap_or_else(|_| Err(panicked(api))))
                .collect()
        });
        panic::set_hook(hook);
        let mut state = State {
            apis: BTreeMap::new(),
            files: BTreeMap::new(),
            lock: Lock::default(),
        };
        let mut errors = Vec::new();
        for (api, result) in apis.iter().zip(results) {
            match result {
                Ok((generated, entry)) => {
                    lock.0.insert((*api).to_owned(), entry);
                    let text = generated.generation.surface.clone();
                    state.files.insert(surface(api), text);
                    state.apis.insert(*api, generated);
                }
                Err(found) => errors.extend(found.0),
            }
        }
        if !errors.is_empty() {
            return Err(Errors(errors));
        }
        state.files.insert(lock::FILE.into(), lock.text());
        state.lock = lock;
        Ok(state)
    }

    // The time is shown to people; nothing depends on it.
    #[allow(clippy::disallowed_methods)]
    fn generate_one(&self, api: &'static str) -> Result<(Generated, Entry), Errors> {
        let start = Instant::now();
        let paths = inputs(Path::new(""), api);
        let [document, overlay] = [self.text(&paths[0])?, self.text(&paths[1])?];
        let generation = generate_from(
            api,
            Document::parse(&name(&paths[0]), &document)?,
            Some(&Document::parse(&name(&paths[1]), &overlay)?),
            true,
        )?;
        let entry = Entry::new(&document, &overlay, &generation);
        let took = start.elapsed();
        Ok((Generated { generation, took }, entry))
    }
}

fn panicked(api: &str) -> Errors {
    Errors(vec![Finding::of_file(
        format!("openapi/{api}.yaml"),
        "made the generator panic",
        "This is our mistake: please report it with the document",
    )])
}

/// Writes all these files below a folder, or none. Gives the paths of those whose content changed.
///
/// All texts are first written and synced beside their targets, then renamed onto them. Where a rename fails, the files
/// that were replaced before it get their old content again.
///
/// # Errors
/// A file cannot be written; the message names it.
pub fn write_all(
    folder: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let failed = |path: &Path, error: io::Error| {
        format!(
            "{} cannot be written: {error}; nothing was changed",
            path.display()
        )
    };
    let mut ready = Vec::new();
    sweep(folder, files);
    for (path, text) in files {
        let target = folder.join(path);
        let old = match fs::read(&target) {
            Ok(old) if old == text.as_bytes() => continue,
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&target, error).into()),
        };
        let file = beside(&target, text.as_bytes()).map_err(|error| failed(&target, error))?;
        ready.push((path.clone(), target, old, file));
    }
    let mut done: Vec<Replaced> = Vec::new();
    for (path, target, old, file) in ready {
        if let Err(error) = file.persist(&target) {
            take_back(&done)?;
            return Err(failed(&target, error.error).into());
        }
        done.push((path, target, old));
    }
    Ok(done.into_iter().map(|(path, ..)| path).collect())
}

/// How the name of a file begins that is to replace another.
const UNFINISHED: &str = ".unfinished-";

/// Removes what a killed run left beside these files.
fn sweep(folder: &Path, files: &BTreeMap<PathBuf, String>) {
    let folders: BTreeSet<PathBuf> = files
        .keys()
        .filter_map(|path| Some(folder.join(path).parent()?.to_owned()))
        .collect();
    let entries = folders
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok());
    for entry in entries.flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // It is in nobody's way, so that a run that cannot remove it goes on.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A synced file in the folder of the target, which it may replace.
fn beside(target: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // Otherwise a temporary file is for its owner only; the umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    if let Ok(old) = fs::metadata(target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Path below the folder, the whole path, and the old content, if there was one.
type Replaced = (PathBuf, PathBuf, Option<Vec<u8>>);

fn take_back(done: &[Replaced]) -> Result<(), String> {
    for (_, target, old) in done {
        let result = match old {
            Some(old) => beside(target, old).and_then(|file| Ok(file.persist(target).map(drop)?)),
            None => fs::remove_file(target),
        };
        result.map_err(|error| {
            format!(
                "{} cannot get its old content again: {error}; look at `git status`",
                target.display()
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Sources, surface, write_all};

    fn openapi() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi")
    }

    #[test]
    fn a_replaced_text_counts_and_the_folder_stays() {
        let mut sources = Sources::new(&openapi());
        let before = sources.generate(&["wallets"]).unwrap();
        let text = sources.text(Path::new("wallets.yaml")).unwrap();
        sources.replace("wallets.yaml", format!("{text}# the end\n"));
        let after = sources.generate(&["wallets"]).unwrap();
        let [before, after] = [before, after].map(|state| state.lock.0["wallets"].clone());
        assert_eq!(after.differences(&before), ["document"]);
    }

    #[test]
    fn generating_twice_gives_the_same_bytes() {
        let sources = Sources::new(&openapi());
        let [one, two] = [(); 2].map(|()| sources.generate(&dintero_codegen::APIS).unwrap());
        assert_eq!(one.files, two.files);
        assert_eq!(one.files.len(), 4);
        for (api, generated) in &one.apis {
            let again = &two.apis[api].generation;
            assert_eq!(generated.generation.source, again.source);
            assert_eq!(one.files[&surface(api)], again.surface);
        }
    }

    #[test]
    fn all_files_are_written_and_only_changed_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        fs::write(folder.path().join(".unfinished-x"), "left by a killed run").unwrap();
        let files: BTreeMap<PathBuf, String> =
            [("a".into(), "1".into()), ("b/c".into(), "2".into())].into();
        let written = write_all(folder.path(), &files).unwrap();
        assert_eq!(written, [PathBuf::from("b/c")]);
        assert!(!folder.path().join(".unfinished-x").exists());
        assert_eq!(fs::read_to_string(folder.path().join("b/c")).unwrap(), "2");
        assert_eq!(fs::read_dir(folder.path().join("b")).unwrap().count(), 1);
    }

    #[test]
    fn where_one_file_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().unwrap();
        // A folder that is in the way is found before the first rename.
        fs::create_dir(folder.path().join("b")).unwrap();
        let files: BTreeMap<PathBuf, String> =
            [("a".into(), "1".into()), ("b".into(), "2".into())].into();
        let error = write_all(folder.path(), &files).unwrap_err().to_string();
        assert!(error.ends_with("nothing was changed"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_a_rename_fails_the_files_before_it_get_their_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "old").unwrap();
        let done = [
            (PathBuf::from("a"), path("a"), Some(b"older".to_vec())),
            (PathBuf::from("b"), path("b"), None),
        ];
        fs::write(path("b"), "new").unwrap();
        super::take_back(&done).unwrap();
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "older");
        assert!(!path("b").exists());
    }
}
