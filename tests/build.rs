//! Generates the client of `data/traps.yaml`, so that the tests of losses use code that really compiles.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::document::Document;

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            for line in problem.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let [document, overlay] = ["traps", "traps-overlay"].map(|name| Path::new("data").join(name).with_extension("yaml"));
    for input in [&document, &overlay, Path::new("build.rs")] {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let read = |path| Document::read(path).map_err(|errors| errors.to_string());
    let generation = dintero_codegen::generate_from("traps", read(&document)?, Some(&read(&overlay)?), true);
    let generation = generation.map_err(|errors| errors.to_string())?;
    let file = Path::new(&env::var("OUT_DIR").map_err(|error| error.to_string())?).join("traps.rs");
    fs::write(&file, generation.source).map_err(|error| format!("{}: {error}", file.display()))
}
