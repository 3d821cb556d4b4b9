//! Turns the OpenAPI documents into JSON without their prose, so that a starting sandbox parses no YAML.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::APIS;
use dintero_codegen::document::Document;
use serde_json::Value;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let documents = APIS.map(|api| (api, format!("../../openapi/{api}.yaml")));
    let own = ("sandbox", "sandbox.yaml".to_owned());
    for (name, input) in documents.into_iter().chain([own]) {
        if let Err(problem) = convert(name, &input) {
            for line in problem.lines() {
                println!("cargo::error={line}");
            }
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn convert(name: &str, input: &str) -> Result<(), String> {
    println!("cargo::rerun-if-changed={input}");
    let mut document = Document::read(Path::new(input)).map_err(|errors| {
        format!("{errors}\nA vendored git dependency has no OpenAPI documents: depend on the published package.")
    })?;
    without_prose(&mut document.root, "");
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let file = Path::new(&out).join(format!("{name}.json"));
    fs::write(file, document.root.to_string()).map_err(|error| error.to_string())
}

/// `within` is the key above: below `properties`, `description` is a name and no prose.
fn without_prose(value: &mut Value, within: &str) {
    const PROSE: [&str; 5] = [
        "description",
        "summary",
        "example",
        "examples",
        "externalDocs",
    ];
    match value {
        Value::Object(object) => {
            object.retain(|key, _| within == "properties" || !PROSE.contains(&key.as_str()));
            for (key, below) in object {
                without_prose(below, key);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_prose(item, "")),
        _ => {}
    }
}
