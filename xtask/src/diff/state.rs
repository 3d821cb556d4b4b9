//! A state of `openapi/`, which is a folder or a revision of the repository, and the clients that it gives.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{generate_from, overlay};
use semver::Version;
use serde_json::Value;

use super::change::Class;

/// Where the files are.
pub enum State {
    /// A folder like `openapi/`.
    Folder {
        path: PathBuf,
        /// Whether the user named it, so that it may hold a part only; otherwise it is the working tree.
        partial: bool,
    },
    /// A commit.
    Revision {
        root: PathBuf,
        /// The revision, as the user wrote it.
        name: String,
        /// The hash of the commit.
        hash: String,
    },
}

impl State {
    /// Returns the working tree.
    pub fn tree(root: &Path) -> Self {
        Self::Folder {
            path: root.join("openapi"),
            partial: false,
        }
    }

    /// Returns any folder.
    pub fn folder(path: &Path) -> Result<Self, String> {
        let partial = true;
        match path.to_owned() {
            path if path.is_dir() => Ok(Self::Folder { path, partial }),
            path => Err(format!("{} is no folder", path.display())),
        }
    }

    /// Returns a commit.
    pub fn revision(root: &Path, name: &str) -> Result<Self, String> {
        let commit = format!("{name}^{{commit}}");
        let verify = ["--verify", "--quiet", "--end-of-options", &commit];
        let hash = git(root, "rev-parse", &verify)?;
        let hash = hash.ok_or(format!("there is no revision {name}"))?;
        Ok(Self::Revision {
            root: root.to_owned(),
            name: name.to_owned(),
            hash: hash.trim().to_owned(),
        })
    }

    /// Returns the name for people.
    pub fn label(&self) -> String {
        match self {
            Self::Folder { partial: false, .. } => "working tree".to_owned(),
            Self::Folder { path, .. } => path.display().to_string(),
            Self::Revision { name, hash, .. } if hash.starts_with(name) => short(hash).to_owned(),
            Self::Revision { name, hash, .. } => format!("{name} ({})", short(hash)),
        }
    }

