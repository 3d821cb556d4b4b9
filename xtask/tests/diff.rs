//! `cargo xtask diff` as its users run it, on two folders.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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

fn diff(from: &TempDir, to: &TempDir, more: &[&str]) -> (Option<i32>, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("diff")
        .arg("--from-dir")
        .arg(from.path())
        .arg("--to-dir")
        .arg(to.path())
        .args(more)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn remove(root: &mut Value, pointer: &str, key: &str) {
    let removed = root
        .pointer_mut(pointer)
        .and_then(Value::as_object_mut)
        .unwrap()
        .remove(key);
    assert!(removed.is_some(), "{pointer} {key}");
}

#[test]
fn the_same_document_differs_in_nothing() {
    let (code, text) = diff(&folder(|_| {}), &folder(|_| {}), &[]);
    assert_eq!(code, Some(0));
    assert!(text.contains("no changes"), "{text}");
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
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0]["name"].as_str(), changes[0]["class"].as_str()),
        (Some("colour"), Some("additive"))
    );
    assert_eq!(
        changes[0]["new_pointer"],
        "/components/schemas/CardState/properties/colour"
    );
    assert!(!changes[0]["operations"].as_array().unwrap().is_empty());
    assert_eq!(api["crate"]["judged_by"], "surface");
    let bumps = json["bumps"].as_array().unwrap();
    let names: Vec<_> = bumps
        .iter()
        .map(|bump| (bump["crate"].as_str(), bump["bump"].as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (Some("dintero-wallets"), Some("patch")),
            (Some("dintero"), Some("patch"))
        ]
    );
}

#[test]
fn what_breaks_is_named_and_found_although_the_overlay_no_longer_fits() {
    let to = folder(|root| {
        let path = "/accounts/{aid}/wallets/cards";
        remove(&mut root["paths"], "", path);
        remove(
            root,
            "/components/schemas/CardBalance/properties",
            "amount_pending",
        );
    });
    let from = folder(|_| {});
    let (code, text) = diff(&from, &to, &[]);
    assert_eq!(code, Some(1), "{text}");
    for expected in [
        "POST /accounts/{aid}/wallets/cards: operation removed",
        "CardBalance: field removed: amount_pending [response-",
        "create_card(), list_cards(): method removed",
        "CardDetails.amount_pending",
        "(minor)",
        "overlay actions match nothing",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let (code, text) = diff(&from, &to, &["--markdown"]);
    assert_eq!(code, Some(1));
    for expected in [
        "| wallets | operations | - | 2 | - | - |",
        "### Breaking for the API",
        "<details><summary>",
        "| `dintero-wallets` | breaking |",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let (one, empty) = (folder(|_| {}), tempfile::tempdir().unwrap());
    let (code, text) = diff(&one, &empty, &[]);
    assert_eq!(code, Some(2));
    assert!(text.contains("no document in common"), "{text}");
    let (code, text) = diff(&one, &one, &["--api", "checkout"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("document of checkout"), "{text}");
    fs::write(empty.path().join("wallets.yaml"), "a: [").unwrap();
    let (code, text) = diff(&one, &empty, &[]);
    assert_eq!(code, Some(2));
    assert!(text.contains("is not valid YAML"), "{text}");
}
