//! An older document of an API lacks what the hand-written crate uses, and is imported so that the crate still builds.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use crate::common::Root;
use dintero_codegen::document::Document;
use serde_json::{Value, json};

/// Our document without what came later: properties, values, an operation, names of variables in paths.
fn older(root: &Root) -> Value {
    let mut old = Document::read(&root.path("checkout.yaml")).unwrap().root;
    old["info"]["version"] = json!("2024.1");
    let paths = old["paths"].as_object_mut().unwrap();
    paths.remove("/transactions/{id}/void").unwrap();
    let mut item = paths.remove("/transactions/{id}/capture").unwrap();
    let rename = |node: &mut Value| {
        for parameter in node["parameters"].as_array_mut().into_iter().flatten() {
            if parameter["$ref"] == "#/components/parameters/TransactionId" {
                *parameter = json!({"in": "path", "name": "transaction_id", "required": true,
                    "schema": {"type": "string"}});
            }
        }
    };
    rename(&mut item);
    rename(&mut item["post"]);
    paths.insert("/transactions/{transaction_id}/capture".into(), item);
    let event = &mut old["components"]["schemas"]["TransactionEvent"];
    let properties = event["properties"].as_object_mut().unwrap();
    properties.remove("splits").unwrap();
    properties.insert(
        "legacy".into(),
        json!({"type": "string", "nullable": true, "example": null}),
    );
    old
}

#[test]
fn what_the_hand_written_crate_uses_stays_with_fix_and_is_an_error_without() {
    let root = Root::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dintero/src/amount");
    let copy = root.0.path().join("crates/dintero/src");
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
    }
    let calls = "client.void_transaction(id).send(); client.capture_transaction(id).send();";
    fs::write(copy.join("calls.rs"), calls).unwrap();
    let file = root.0.path().join("older.json");
    fs::write(&file, older(&root).to_string()).unwrap();
    let before = root.files();
    let file = file.to_str().unwrap();
    let import = ["import", "--api", "checkout", file, "--prune"];
    let told = root.run(&import);
    assert_eq!(told.code, 2, "{}", told.out);
    let expected = "crates/dintero uses what the document lacks: ";
    assert!(told.err.contains(expected), "{}", told.err);
    for lost in [
        "TransactionEvent splits",
        "void_transaction",
        "import with --fix",
    ] {
        assert!(told.err.contains(lost), "{lost} is not in {}", told.err);
    }
    assert_eq!(root.files(), before);
    let fixed = root.run(&[&import[..], &["--fix"]].concat());
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    let surface = fs::read_to_string(root.path("surface/checkout.txt")).unwrap();
    for fact in [
        "struct TransactionEvent splits: ",
        "struct TransactionEvent legacy: String nullable",
        "operation void_transaction POST /transactions/{id}/void -> Transaction\n",
        "operation capture_transaction POST /transactions/{id}/capture -> Transaction\n",
    ] {
        assert!(surface.contains(fact), "{fact}");
    }
}

/// Takes from a node, at random, what an older document need not have had: properties, values, parameters.
fn take_away(node: &mut Value, random: &mut fastrand::Rng) {
    match node {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                properties.retain(|_, _| random.u8(..12) > 0);
            }
            let names = object.get("properties").and_then(Value::as_object).cloned();
            if let (Some(names), Some(Value::Array(required))) = (names, object.get_mut("required"))
            {
                required.retain(|name| names.contains_key(name.as_str().unwrap_or_default()));
            }
            if let Some(Value::Array(values)) = object.get_mut("enum")
                && values.len() > 2
            {
                values.retain(|_| random.u8(..12) > 0);
            }
            if let Some(Value::Array(parameters)) = object.get_mut("parameters") {
                parameters.retain(|it| it["in"] != "query" || random.u8(..12) > 0);
            }
            object.values_mut().for_each(|node| take_away(node, random));
        }
        Value::Array(list) => list.iter_mut().for_each(|node| take_away(node, random)),
        _ => {}
    }
}

/// `OLDER_SEED` chooses what is missing; `OLDER_DOCUMENT` is a file to write the document to, to build the workspace with it.
#[test]
fn a_document_that_lacks_anything_is_imported_in_one_command() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dintero/src");
    let seed = std::env::var("OLDER_SEED").map_or(0, |seed| seed.parse().unwrap());
    let root = Root::new();
    let folder = root.0.path().join("crates/dintero");
    fs::create_dir_all(&folder).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(source.canonicalize().unwrap(), folder.join("src")).unwrap();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut old = Document::read(&root.path("checkout.yaml")).unwrap().root;
    take_away(&mut old, &mut random);
    old["paths"]
        .as_object_mut()
        .unwrap()
        .retain(|_, _| random.u8(..12) > 0);
    let file = root.0.path().join("older.json");
    fs::write(&file, old.to_string()).unwrap();
    if let Some(copy) = std::env::var_os("OLDER_DOCUMENT") {
        fs::copy(&file, copy).unwrap();
    }
    let import = ["import", "--api", "checkout", file.to_str().unwrap()];
    let ran = root.run(&[&import[..], &["--prune", "--fix"]].concat());
    assert_eq!(ran.code, 0, "seed {seed}: {}", ran.err);
    assert_eq!(root.run(&["regen", "--check", "--api", "checkout"]).code, 0);
}
