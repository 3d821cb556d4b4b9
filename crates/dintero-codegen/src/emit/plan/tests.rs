use super::check;
use crate::document::Document;
use crate::pipeline::{Generation, generate_from};

const DOCUMENT: &str = "
openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
paths:
  /x: {get: {operationId: x, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Card'}}}}}}}
components: {schemas: {Card: {type: object, properties: {id: {type: string}, kind: {type: string, enum: [a]}}}}}
";

fn generated() -> Generation {
    let document = Document::parse("x", DOCUMENT).expect("YAML");
    generate_from("x", document, None).expect("a client")
}

#[test]
fn the_source_of_an_api_is_what_was_planned() {
    let Generation { source, api, .. } = generated();
    assert_eq!(check(&source, &api), Ok(()));
}

#[test]
fn anything_that_is_not_planned_is_an_error() {
    let Generation { source, api, .. } = generated();
    for (place, added) in [
        ("pub mod types {", "pub mod types { pub static X: u8 = 0;"),
        ("pub mod types {", "pub fn f() {} pub mod types {"),
        ("pub mod types {", "pub mod types { use ::std::env;"),
        (
            "pub mod types {",
            "pub mod types { ::dintero_core::object! { pub struct Other {} }",
        ),
        ("pub mod types {", "#[path = \"/x\"] pub mod types {"),
        (
            "pub mod types {",
            "pub mod types { ::std::compile_error!(\"x\");",
        ),
        ("pub struct Card {", "pub struct Card { #[cfg(x)]"),
        (
            "pub struct Card {",
            "pub struct Card { x \"x\": optional value (i64) plain [{ 1 }];",
        ),
        (
            "pub struct Card {",
            "pub struct Card { x \"x\": optional value (i64) plain [vec!()];",
        ),
        ("pub struct Card {", "pub struct Card2 {"),
        ("path: \"/x\"", "path: { ::std::process::exit(0) }"),
        ("path: \"/x\"", "path: env!(\"HOME\")"),
        (
            "pub fn x(&self) -> calls::X {",
            "pub fn x(&self) -> calls::X { ::std::process::exit(0);",
        ),
        ("pub static X: Operation", "pub static Y: Operation"),
    ] {
        assert!(source.contains(place), "{place}");
        let changed = source.replacen(place, added, 1);
        check(&changed, &api).expect_err(added);
    }
}
