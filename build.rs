//! The build script of all three client crates, whose manifests name it: generates the client of the crate it runs for.

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
    // The package's folder is where a build script starts; messages name files from the workspace on.
    env::set_current_dir("../..").map_err(|error| format!("../..: {error}"))?;
    println!("cargo::rerun-if-changed=../../build.rs");
    // Only what this client is made of: another API's document must not rebuild it.
    let openapi = Path::new("openapi");
    let names = Some(dintero_codegen::surface_path(openapi, api)).filter(|path| path.exists());
    for input in dintero_codegen::inputs(openapi, api)
        .into_iter()
        .chain(names)
    {
        println!("cargo::rerun-if-changed=../../{}", input.display());
    }
    let generation =
        dintero_codegen::generate(openapi, api).map_err(|errors| errors.to_string())?;
    let file = Path::new(&variable("OUT_DIR")?).join("client.rs");
    fs::write(&file, generation.source + &generation.registry)
        .map_err(|error| format!("{}: {error}", file.display()))
}
