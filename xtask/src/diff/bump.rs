//! The versions that follow from the changes of the crates.

use std::path::Path;

use semver::Version;
use serde::Serialize;
use toml::Table;

use super::change::Class;
use super::state::{State, read};

/// A crate and its next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bump {
    /// Name of the crate.
    #[serde(rename = "crate")]
    pub name: String,
    /// What its changes mean to programs.
    pub class: Class,
    /// Its version before the changes; absent where there is no manifest.
    pub from: Option<Version>,
    /// `major`, `minor`, `patch` or `none`.
    pub bump: &'static str,
    /// The least version that may hold the changes.
    pub to: Option<Version>,
    /// Has the working tree that version already, or a higher one?
    pub done: bool,
}

impl Bump {
    /// `0.1.0 -> 0.2.0 (minor)`
    pub fn text(&self) -> String {
        match (&self.from, &self.to) {
            _ if self.bump == "none" => "no release needed".to_owned(),
            (Some(from), Some(to)) => {
                let done = if self.done { ", done" } else { "" };
                format!("{from} -> {to} ({}{done})", self.bump)
            }
            _ => self.bump.to_owned(),
        }
    }
}

/// Of one crate.
pub fn bump(root: &Path, from: &State, name: &str, class: Class) -> Result<Bump, String> {
    let now = version(name, |file| read(&root.join(file)))?;
    let before = version(name, |file| from.committed(file))?.or_else(|| now.clone());
    let (bump, to) = match &before {
        Some(before) => next(before, class),
        None => (
            match class {
                Class::Breaking => "major",
                Class::Additive => "minor",
                Class::None => "none",
            },
            None,
        ),
    };
    Ok(Bump {
        name: name.to_owned(),
        class,
        done: bump != "none" && matches!((&now, &to), (Some(now), Some(to)) if now >= to),
        from: before,
        bump,
        to,
    })
}

/// Cargo's rules: below 1.0 the first number that is not zero counts as the major one.
fn next(version: &Version, class: Class) -> (&'static str, Option<Version>) {
    let (major, minor, patch) = (version.major, version.minor, version.patch);
    let step = match (class, major, minor) {
        (Class::None, ..) => return ("none", Some(version.clone())),
        (Class::Breaking, 0, 0) => "patch",
        (Class::Breaking, 0, _) => "minor",
        (Class::Breaking, ..) => "major",
        (Class::Additive, 0, _) => "patch",
        (Class::Additive, ..) => "minor",
    };
    // After a pre-release comes its release, which may hold anything.
    let next = if !version.pre.is_empty() {
        Version::new(major, minor, patch)
    } else {
        match step {
            "major" => Version::new(major + 1, 0, 0),
            "minor" => Version::new(major, minor + 1, 0),
            _ => Version::new(major, minor, patch + 1),
        }
    };
    (step, Some(next))
}

/// The version in a manifest, or the workspace's.
fn version(
    name: &str,
    file: impl Fn(&str) -> Result<Option<String>, String>,
) -> Result<Option<Version>, String> {
    let manifest = |path: &str| -> Result<Option<Table>, String> {
        let text = file(path)?;
        let table = text.map(|text| text.parse().map_err(|error| format!("{path}: {error}")));
        table.transpose()
    };
    let path = format!("crates/{name}/Cargo.toml");
    let Some(own) = manifest(&path)? else {
        return Ok(None);
    };
    let own = own
        .get("package")
        .and_then(|package| package.get("version"));
    let text = match own.and_then(toml::Value::as_str) {
        Some(text) => text.to_owned(),
        None => {
            let workspace = manifest("Cargo.toml")?;
            let version = workspace.as_ref().and_then(|root| {
                root.get("workspace")?
                    .get("package")?
                    .get("version")?
                    .as_str()
            });
            version
                .ok_or(format!("{path}: names no version"))?
                .to_owned()
        }
    };
    let version =
        Version::parse(&text).map_err(|error| format!("{path}: version {text}: {error}"))?;
    Ok(Some(version))
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{Class, next, version};

    #[test]
    fn bumps_follow_cargo() {
        for (from, class, step, to) in [
            ("1.2.3", Class::Breaking, "major", "2.0.0"),
            ("1.2.3", Class::Additive, "minor", "1.3.0"),
            ("0.1.4", Class::Breaking, "minor", "0.2.0"),
            ("0.1.4", Class::Additive, "patch", "0.1.5"),
            ("0.0.4", Class::Breaking, "patch", "0.0.5"),
            ("0.2.0-rc.1", Class::Breaking, "minor", "0.2.0"),
            ("0.1.4", Class::None, "none", "0.1.4"),
        ] {
            let version = Version::parse(from).unwrap();
            assert_eq!(
                next(&version, class),
                (step, Some(Version::parse(to).unwrap())),
                "{from}"
            );
        }
    }

    #[test]
    fn a_crate_may_take_the_version_of_the_workspace() {
        let file = |path: &str| {
            Ok(Some(
                match path {
                    "crates/own/Cargo.toml" => "package.version = '1.0.0'",
                    "crates/shared/Cargo.toml" => "package.version.workspace = true",
                    _ => "workspace.package.version = '0.3.0'",
                }
                .to_owned(),
            ))
        };
        assert_eq!(version("own", file).unwrap(), Some(Version::new(1, 0, 0)));
        assert_eq!(
            version("shared", file).unwrap(),
            Some(Version::new(0, 3, 0))
        );
        assert_eq!(version("none", |_| Ok(None)).unwrap(), None);
        assert!(version("bad", |_| Ok(Some("package.version = 'x'".to_owned()))).is_err());
    }
}
