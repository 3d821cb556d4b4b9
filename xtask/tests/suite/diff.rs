//! `cargo xtask diff` as its users run it, on two folders and in a repository.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use dintero_codegen::document::Document;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with the Wallets document and nothing else.
fn folder(edit: impl FnOnce(&mut Value)) -> TempDir {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/wallets.yaml");
    let mut root = Document::read(&file).unwrap().root;
    edit(&mut root);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wallets.yaml"), root.to_string()).unwrap();
    folder
}

fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

fn diff(from: &TempDir, to: &TempDir, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("diff").arg("--from-dir").arg(from.path());
    run(command.arg("--to-dir").arg(to.path()).args(more))
}

fn remove(root: &mut Value, pointer: &str, key: &str) {
    let object = root.pointer_mut(pointer).and_then(Value::as_object_mut);
    assert!(object.unwrap().remove(key).is_some(), "{pointer} {key}");
}

#[track_caller]
fn says(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "{text}\nnot {expected}");
    }
}

#[test]
fn the_same_document_differs_in_nothing() {
    let (code, text) = diff(&folder(|_| {}), &folder(|_| {}), &[]);
    assert_eq!(code, Some(0));
    says(&text, &["no changes"]);
    let to = folder(|root| root["info"]["description"] = json!("In other words."));
    let (code, text) = diff(&folder(|_| {}), &to, &[]);
    assert_eq!(code, Some(0));
    says(&text, &["no changes"]);
}

#[test]
fn a_new_optional_field_breaks_nobody_and_needs_a_patch_release() {
    let to = folder(|root| {
        root["components"]["schemas"]["CardState"]["properties"]["colour"] =
            json!({"type": "string"});
    });
    let (code, text) = diff(&folder(|_| {}), &to, &["--json"]);
    assert_eq!(code, Some(0), "{text}");
    let json: Value = serde_json::from_str(&text).unwrap();
    let api = &json["apis"][0];
    let changes = api["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        assert!(
            change["item"].as_str().unwrap().ends_with(".colour"),
            "{change}"
        );
        assert_eq!(
            (&change["what"], &change["kind"]),
            (&json!("field"), &json!("added"))
        );
        assert_eq!(
            (&change["api"], &change["crate"]),
            (&json!("additive"), &json!("additive"))
        );
    }
    assert_eq!(
        (&api["class"], &api["crate"]["class"]),
        (&json!("additive"), &json!("additive"))
    );
    let bumps = json["bumps"].as_array().unwrap().iter();
    let bumps: Vec<_> = bumps
        .map(|bump| (bump["crate"].as_str(), bump["bump"].as_str()))
        .collect();
    let expected = ["dintero-wallets", "dintero"].map(|name| (Some(name), Some("patch")));
    assert_eq!(bumps, expected);
}

