//! Generates the clients of the documents in `data`, and of those made of a vocabulary, so that the tests prove that they
//! compile.

mod vocabulary;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::document::Document;
use dintero_codegen::{Generation, generate_from};
use serde_json::json;
use vocabulary::Of;

const MACROS: &str = "../crates/dintero-core/src/macros";

#[path = "src/random_unions.rs"]
mod random_unions;

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            for line in problem.to_string().lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", "src/random_unions.rs", "vocabulary.rs", MACROS] {
        println!("cargo::rerun-if-changed={input}");
    }
    let (unions, kinds) = random_unions::generate(random_unions::SEED, random_unions::COUNT);
    let document = Document::parse("unions.json", &unions.to_string())?;
    let generation = generate_from("unions", document, None)?;
    write(
        "unions",
        &(generation.source + &random_unions::code(&kinds)),
    )?;
    client("constructs", Some("constructs-overlay"))?;
    client("circles", None)?;
    client("wire", None)?;
    let old = client("compatibility-old", None)?;
    client("compatibility-new", None)?;
    let upstream = client("upstream", Some("upstream-overlay"))?;
    // Only one registry fits into a crate.
    write("upstream", &(upstream.source + &upstream.registry))?;
    let words = vocabulary::words(Path::new(MACROS), &old.source)?;
    for (name, of) in [
        ("words-objects", Of::Objects),
        ("words-enums", Of::Enums),
        ("words-unions", Of::Unions),
    ] {
        let document = vocabulary::document(&words, of).to_string();
        write(name, &renamed(name, &document)?.source)?;
    }
    let texts = vocabulary::texts().to_string();
    write("texts", &renamed("texts", &texts)?.source)
}

fn client(name: &str, overlay: Option<&str>) -> Result<Generation, Box<dyn Error>> {
    let read = |name: &str| {
        let path = Path::new("data").join(name).with_extension("yaml");
        println!("cargo::rerun-if-changed={}", path.display());
        Document::read(&path)
    };
    let overlay = overlay.map(read).transpose()?;
    let generation = generate_from(name, read(name)?, overlay.as_ref())?;
    write(name, &generation.source)?;
    Ok(generation)
}

/// Generates a client under the overlay actions that its own findings propose, until there are no more.
fn renamed(name: &str, document: &str) -> Result<Generation, Box<dyn Error>> {
    let mut actions = Vec::new();
    loop {
        let overlay = json!({"overlay": "1.0.0", "info": {}, "actions": actions}).to_string();
        let overlay = Document::parse("overlay", &overlay)?;
        let errors = match generate_from(name, Document::parse(name, document)?, Some(&overlay)) {
            Ok(generation) => return Ok(generation),
            Err(errors) => errors,
        };
        let proposed = errors.0.iter().flat_map(|finding| &finding.actions);
        let before = actions.len();
        actions.extend(proposed.map(dintero_codegen::action::Action::to_value));
        if actions.len() == before {
            return Err(errors.into());
        }
    }
}

fn write(name: &str, source: &str) -> Result<(), Box<dyn Error>> {
    let file = Path::new(&env::var("OUT_DIR")?)
        .join(name)
        .with_extension("rs");
    fs::write(&file, source).map_err(|error| format!("{}: {error}", file.display()).into())
}
