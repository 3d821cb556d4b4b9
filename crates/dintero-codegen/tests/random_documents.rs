//! A document of any constructs is refused with findings that tell the place, or yields a client that compiles.

mod random;

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Level};
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{Generation, generate_from};

fn generated(seed: u64) -> Result<Generation, Errors> {
    let text = format!("{:#}", random::document(seed));
    generated_with(&text, KeptNames::default())
}

fn generated_with(text: &str, names: KeptNames) -> Result<Generation, Errors> {
    let mut document = Document::parse("random.json", text)?;
    document.names = names;
    generate_from("random", document, None)
}

/// Checks that every error has a place, says something, and is none of the generator's own.
fn assert_is_told(seed: u64, errors: &Errors) {
    let all = errors.0.iter();
    let errors: Vec<_> = all.filter(|error| error.level == Level::Error).collect();
    assert!(!errors.is_empty(), "seed {seed}: refused without a reason");
    for error in errors {
        assert!(
            error.line.is_some() && !error.pointer.is_empty() && !error.help.is_empty(),
            "seed {seed}: {error}"
        );
        assert!(
            !error.to_string().contains("progenitor"),
            "seed {seed}: {error}"
        );
    }
}

#[test]
fn a_random_document_is_refused_with_a_place_or_yields_rust() {
    let mut compiled = 0;
    for seed in 0..160 {
        match generated(seed) {
            Ok(generation) => {
                compiled += 1;
                if let Err(error) = syn::parse_file(&generation.source) {
                    panic!("seed {seed}: {error}");
                }
            }
            Err(errors) => assert_is_told(seed, &errors),
        }
    }
    assert!(compiled > 100, "only {compiled} documents were generated");
}

#[test]
fn names_that_are_kept_change_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/document");
    let found = fs::read_dir(corpus).expect("the corpus is in the tree");
    let found = found.map(|file| file.expect("entry").path());
    let found = found.map(|path| (path.display().to_string(), fs::read_to_string(path)));
    let found = found.filter_map(|(name, text)| Some((name, text.ok()?)));
    // Of the seeds, 0 and 180 have variants that share what tells them apart.
    let seeds = (0..30).chain(165..195);
    let random = seeds.map(|seed| (seed.to_string(), random::document(seed).to_string()));
    let mut kept = 0;
    for (name, text) in found.chain(random) {
        let Ok(first) = generated_with(&text, KeptNames::default()) else {
            continue;
        };
        let names = KeptNames::of_surface(&first.surface);
        let again =
            generated_with(&text, names).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        assert!(
            again.surface == first.surface,
            "{name}:\n{}\n{}",
            first.surface,
            again.surface
        );
        kept += 1;
    }
    assert!(kept > 50, "only {kept} documents were generated");
}

/// `RANDOM_DOCUMENTS` is the number of documents: a few in every run, 500 before a release.
#[test]
fn the_clients_of_random_documents_compile() {
    const BATCH: u64 = 50;
    let count = env::var("RANDOM_DOCUMENTS")
        .ok()
        .and_then(|count| count.parse().ok());
    let count: u64 = count.unwrap_or(30);
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_documents");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let core = home.join("../dintero-core");
    let manifest = format!(
        "[package]\nname = \"random-documents\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\ndintero-core = {{ path = {core:?}, default-features = false }}\n[profile.dev]\ndebug = 0\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest");
    fs::copy(home.join("../../Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    let (mut clients, mut refused, mut failures) = (0, 0, Vec::new());
    for first in (0..count).step_by(BATCH as usize) {
        let mut modules = "#![allow(warnings)]\n".to_owned();
        for seed in first..count.min(first + BATCH) {
            match generated(seed) {
                Ok(generation) => {
                    clients += 1;
                    let file = folder.join(format!("src/d{seed}.rs"));
                    fs::write(file, generation.source).expect("a module");
                    modules.push_str(&format!("pub mod d{seed};\n"));
                }
                Err(errors) => {
                    refused += 1;
                    assert_is_told(seed, &errors);
                }
            }
        }
        fs::write(folder.join("src/lib.rs"), modules).expect("the crate");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--message-format=short"])
            .current_dir(&folder)
            .output()
            .expect("cargo");
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let errors = said.lines().filter(|line| line.contains("error"));
            failures.extend(errors.take(20).map(str::to_owned));
        }
    }
    assert!(
        failures.is_empty(),
        "{clients} clients, {refused} refused:\n{}",
        failures.join("\n")
    );
    assert!(
        clients > count / 2,
        "{refused} of {count} documents were refused"
    );
}
