//! An older document of an API lacks what the hand-written crate uses, and is imported so that the crate still builds.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::Root;
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
    properties.remove("amount").unwrap();
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
        "TransactionEvent amount",
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
        "struct TransactionEvent amount: ",
        "struct TransactionEvent legacy: String nullable",
        "operation void_transaction POST /transactions/{id}/void -> Transaction\n",
        "operation capture_transaction POST /transactions/{id}/capture -> Transaction\n",
    ] {
        assert!(surface.contains(fact), "{fact}");
    }
}
