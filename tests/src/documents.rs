//! Small documents, given without their head.

use dintero_codegen::document::Document;
use dintero_codegen::{Generation, generate_from};

/// Four lines that every document begins with.
pub const HEAD: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
";

/// Generates the client of a document.
pub fn generated(text: &str) -> Result<Generation, String> {
    let document = Document::parse("x.yaml", &format!("{HEAD}{text}"));
    let generation = document.and_then(|document| generate_from("x", document, None));
    generation.map_err(|error| error.to_string())
}
