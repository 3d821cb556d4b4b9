//! A state of `openapi/`, which is a folder or a revision of the repository, and the clients that it gives.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use dintero_codegen::Generation;
use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::kept::KeptNames;
use dintero_codegen::overlay;
use semver::Version;
use serde_json::Value;
use toml::Table;

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
        if path.is_dir() {
            Ok(Self::Folder {
                path: path.to_owned(),
                partial: true,
            })
        } else {
            Err(format!("{} is no folder", path.display()))
        }
    }

    /// Returns a commit.
    pub fn revision(root: &Path, name: &str) -> Result<Self, String> {
        let commit = format!("{name}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        let hash = git(root, &arguments)?.ok_or(format!("there is no revision {name}"))?;
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
            Self::Revision { root, hash, .. } => git(root, &["show", &format!("{hash}:./{name}")]),
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
fn git(root: &Path, arguments: &[&str]) -> Result<Option<String>, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output();
    let output = output.map_err(|error| {
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
    let version_in = |path: &str, keys: &[&str]| -> Result<Option<toml::Value>, String> {
        let Some(text) = file(path)? else {
            return Ok(None);
        };
        let table: Table = text.parse().map_err(|error| format!("{path}: {error}"))?;
        let table = toml::Value::Table(table);
        let found = keys.iter().try_fold(&table, |value, key| value.get(key));
        Ok(Some(found.cloned().unwrap_or_else(|| String::new().into())))
    };
    let path = format!("crates/{name}/Cargo.toml");
    let own = version_in(&path, &["package", "version"])?;
    let text = match own {
        None => return Ok(None),
        Some(toml::Value::String(text)) => Some(text),
        Some(_) => {
            let shared = version_in("Cargo.toml", &["workspace", "package", "version"])?;
            shared.and_then(|shared| shared.as_str().map(str::to_owned))
        }
    };
    let text = text.ok_or(format!("{path}: names no version"))?;
    let version =
        Version::parse(&text).map_err(|error| format!("{path}: version {text:?}: {error}"))?;
    Ok(Some(version))
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

/// The document and the overlay of an API in one state.
pub struct Inputs {
    pub document: Option<String>,
    pub overlay: Option<String>,
    /// The text of the surface, which holds the names that are given already.
    names: Option<String>,
    label: String,
}

impl Inputs {
    /// Reads the files of an API.
    pub fn of(state: &State, api: &str) -> Result<Self, String> {
        Ok(Self {
            document: state.read(&format!("{api}.yaml"))?,
            overlay: state.read(&format!("overlays/{api}.yaml"))?,
            names: state.read(&format!("surface/{api}.txt"))?,
            label: state.label(),
        })
    }

    /// Parses the document and the overlay.
    pub fn parse(&self, api: &str) -> Result<Parsed, String> {
        let parse = |file: String, text: &String| {
            let name = format!("{}: {file}", self.label);
            Document::parse(&name, text).map_err(|error| error.to_string())
        };
        let document = self.document.as_ref();
        let overlay = self.overlay.as_ref();
        let mut document = document
            .map(|text| parse(format!("{api}.yaml"), text))
            .transpose()?;
        if let (Some(document), Some(names)) = (&mut document, &self.names) {
            document.names = KeptNames::of_surface(names);
        }
        Ok(Parsed {
            document,
            overlay: overlay
                .map(|text| parse(format!("overlays/{api}.yaml"), text))
                .transpose()?,
        })
    }
}

/// What an API is generated from. Without a document it offers nothing.
pub struct Parsed {
    document: Option<Document>,
    overlay: Option<Document>,
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
        let version = self
            .document
            .as_ref()
            .map(|document| &document.root["info"]["version"]);
        match version {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// Generates the client under the overlay, whose actions may match nothing.
    pub fn generate(self, api: &str) -> Result<Generated, String> {
        let Some(mut document) = self.document else {
            return Ok(Generated::default());
        };
        let mut unmatched = 0;
        if let Some(overlay) = &self.overlay {
            let loose = overlay::apply(&mut document, overlay, false);
            unmatched = loose.map_err(|errors| first(&errors))?.len();
            drop_dangling(&mut document.root);
        }
        let generation = dintero_codegen::generate_from(api, document, None);
        let Generation {
            surface, source, ..
        } = generation.map_err(|errors| first(&errors))?;
        Ok(Generated {
            surface,
            source,
            unmatched,
        })
    }
}

/// An overlay may name a method to read an outcome back by that its document does not have.
fn drop_dangling(root: &mut Value) {
    let mut operations: Vec<&mut Value> = Vec::new();
    for (_, item) in root["paths"].as_object_mut().into_iter().flatten() {
        operations.extend(
            item.as_object_mut()
                .into_iter()
                .flatten()
                .map(|(_, operation)| operation),
        );
    }
    let methods: Vec<Value> = operations
        .iter()
        .map(|operation| operation["x-dintero-method"].clone())
        .collect();
    for operation in operations
        .iter_mut()
        .filter_map(|operation| operation.as_object_mut())
    {
        if operation
            .get("x-dintero-read-back")
            .is_some_and(|name| !methods.contains(name))
        {
            operation.remove("x-dintero-read-back");
        }
    }
}

/// One of them is enough here; `cargo xtask lint` tells them all.
fn first(errors: &Errors) -> String {
    let text = errors.to_string();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default();
    match lines.count() {
        0 => line.to_owned(),
        more => format!("{line} (and {more} more)"),
    }
}
