//! The build script of all three client crates, which link to it: generates the client of the crate it runs for.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

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
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let package = variable("CARGO_PKG_NAME")?;
    let api = package
        .strip_prefix("dintero-")
        .ok_or_else(|| format!("{package} is none of the client crates"))?;
    // Only what this client is made of: another API's document must not rebuild it.
    let openapi = Path::new("openapi");
    let names = dintero_codegen::surface_path(openapi, api);
    for input in dintero_codegen::inputs(openapi, api)
        .into_iter()
        .chain(names.exists().then_some(names))
    {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let generation =
        dintero_codegen::generate(openapi, api).map_err(|errors| errors.to_string())?;
    let file = Path::new(&variable("OUT_DIR")?).join("client.rs");
    fs::write(&file, generation.source + &generation.registry)
        .map_err(|error| format!("{}: {error}", file.display()))
}
