//! The documents are valid OpenAPI and fully described.

use std::process::Command;

use dintero_codegen::lower::operations::{all, resolve};
use dintero_tests::{apis, document, root};
use serde_json::Value;

const OPERATIONS: [(&str, usize); 3] = [("shopping", 38), ("checkout", 52), ("wallets", 14)];

#[test]
fn every_document_is_read_by_openapiv3() {
    for (api, _) in OPERATIONS {
        let document = document(api);
        let parsed: Result<openapiv3::OpenAPI, _> = serde_json::from_value(document.root);
        assert_eq!(
            parsed
                .unwrap_or_else(|error| panic!("{api}: {error}"))
                .openapi,
            "3.0.3"
        );
    }
}

/// Runs only where the validator from PyPI is installed.
#[test]
fn an_independent_validator_finds_every_document_valid() {
    let installed = Command::new("python3")
        .args(["-c", "import openapi_spec_validator"])
        .output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return;
    }
    for (api, _) in OPERATIONS {
        let path = root().join(format!("openapi/{api}.yaml"));
        let output = Command::new("python3")
            .args(["-m", "openapi_spec_validator"])
            .arg(path)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{api}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn every_operation_is_in_the_operation_table_under_its_own_id() {
    for api in apis() {
        let document = document(api.name);
        let ids: Vec<&str> = all(&document)
            .iter()
            .filter_map(|found| found.operation["operationId"].as_str())
            .collect();
        let expected = OPERATIONS
            .iter()
            .find(|(name, _)| *name == api.name)
            .unwrap()
            .1;
        assert_eq!(
            (ids.len(), api.table.len()),
            (expected, expected),
            "{}",
            api.name
        );
        for operation in api.table {
            assert!(ids.contains(&operation.id()), "{operation:?}");
        }
    }
}

#[test]
fn every_non_idempotent_operation_names_the_read_that_confirms_it() {
    let mut money = 0;
    for api in apis() {
        for operation in api
            .table
            .iter()
            .filter(|operation| operation.retry_class() == dintero_core::RetryClass::NonIdempotent)
        {
            money += 1;
            let read_back = operation
                .read_back()
                .unwrap_or_else(|| panic!("{operation:?} has no read-back"));
            let read = api
                .table
                .iter()
                .find(|other| other.name() == read_back)
                .unwrap();
            assert_eq!(read.method().as_str(), "GET", "{operation:?}");
        }
    }
    assert!(money >= 15, "only {money} money operations");
}

#[test]
fn operations_parameters_tags_schemas_and_properties_are_described() {
    let mut missing = Vec::new();
    for (api, _) in OPERATIONS {
        let document = document(api);
        let mut need = |at: String, node: &Value| {
            if node["description"]
                .as_str()
                .is_none_or(|text| text.len() < 4)
            {
                missing.push(format!("{api} {at}"));
            }
        };
        for tag in document.root["tags"].as_array().unwrap() {
            need(format!("tag {}", tag["name"]), tag);
        }
        for found in all(&document) {
            let pointer = &found.pointer;
            need(pointer.clone(), found.operation);
            for place in [found.item, found.operation] {
                for parameter in place["parameters"].as_array().into_iter().flatten() {
                    need(
                        format!("{pointer} parameter"),
                        resolve(&document.root, parameter),
                    );
                }
            }
        }
        for (name, schema) in document.root["components"]["schemas"].as_object().unwrap() {
            need(name.clone(), schema);
            for (property, node) in schema["properties"].as_object().into_iter().flatten() {
                if node.get("$ref").is_none() {
                    need(format!("{name}.{property}"), node);
                }
            }
        }
    }
    assert!(
        missing.is_empty(),
        "{} without a description:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
