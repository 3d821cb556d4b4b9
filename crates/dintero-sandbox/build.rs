//! Turns the OpenAPI documents into JSON without their prose, so that a starting sandbox parses no YAML.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::APIS;
use dintero_codegen::document::Document;
use serde_json::Value;
use serde_json_path::JsonPath;

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
    if APIS.contains(&name) {
        let overlay = format!("../../openapi/overlays/{name}.yaml");
        println!("cargo::rerun-if-changed={overlay}");
        let overlay = Document::read(Path::new(&overlay)).map_err(|errors| errors.to_string())?;
        mark_personal(&mut document.root, &overlay.root)?;
    }
    without_prose(&mut document.root, "");
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let file = Path::new(&out).join(format!("{name}.json"));
    fs::write(file, document.root.to_string()).map_err(|error| error.to_string())
}

/// Takes over the overlay's marks of what is personal or secret; its names and choices are those of the clients.
fn mark_personal(document: &mut Value, overlay: &Value) -> Result<(), String> {
    const MARK: &str = "x-dintero-personal";
    for action in overlay["actions"].as_array().into_iter().flatten() {
        let mark = &action["update"][MARK];
        let target = action["target"].as_str().unwrap_or_default();
        let path = JsonPath::parse(target).map_err(|error| format!("{target}: {error}"))?;
        let places = path.query_located(document);
        let places = places.locations().map(|place| place.to_json_pointer());
        let places: Vec<_> = places.filter(|_| !mark.is_null()).collect();
        for place in places {
            if let Some(node) = document.pointer_mut(&place) {
                node[MARK] = mark.clone();
            }
        }
    }
    Ok(())
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
