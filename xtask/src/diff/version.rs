//! The versions that crates have and should have.

use semver::Version;
use toml::Value;

use super::change::Class;

/// Reads the version of a crate from its manifest, or from the workspace's.
pub fn of(
    name: &str,
    file: impl Fn(&str) -> Result<Option<String>, String>,
) -> Result<Option<Version>, String> {
    let own = format!("crates/{name}/Cargo.toml");
    if file(&own)?.is_none() {
        return Ok(None);
    }
    let manifest = |path: &str| -> Result<Value, String> {
        let text = file(path)?.unwrap_or_default();
        toml::from_str(&text).map_err(|error| format!("{path}: {error}"))
    };
    let (package, workspace) = (manifest(&own)?, manifest("Cargo.toml")?);
    let version_in = |manifest: Option<&Value>| manifest?.get("package")?.get("version").cloned();
    let version = version_in(Some(&package)).filter(Value::is_str);
    let version = version.or_else(|| version_in(workspace.get("workspace")));
    let version = version.as_ref().and_then(Value::as_str);
    let version = version.ok_or(format!("{own}: names no version"))?;
    let parsed = Version::parse(version).map(Some);
    parsed.map_err(|error| format!("{own}: version {version:?}: {error}"))
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