#[test]
fn what_breaks_is_named_and_found_although_the_overlay_no_longer_fits() {
    let to = folder(|root| {
        remove(&mut root["paths"], "", "/accounts/{aid}/wallets/cards");
        remove(
            root,
            "/components/schemas/CardBalance/properties",
            "amount_pending",
        );
    });
    let from = folder(|_| {});
    let (code, text) = diff(&from, &to, &[]);
    assert_eq!(code, Some(1), "{text}");
    says(
        &text,
        &[
            "breaking  breaking  create_card(): removed (`POST /accounts/{aid}/wallets/cards`)",
            "CardDetails.amount_pending",
            "(minor)",
            "overlay actions match nothing",
        ],
    );
    let (code, text) = diff(&from, &to, &["--markdown"]);
    assert_eq!(code, Some(1));
    says(
        &text,
        &[
            "| wallets | operations | - | 2 | - |",
            "### Breaking",
            "<details><summary>",
            "| `dintero-wallets` | breaking |",
            "list\\_cards(): removed (`GET /accounts/{aid}/wallets/cards`) (API breaking, crate breaking)",
        ],
    );
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let (one, empty) = (folder(|_| {}), tempfile::tempdir().unwrap());
    let (code, text) = diff(&one, &empty, &[]);
    assert_eq!(code, Some(2));
    says(&text, &["no document in common"]);
    let (code, text) = diff(&one, &one, &["--api", "checkout"]);
    assert_eq!(code, Some(2));
    says(&text, &["document of checkout"]);
    fs::write(empty.path().join("wallets.yaml"), "a: [").unwrap();
    let (code, text) = diff(&one, &empty, &[]);
    assert_eq!(code, Some(2));
    says(&text, &["is not valid YAML"]);
    fs::remove_dir_all(empty.path()).unwrap();
    let (code, text) = diff(&one, &empty, &[]);
    assert_eq!(code, Some(2));
    says(&text, &["is no folder"]);
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
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
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

/// A workspace with one API, committed.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        let manifest = "package.version.workspace = true\n";
        for (file, text) in [
            ("openapi/wallets.yaml", DOCUMENT),
            ("openapi/overlays/wallets.yaml", OVERLAY),
            ("Cargo.toml", "workspace.package.version = '0.3.1'\n"),
            ("crates/dintero-wallets/Cargo.toml", manifest),
            ("crates/dintero/Cargo.toml", "package.version = '1.2.0'\n"),
            (
                "CHANGELOG.md",
                "# Changelog\n\n## Unreleased\n\n- By hand.\n\n## 0.1.0\n\n- First.\n",
            ),
        ] {
            fs::create_dir_all(repository.path(file).parent().unwrap()).unwrap();
            repository.write(file, text);
        }
        repository.git(&["init", "--quiet"]);
        repository.git(&["add", "."]);
        repository.commit();
        repository
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn changelog(&self) -> String {
        fs::read_to_string(self.path("CHANGELOG.md")).unwrap()
    }

    fn commit(&self) {
        self.git(&["commit", "--quiet", "--all", "--allow-empty", "-m", "all"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.0.path());
        for setting in [
            "user.name=test",
            "user.email=test@example.invalid",
            "commit.gpgsign=false",
        ] {
            git.args(["-c", setting]);
        }
        let (code, said) = run(git.args(arguments));
        assert_eq!(code, Some(0), "{said}");
    }

    fn change(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("openapi/wallets.yaml")).unwrap();
        assert!(text.contains(from));
        self.write("openapi/wallets.yaml", &text.replace(from, to));
    }

    #[track_caller]
    fn diff(&self, arguments: &[&str], code: i32, expected: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--root").arg(self.0.path()).arg("diff");
        let (found, text) = run(command.args(arguments));
        assert_eq!(found, Some(code), "{text}");
        says(&text, expected);
    }
}

#[test]
fn the_last_commit_is_compared_with_the_working_tree() {
    let repository = Repository::new();
    repository.diff(&[], 0, &["no changes"]);
    repository.change("[ON, OFF]", "[ON, OFF, BROKEN]");
    let expected = [
        "ThingState::Broken: added",
        "0.3.1 -> 0.3.2 (patch)",
        "1.2.0 -> 1.3.0 (minor)",
    ];
    repository.diff(&[], 0, &expected);
    repository.commit();
    repository.diff(&[], 0, &["no changes"]);
    let expected = ["0.3.1 -> 0.4.0 (minor)", "1.2.0 -> 2.0.0 (major)"];
    repository.diff(&["--from", "HEAD", "--to", "HEAD~1"], 1, &expected);
}

#[test]
fn a_version_that_was_raised_already_is_not_asked_for_again() {
    let repository = Repository::new();
    for (was, class, is) in [
        ("0.3.1", "minor", "0.4.0"),
        ("0.0.4", "patch", "0.0.5"),
        ("0.2.0-rc.1", "minor", "0.2.0"),
    ] {
        let manifest = |version| format!("workspace.package.version = '{version}'\n");
        repository.write("Cargo.toml", &manifest(was));
        repository.commit();
        repository.change("name: {type: string}", "name: {type: integer}");
        repository.diff(&[], 1, &[&format!("{was} -> {is} ({class})")]);
        repository.write("Cargo.toml", &manifest(is));
        repository.diff(&[], 1, &[&format!("{was} -> {is} ({class}, done)")]);
        repository.change("name: {type: integer}", "name: {type: string}");
    }
    repository.write("crates/dintero/Cargo.toml", "package.version = 'x'\n");
    repository.change("name: {type: string}", "name: {type: integer}");
    repository.diff(&[], 2, &["crates/dintero/Cargo.toml: version"]);
}

