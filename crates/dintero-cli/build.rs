//! Writes the documents, with their overlays, as JSON, so that the program parses no YAML.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::document::Document;
use dintero_codegen::{APIS, inputs, overlay};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    for api in APIS {
        if let Err(problem) = convert(api) {
            for line in problem.lines() {
                println!("cargo::error={line}");
            }
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn convert(api: &str) -> Result<(), String> {
    let inputs = inputs(Path::new("../../openapi"), api);
    for input in &inputs {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let read = |input| Document::read(input).map_err(|errors| errors.to_string());
    let (mut document, over) = (read(&inputs[0])?, read(&inputs[1])?);
    overlay::apply(&mut document, &over, true).map_err(|errors| errors.to_string())?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let file = Path::new(&out).join(format!("{api}.json"));
    fs::write(file, document.root.to_string()).map_err(|error| error.to_string())
}
