//! A document: it is refused with a reason, or gives a client whose source is Rust. `cargo +nightly fuzz run document`

#![no_main]

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Level};
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{Generation, generate_from};

/// Before what begins with `paths` or `components`, so that little is needed to get past the first checks.
const HEAD: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
";

fn generated(text: &str, names: KeptNames) -> Result<Generation, Errors> {
    let mut document = Document::parse("fuzz.yaml", text)?;
    document.names = names;
    generate_from("fuzz", document, None)
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let part = text.starts_with("paths") || text.starts_with("components");
    let text = if part {
        HEAD.to_owned() + text
    } else {
        text.to_owned()
    };
    match generated(&text, KeptNames::default()) {
        Ok(generation) => {
            // The generator has compared the items of the source with its plan.
            let surface = generation.surface;
            assert!(
                !surface.contains(|c: char| c.is_control() && c != '\n'),
                "{surface}"
            );
            let again =
                generated(&text, KeptNames::of_surface(&surface)).expect("the same document");
            assert_eq!(again.surface, surface, "names that are kept change nothing");
        }
        Err(Errors(findings)) => {
            let errors: Vec<_> = findings
                .iter()
                .filter(|finding| finding.level == Level::Error)
                .collect();
            assert!(!errors.is_empty(), "refused without a reason");
            for error in errors {
                let line = error.to_string();
                assert!(
                    !error.help.is_empty() && !line.contains(char::is_control),
                    "{line}"
                );
            }
        }
    }
});
