//! Generates the clients of the documents in `data`, so that the tests prove that they compile.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::document::Document;

#[path = "src/random_unions.rs"]
mod random_unions;

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
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/random_unions.rs");
    let (unions, kinds) = random_unions::generate(random_unions::SEED, random_unions::COUNT);
    let unions =
        Document::parse("unions.json", &unions.to_string()).map_err(|errors| errors.to_string())?;
    write("unions", unions, None, &random_unions::code(&kinds))?;
    client("constructs", Some("constructs-overlay"))?;
    client("circles", None)?;
    client("wire", None)?;
    client("compatibility-old", None)?;
    client("compatibility-new", None)?;
    client("upstream", Some("upstream-overlay"))
}

fn client(name: &str, overlay: Option<&str>) -> Result<(), String> {
    let read = |name: &str| {
        let path = Path::new("data").join(name).with_extension("yaml");
        println!("cargo::rerun-if-changed={}", path.display());
        Document::read(&path).map_err(|errors| errors.to_string())
    };
    let overlay = overlay.map(read).transpose()?;
    write(name, read(name)?, overlay.as_ref(), "")
}

fn write(
    name: &str,
    document: Document,
    overlay: Option<&Document>,
    more: &str,
) -> Result<(), String> {
    let generation = dintero_codegen::generate_from(name, document, overlay)
        .map_err(|errors| errors.to_string())?;
    let file = Path::new(&env::var("OUT_DIR").map_err(|error| error.to_string())?)
        .join(name)
        .with_extension("rs");
    // Only one registry fits into a crate.
    let registry = match name {
        "upstream" => &generation.registry,
        _ => "",
    };
    fs::write(&file, generation.source + registry + more)
        .map_err(|error| format!("{}: {error}", file.display()))
}