#[test]
fn the_changelog_is_written_once_and_keeps_what_is_written_by_hand() {
    let repository = Repository::new();
    repository.change("state:", "State:");
    repository.diff(&["--changelog"], 1, &["wrote CHANGELOG.md"]);
    let once = repository.changelog();
    says(
        &once,
        &[
            "- By hand.\n<!-- cargo xtask diff: wallets, from ",
            "  - fields renamed, breaking: `Thing.State` (renamed from `Thing.state`).\n",
            "<!-- end -->\n\n## 0.1.0\n\n- First.\n",
        ],
    );
    repository.diff(&["--changelog"], 1, &["CHANGELOG.md is up to date"]);
    assert_eq!(repository.changelog(), once);
    // The same comparison replaces its entry, another adds one.
    repository.change("State:", "status:");
    repository.diff(&["--changelog"], 1, &["wrote CHANGELOG.md"]);
    assert_eq!(
        repository
            .changelog()
            .matches("<!-- cargo xtask diff")
            .count(),
        1
    );
    assert!(!repository.changelog().contains("Thing.State"));
    repository.commit();
    repository.change("status:", "state:");
    repository.diff(&["--changelog"], 1, &["wrote CHANGELOG.md"]);
    assert_eq!(
        repository
            .changelog()
            .matches("<!-- cargo xtask diff")
            .count(),
        2
    );
    // A broken mark or no heading is an error and not a lost file.
    repository.write(
        "CHANGELOG.md",
        &repository.changelog().replace("<!-- end -->", ""),
    );
    repository.diff(&["--changelog"], 2, &["has no <!-- end -->"]);
    repository.write("CHANGELOG.md", "# Changelog\n");
    repository.diff(
        &["--changelog"],
        2,
        &["CHANGELOG.md has no heading `## Unreleased`"],
    );
    repository.write("CHANGELOG.md", "## Unreleased");
    repository.diff(&["--changelog"], 1, &["wrote CHANGELOG.md"]);
    assert!(
        repository
            .changelog()
            .starts_with("## Unreleased\n\n<!-- cargo xtask diff: wallets")
    );
}

#[test]
fn a_new_api_is_additive_and_one_that_is_removed_breaks() {
    let repository = Repository::new();
    fs::remove_file(repository.path("openapi/wallets.yaml")).unwrap();
    repository.diff(
        &["--api", "wallets"],
        1,
        &["things_get(): removed (`GET /things`)"],
    );
    repository.commit();
    repository.write("openapi/wallets.yaml", DOCUMENT);
    repository.diff(
        &["--api", "wallets"],
        0,
        &["things_get(): added (`GET /things`)"],
    );
}

#[test]
fn a_revision_that_is_not_there_is_an_error() {
    let repository = Repository::new();
    repository.diff(&["--from", "v9"], 2, &["there is no revision v9"]);
    repository.diff(
        &["--from=--output=x"],
        2,
        &["there is no revision --output=x"],
    );
}

#[test]
fn a_state_that_cannot_be_generated_is_told_with_the_reason() {
    let repository = Repository::new();
    repository.change("schemas/Thing'", "schemas/Nothing'");
    let reason = "openapi/wallets.yaml";
    repository.diff(
        &[],
        1,
        &[
            "wallets: the new state cannot be generated: ",
            reason,
            "Nothing",
        ],
    );
    repository.commit();
    repository.change("schemas/Nothing'", "schemas/Thing'");
    repository.diff(
        &[],
        1,
        &["wallets: the old state cannot be generated: ", "Nothing"],
    );
}
