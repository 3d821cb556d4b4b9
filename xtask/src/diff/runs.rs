//! The command in a repository of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use tempfile::TempDir;

use super::Diff;
use crate::report::Report;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    diff: Diff,
}

const DOCUMENT: &str = "\
openapi: 3.0.3
info: {title: Wallets, version: '1'}
servers: [{url: 'https://api.dintero.com/v1'}]
paths:
  /things:
    get:
      operationId: things_get
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
components:
  schemas:
    Thing:
      type: object
      properties:
        name: {type: string}
        state: {type: string, enum: [ON, OFF]}
";
const OVERLAY: &str = "\
overlay: 1.0.0
info: {title: Names, version: 1.0.0}
actions:
  - target: $
    description: Which of our servers an origin is
    update: {x-dintero-servers: {'https://api.dintero.com': api}}
";

fn git(root: &Path, arguments: &[&str]) {
    let said = Command::new("git")
        .arg("-C")
        .arg(root)
        .args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.invalid",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// A workspace with one API, committed.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for folder in [
        "openapi/overlays",
        "crates/dintero-wallets",
        "crates/dintero",
    ] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for (file, text) in [
        ("openapi/wallets.yaml", DOCUMENT),
        ("openapi/overlays/wallets.yaml", OVERLAY),
        ("Cargo.toml", "workspace.package.version = '0.3.1'\n"),
        (
            "crates/dintero-wallets/Cargo.toml",
            "package.version.workspace = true\n",
        ),
        (
            "crates/dintero/Cargo.toml",
            "package.version.workspace = true\n",
        ),
        (
            "CHANGELOG.md",
            "# Changelog\n\n## Unreleased\n\n- By hand.\n",
        ),
    ] {
        fs::write(root.join(file), text).unwrap();
    }
    git(root, &["init", "--quiet"]);
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "first"]);
    folder
}

fn change(root: &Path, from: &str, to: &str) {
    let file = root.join("openapi/wallets.yaml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from));
    fs::write(file, text.replace(from, to)).unwrap();
}

fn run(root: &Path, arguments: &[&str]) -> Result<Report, String> {
    let line = Line::try_parse_from(["diff"].iter().chain(arguments)).unwrap();
    line.diff.run(root).map_err(|error| error.to_string())
}

#[test]
fn the_last_commit_is_compared_with_the_working_tree() {
    let folder = repository();
    let root = folder.path();
    assert!(!run(root, &[]).unwrap().found);
    change(root, "[ON, OFF]", "[ON, OFF, BROKEN]");
    let report = run(root, &[]).unwrap();
    assert!(!report.found);
    assert!(
        report
            .text
            .contains("Thing.state: value added: BROKEN [response-property-enum-value-added]"),
        "{}",
        report.text
    );
    assert!(
        report.text.contains("0.3.1 -> 0.3.2 (patch)"),
        "{}",
        report.text
    );
    git(root, &["commit", "--quiet", "--all", "-m", "second"]);
    assert!(run(root, &[]).unwrap().text.contains("no changes"));
    let report = run(root, &["--from", "HEAD", "--to", "HEAD~1"]).unwrap();
    assert!(report.found, "a value of a crate's enum is gone");
    assert!(
        report.text.contains("0.3.1 -> 0.4.0 (minor)"),
        "{}",
        report.text
    );
}

#[test]
fn a_version_that_was_raised_already_is_not_asked_for_again() {
    let folder = repository();
    let root = folder.path();
    change(root, "name: {type: string}", "name: {type: integer}");
    fs::write(
        root.join("Cargo.toml"),
        "workspace.package.version = '0.4.0'\n",
    )
    .unwrap();
    let report = run(root, &[]).unwrap();
    assert!(
        report.text.contains("0.3.1 -> 0.4.0 (minor, done)"),
        "{}",
        report.text
    );
}

#[test]
fn the_changelog_is_written_once_and_keeps_what_is_written_by_hand() {
    let folder = repository();
    let root = folder.path();
    let read = || fs::read_to_string(root.join("CHANGELOG.md")).unwrap();
    change(root, "state:", "State:");
    run(root, &["--changelog"]).unwrap();
    let once = read();
    assert!(
        once.contains("- By hand.\n<!-- cargo xtask diff: wallets, from "),
        "{once}"
    );
    assert!(
        once.contains("fields renamed (likely), breaking: `state` -> `Thing.State`"),
        "{once}"
    );
    run(root, &["--changelog"]).unwrap();
    assert_eq!(read(), once);
    change(root, "State:", "state:");
    run(root, &["--changelog"]).unwrap();
    assert!(read().contains("- By hand."));
}

#[test]
fn a_new_api_is_additive_and_one_that_is_gone_breaks() {
    let folder = repository();
    let root = folder.path();
    fs::remove_file(root.join("openapi/wallets.yaml")).unwrap();
    let report = run(root, &["--api", "wallets"]).unwrap();
    assert!(
        report.found && report.text.contains("GET /things: operation removed"),
        "{}",
        report.text
    );
    git(root, &["commit", "--quiet", "--all", "-m", "gone"]);
    fs::write(root.join("openapi/wallets.yaml"), DOCUMENT).unwrap();
    let report = run(root, &["--api", "wallets"]).unwrap();
    assert!(
        !report.found && report.text.contains("GET /things: operation added"),
        "{}",
        report.text
    );
}

#[test]
fn a_revision_that_is_not_there_is_an_error() {
    let folder = repository();
    let error = run(folder.path(), &["--from", "v9"]).err().unwrap();
    assert_eq!(error, "there is no revision v9");
    let error = run(folder.path(), &["--from=--output=x"]).err().unwrap();
    assert_eq!(error, "there is no revision --output=x");
}

#[test]
fn without_a_surface_a_document_that_cannot_be_generated_is_found() {
    let folder = repository();
    let root = folder.path();
    change(root, "schemas/Thing'", "schemas/Nothing'");
    let report = run(root, &[]).unwrap();
    assert!(report.found);
    assert_eq!(report.json["apis"][0]["crate"]["judged_by"], "api");
    assert!(
        report.text.contains("the new state cannot be generated"),
        "{}",
        report.text
    );
}
