//! The clients of random documents mean what the documents say: bodies are written and read as they are, every limit that
//! a value breaks is told with its field before anything is sent, a value at the limit is sent, and parameters, media types
//! and credentials are on the wire where the document puts them.

mod plan;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use dintero_codegen::document::Document;
use dintero_codegen::generate_from;
use plan::program::{DRIVER, module};

/// `RANDOM_DOCUMENTS` is the number of documents: a few in every run, 500 before a release.
#[test]
fn the_clients_of_random_documents_keep_to_them() {
    const BATCH: u64 = 25;
    let count = env::var("RANDOM_DOCUMENTS").ok();
    let count: u64 = count.and_then(|count| count.parse().ok()).unwrap_or(6);
    let first: u64 = env::var("RANDOM_FIRST")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0);
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_values");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let core = home.join("../dintero-core");
    let manifest = format!(
        "[package]\nname = \"random-values\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\ndintero-core = {{ path = {core:?}, default-features = false }}\nserde = \"1\"\nserde_json = \"1\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"net\", \"time\"] }}\n[profile.dev]\ndebug = 0\nincremental = false\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest");
    fs::copy(home.join("../../Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    fs::write(folder.join("src/driver.rs"), DRIVER).expect("the driver");
    let mut failures = String::new();
    for begin in (first..first + count).step_by(BATCH as usize) {
        let (mut modules, mut runs) = (String::new(), String::new());
        for seed in begin..(first + count).min(begin + BATCH) {
            let plan = plan::plan(seed);
            let text = format!("{:#}", plan::document(&plan));
            fs::write(folder.join(format!("d{seed}.json")), &text).expect("the document");
            let document = Document::parse("random.json", &text);
            let generation = document.and_then(|document| generate_from("random", document, None));
            let generation =
                generation.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
            let file = folder.join(format!("src/d{seed}.rs"));
            fs::write(file, module(seed, &plan, &generation)).expect("a module");
            modules.push_str(&format!("mod d{seed};\n"));
            runs.push_str(&format!("    d{seed}::run(&mut server).await;\n"));
        }
        let main = format!(
            "#![allow(warnings)]\nmod driver;\n{modules}\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {{\n    let mut server = driver::Server::start();\n{runs}    println!(\"{{}} sent, {{}} refused, {{}} read, {{}} kinds\", server.accepted, server.refused, server.read, server.kinds);\n    for failure in &server.failures {{ println!(\"{{failure}}\"); }}\n    std::process::exit(i32::from(!server.failures.is_empty()));\n}}\n"
        );
        fs::write(folder.join("src/main.rs"), main).expect("the program");
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline"])
            .current_dir(&folder)
            .output()
            .expect("cargo");
        let said = String::from_utf8_lossy(&output.stdout);
        let counts = said.lines().next().unwrap_or_default();
        let _ = writeln!(std::io::stdout(), "seeds from {begin}: {counts}");
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let errors: Vec<&str> = errors
                .lines()
                .filter(|line| {
                    line.contains("error") || line.contains("-->") || line.contains("panicked")
                })
                .take(30)
                .collect();
            failures.push_str(&format!("{said}\n{}\n", errors.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