    /// Returns what stays the same when the command is run again, and is never a path of this machine.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Folder { .. } => None,
            Self::Revision { hash, .. } => Some(short(hash)),
        }
    }

    /// Returns `true` if an API may be missing without having been removed.
    pub fn partial(&self) -> bool {
        matches!(self, Self::Folder { partial: true, .. })
    }

    /// Reads a file below `openapi/`, if it is there.
    pub fn read(&self, name: &str) -> Result<Option<String>, String> {
        match self {
            Self::Folder { path, .. } => read(&path.join(name)),
            Self::Revision { .. } => self.committed(&format!("openapi/{name}")),
        }
    }

    /// Reads a file of the workspace as it was committed; folders have none.
    pub fn committed(&self, name: &str) -> Result<Option<String>, String> {
        match self {
            Self::Revision { root, hash, .. } => git(root, "show", &[&format!("{hash}:./{name}")]),
            Self::Folder { .. } => Ok(None),
        }
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

/// Reads the version of a crate from its manifest, or from the workspace's.
pub fn version(
    name: &str,
    file: impl Fn(&str) -> Result<Option<String>, String>,
) -> Result<Option<Version>, String> {
    let version_in = |path: &str, table: &str| -> Result<Option<toml::Value>, String> {
        let text = file(path)?.unwrap_or_default();
        let manifest: toml::Table = text.parse().map_err(|error| format!("{path}: {error}"))?;
        let table = table
            .split('.')
            .try_fold(manifest, |table, key| match table.get(key) {
                Some(toml::Value::Table(inner)) => Some(inner.clone()),
                _ => None,
            });
        Ok(table.and_then(|table| table.get("version").cloned()))
    };
    let path = format!("crates/{name}/Cargo.toml");
    if file(&path)?.is_none() {
        return Ok(None);
    }
    let own = version_in(&path, "package")?.filter(toml::Value::is_str);
    let version = match own {
        None => version_in("Cargo.toml", "workspace.package")?,
        own => own,
    };
    let version = version.as_ref().and_then(toml::Value::as_str);
    let version = version.ok_or(format!("{path}: names no version"))?;
    let parsed = Version::parse(version);
    Ok(Some(parsed.map_err(|error| {
        format!("{path}: version {version:?}: {error}")
    })?))
}

/// Cargo's rules: below 1.0 the first number that is not zero counts as the major one.
pub fn next(version: &Version, class: Class) -> (&'static str, Version) {
    let (major, minor, patch) = (version.major, version.minor, version.patch);
    let step = match (class, major, minor) {
        (Class::None, ..) => return ("none", version.clone()),
        (Class::Breaking, 0, 0) => "patch",
        (Class::Breaking, 0, _) => "minor",
        (Class::Breaking, ..) => "major",
        (Class::Additive, 0, _) => "patch",
        (Class::Additive, ..) => "minor",
    };
    // After a pre-release comes its release, which may hold anything.
    let next = match step {
        _ if !version.pre.is_empty() => Version::new(major, minor, patch),
        "major" => Version::new(major + 1, 0, 0),
        "minor" => Version::new(major, minor + 1, 0),
        _ => Version::new(major, minor, patch + 1),
    };
    (step, next)
}

/// What an API is generated from in one state.
pub struct Inputs {
    label: String,
    pub document: Option<String>,
    pub overlay: Option<String>,
    /// The surface, which holds the names that are given already.
    pub surface: Option<String>,
}

impl Inputs {
    /// Reads the files of an API.
    pub fn of(state: &State, api: &str) -> Result<Self, String> {
        Ok(Self {
            label: state.label(),
            document: state.read(&format!("{api}.yaml"))?,
            overlay: state.read(&format!("overlays/{api}.yaml"))?,
            surface: state.read(&format!("surface/{api}.txt"))?,
        })
    }

    /// Parses the document and the overlay.
    pub fn parse(&self, api: &str) -> Result<Parsed, String> {
        let parse = |file: String, text: &Option<String>| {
            let name = format!("{}: {file}", self.label);
            let document = text.as_ref().map(|text| Document::parse(&name, text));
            document.transpose().map_err(|error| error.to_string())
        };
        Ok(Parsed {
            document: parse(format!("{api}.yaml"), &self.document)?,
            overlay: parse(format!("overlays/{api}.yaml"), &self.overlay)?,
            surface: self.surface.clone(),
        })
    }
}

/// What an API is generated from. Without a document it offers nothing.
pub struct Parsed {
    document: Option<Document>,
    overlay: Option<Document>,
    /// The surface whose names are kept.
    pub surface: Option<String>,
}

/// What an API offers in one state.
#[derive(Default)]
pub struct Generated {
    pub surface: String,
    pub source: String,
    /// How many actions of the overlay match nothing.
    pub unmatched: usize,
}

impl Parsed {
    /// Returns `info.version` of the document.
    pub fn version(&self) -> String {
        let document = self.document.as_ref();
        match document.map(|document| &document.root["info"]["version"]) {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// Generates the client under the overlay, whose actions may match nothing. The first finding says why it cannot.
    pub fn generate(self, api: &str) -> Result<Generated, String> {
        let Some(mut document) = self.document else {
            return Ok(Generated::default());
        };
        document.names = KeptNames::of_surface(&self.surface.unwrap_or_default());
        let mut unmatched = 0;
        if let Some(overlay) = &self.overlay {
            let loose = overlay::apply(&mut document, overlay, false);
            unmatched = loose.map_err(|errors| first(&errors))?.len();
            drop_dangling(&mut document.root);
        }
        let generation = generate_from(api, document, None).map_err(|errors| first(&errors))?;
        Ok(Generated {
            surface: generation.surface,
            source: generation.source,
            unmatched,
        })
    }
}

/// An overlay may name a method or an operation to read an outcome back by that its document does not have.
fn drop_dangling(root: &mut Value) {
    let items = root["paths"].as_object_mut().into_iter().flatten();
    let nodes = items.filter_map(|(_, item)| item.as_object_mut()).flatten();
    let operations = nodes.filter_map(|(_, operation)| operation.as_object_mut());
    let operations: Vec<_> = operations.collect();
    let methods = operations
        .iter()
        .filter_map(|operation| operation.get("x-dintero-method"));
    let methods: Vec<Value> = methods.cloned().collect();
    let ids = operations
        .iter()
        .filter_map(|operation| operation.get("operationId"));
    let ids: Vec<Value> = ids.cloned().collect();
    for operation in operations {
        let confirm = operation.get("x-dintero-confirm");
        let read = confirm.map(|mark| &mark["read"]);
        if read.is_some_and(|id| !ids.contains(id)) {
            operation.remove("x-dintero-confirm");
        }
        let read_back = operation.get("x-dintero-read-back");
        if read_back.is_some_and(|name| !methods.contains(name)) {
            operation.remove("x-dintero-read-back");
        }
    }
}

/// One of them is enough here; `cargo xtask lint` tells them all.
fn first(errors: &Errors) -> String {
    let text = errors.to_string();
    match text.split_once('\n') {
        None => text,
        Some((line, more)) => format!("{line} (and {} more)", more.lines().count()),
    }
}
