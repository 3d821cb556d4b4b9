//! A small document that stands for an API, and imports over it.

use std::fs;

use serde_json::Value;

use super::{Ran, Root};

pub const PRESENT: &str = include_str!("../data/present.yaml");
pub const OVERLAY: &str = include_str!("../data/overlay.yaml");
pub const OLD: &str = include_str!("../data/old.yaml");
pub const PAGE: &str = include_str!("../data/page.md");

/// A folder in which a small document stands for an API.
pub fn small() -> Root {
    let root = Root::new();
    fs::write(root.path("wallets.yaml"), PRESENT).unwrap();
    fs::write(root.path("overlays/wallets.yaml"), OVERLAY).unwrap();
    assert_eq!(root.run(&["regen", "--api", "wallets"]).code, 0);
    root
}

pub fn import(root: &Root, text: &str, more: &[&str]) -> Ran {
    let file = root.0.path().join("upstream");
    fs::write(&file, text).unwrap();
    let mut arguments = vec![
        "--json",
        "import",
        "--api",
        "wallets",
        file.to_str().unwrap(),
    ];
    arguments.extend(more);
    root.run(&arguments)
}

/// Imports with whatever the overlay needs.
pub fn imported(root: &Root, text: &str) -> Value {
    let ran = import(root, text, &["--prune", "--fix"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.json()
}

pub fn read(root: &Root, path: &str) -> String {
    fs::read_to_string(root.path(path)).unwrap()
}

pub fn targets(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|action| action["target"].as_str().unwrap())
        .collect()
}
