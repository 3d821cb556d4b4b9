//! `cargo semver-checks`, where it is installed.

use std::path::Path;
use std::process::Command;

use super::change::Class;

/// Judges a crate of the working tree against a revision, without the network.
pub fn run(root: &Path, name: &str, revision: &str) -> Result<Class, String> {
    let output = Command::new("cargo")
        .args([
            "semver-checks",
            "check-release",
            "--package",
            name,
            "--baseline-rev",
            revision,
        ])
        .args(["--release-type", "patch", "--color", "never"])
        .env("CARGO_NET_OFFLINE", "true")
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let said = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    judge(&said, output.status.success()).ok_or_else(|| {
        let last = said
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty())
            .unwrap_or("it says nothing");
        format!("{name}: cargo semver-checks gives no verdict, the surface judges alone: {last}")
    })
}

/// Its summary names the release that the changes need; a check against a patch release fails for any other.
fn judge(said: &str, success: bool) -> Option<Class> {
    let summary = said
        .lines()
        .find(|line| line.trim_start().starts_with("Summary "));
    match summary {
        Some(line) if line.contains("requires new major version") => Some(Class::Breaking),
        Some(line) if line.contains("requires new minor version") => Some(Class::Additive),
        Some(_) if success => Some(Class::None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, judge};

    #[test]
    fn the_summary_is_read_and_anything_else_is_no_verdict() {
        let major =
            "  Summary semver requires new major version: 2 major and 0 minor checks failed";
        let minor =
            "  Summary semver requires new minor version: 0 major and 1 minor checks failed";
        assert_eq!(judge(major, false), Some(Class::Breaking));
        assert_eq!(judge(minor, false), Some(Class::Additive));
        assert_eq!(
            judge("  Summary no semver update required", true),
            Some(Class::None)
        );
        assert_eq!(
            judge("error: no such command: `semver-checks`", false),
            None
        );
    }
}
