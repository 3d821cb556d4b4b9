use super::{caught, generate, missing, place_of_operation, place_of_type};
use crate::document::Document;
use crate::generate_from;

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
paths:
  /a:
    get: {operationId: a, responses: {'200': {description: ok}}}
  /b:
    get: {operationId: b, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}
components:
  schemas:
    Thing: {type: object, properties: {id: {type: string}}}
";

#[test]
fn what_cannot_be_generated_is_named_with_its_place_and_help() {
    let document = Document::parse("d.yaml", DOCUMENT).unwrap();
    let mut api = generate_from("x", document.clone(), None).unwrap().api;
    let help = "Rename it, or leave it out, with an overlay action";
    for (at, place) in [
        (
            place_of_operation(&api.operations["b"]),
            "d.yaml:9 #/paths/~1b/get",
        ),
        (
            place_of_type(&api, "Thing"),
            "d.yaml:12 #/components/schemas/Thing",
        ),
    ] {
        let error = missing(&document, &at, "no such thing").to_string();
        for part in [
            place,
            "no Rust can be generated for it: no such thing",
            help,
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
    // Of all operations, the one that progenitor refuses.
    api.operations.get_mut("b").unwrap().path = "/b/{".to_owned();
    let error = generate(&document, &api).err().unwrap().to_string();
    assert!(error.contains("no Rust can be generated for it"), "{error}");
    assert!(error.contains("/paths/~1b~1{/get"), "{error}");
}

#[test]
fn a_panic_is_an_error_with_its_message() {
    assert_eq!(
        caught::<()>(|| panic!("assertion failed: {}", 1)),
        Err("assertion failed: 1".to_owned())
    );
    assert_eq!(
        caught::<()>(|| panic!("not yet")),
        Err("not yet".to_owned())
    );
}
