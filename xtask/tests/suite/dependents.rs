//! What an application sees that builds on a checkout of this repository: a touched document regenerates and rebuilds one
//! client crate, and a wrong one is one error that says where and what to do.
//!
//! Checks a real application on a copy of the checkout, offline, with a target folder of its own that later runs find warm.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What the two clients are made of.
const PARTS: [&str; 7] = [
    "Cargo.toml",
    "build.rs",
    "openapi",
    "crates/dintero-core",
    "crates/dintero-codegen",
    "crates/dintero-shopping",
    "crates/dintero-wallets",
];

const APPLICATION: &str = r#"[package]
name = "application"
edition = "2024"

[dependencies]
dintero-shopping = { path = "../checkout/crates/dintero-shopping" }
dintero-wallets = { path = "../checkout/crates/dintero-wallets" }

[workspace]
"#;

const DOCUMENT: &str = "checkout/openapi/wallets.yaml";

/// Makes a file or folder like another, leaving alone what is the same, so that a warm build stays warm.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        let names = |folder: &Path| -> BTreeSet<_> {
            let entries = fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().file_name()).collect()
        };
        for gone in names(to).difference(&names(from)) {
            let gone = to.join(gone);
            if gone.is_dir() {
                fs::remove_dir_all(gone).unwrap();
            } else {
                fs::remove_file(gone).unwrap();
            }
        }
        for name in names(from) {
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        write(to, &fs::read(from).unwrap());
    }
}

fn write(path: &Path, content: &[u8]) {
    if fs::read(path).ok().as_deref() != Some(content) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// A copy of the checkout, and beside it an application that depends on two of its crates.
fn set_up() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dependents");
    for part in PARTS {
        fs::create_dir_all(folder.join("checkout/crates")).unwrap();
        copy(&root.join(part), &folder.join("checkout").join(part));
    }
    write(
        &folder.join("application/Cargo.toml"),
        APPLICATION.as_bytes(),
    );
    write(&folder.join("application/src/lib.rs"), b"");
    // The versions that this workspace has, so that no others are looked for.
    let lock = fs::read(root.join("Cargo.lock")).unwrap();
    fs::write(folder.join("application/Cargo.lock"), lock).unwrap();
    folder
}

struct Checked {
    success: bool,
    /// Packages of which anything was compiled, with the kind of it.
    compiled: BTreeSet<(String, String)>,
    /// The generated source of the wallets client.
    source: String,
    errors: Vec<String>,
}

fn check(folder: &Path) -> Checked {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--message-format", "json"])
        .current_dir(folder.join("application"))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // Nobody debugs it: less to build and to keep.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let mut checked = Checked {
        success: output.status.success(),
        compiled: BTreeSet::new(),
        source: String::new(),
        errors: err
            .lines()
            .filter(|line| line.starts_with("error") && line.contains("openapi/"))
            .map(str::to_owned)
            .collect(),
    };
    for line in out.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        match message["reason"].as_str() {
            Some("compiler-artifact") if message["fresh"] == false => {
                let target = &message["target"];
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                checked
                    .compiled
                    .insert((text(&target["name"]), text(&target["kind"][0])));
            }
            Some("build-script-executed") => {
                let out = Path::new(message["out_dir"].as_str().unwrap());
                if message["package_id"]
                    .as_str()
                    .unwrap()
                    .contains("dintero-wallets")
                {
                    checked.source = fs::read_to_string(out.join("client.rs")).unwrap();
                }
            }
            _ => {}
        }
    }
    assert!(
        checked.success || !checked.errors.is_empty(),
        "the application does not build: {err}"
    );
    checked
}

#[test]
fn a_touched_document_rebuilds_one_client_and_a_wrong_one_says_where() {
    let folder = set_up();
    let document = fs::read_to_string(folder.join(DOCUMENT)).unwrap();
    assert!(check(&folder).success);
    assert_eq!(check(&folder).compiled, BTreeSet::new());

    let wallets_only: BTreeSet<(String, String)> = ["dintero_wallets", "application"]
        .map(|name| (name.to_owned(), "lib".to_owned()))
        .into();
    let operation = "paths:\n  /accounts/{aid}/wallets/ping:\n    get:\n      operationId: pingWallets\n      parameters: [{name: aid, in: path, required: true, schema: {type: string}}]\n      responses: {'204': {description: Alive}}\n";
    let newer = document.replacen("paths:\n", operation, 1);
    fs::write(folder.join(DOCUMENT), &newer).unwrap();
    let touched = check(&folder);
    assert!(touched.success);
    assert_eq!(touched.compiled, wallets_only);
    assert!(touched.source.contains("fn ping_wallets"));

    let wrong = newer.replacen("{type: string}", "{$ref: '#/components/schemas/No'}", 1);
    fs::write(folder.join(DOCUMENT), wrong).unwrap();
    let line = 1 + newer
        .lines()
        .position(|line| line.contains("{type: string}"))
        .unwrap();
    let refused = check(&folder);
    assert!(!refused.success);
    assert_eq!(refused.compiled, BTreeSet::new());
    let [error] = refused.errors.as_slice() else {
        panic!("{:?}", refused.errors);
    };
    let expected = format!(
        "openapi/wallets.yaml:{line} #/paths/~1accounts~1{{aid}}~1wallets~1ping/get/parameters/0/schema: refers to #/components/schemas/No, which does not exist. Add it, or fix the reference"
    );
    assert!(error.ends_with(&expected), "{error}\nnot {expected}");

    fs::write(folder.join(DOCUMENT), &document).unwrap();
    let mended = check(&folder);
    assert!(mended.success);
    assert_eq!(mended.compiled, wallets_only);
    assert!(!mended.source.contains("fn ping_wallets"));
}
