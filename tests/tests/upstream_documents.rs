//! A document from elsewhere, under the overlay that `cargo xtask import --fix` made for it, with
//! constructs from the documents of other companies and older ones of this API, is generated and compiled without loss.

#![allow(missing_docs)]

use std::collections::BTreeMap;

use dintero_codegen::document::Document;
use dintero_codegen::lower::operations::{all, json_content, resolve};
use dintero_codegen::{Generation, generate_from, overlay};
use dintero_tests::arbitrary::Arbitrary;
use dintero_tests::root;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/upstream.rs"));

type RoundTrip = fn(&[u8]) -> Result<Value, String>;

fn round_trip<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<Value, String> {
    let value: T = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    serde_json::to_value(&value).map_err(|error| error.to_string())
}

macro_rules! responses {
    ($($name:ident: ($request:ty) -> ($response:ty);)*) => {
        BTreeMap::from([$((stringify!($name), round_trip::<$response> as RoundTrip)),*])
    };
}

fn read(name: &str) -> Document {
    Document::read(&root().join("tests/data").join(name)).expect("the document")
}

/// The document with its overlay applied.
fn document() -> Document {
    let mut document = read("upstream.yaml");
    let overlay = read("upstream-overlay.yaml");
    overlay::apply(&mut document, &overlay, true).expect("every action matches");
    document
}

const HEAD: &str = "openapi: 3.0.0
info: {title: t, version: '1'}
x-dintero-servers: {'https://eu.example.com': api}
servers: [{url: 'https://{r}.example.com/{b}/', variables: {r: {default: eu}, b: {default: v2}}}]
";

fn generated(text: &str) -> Generation {
    let document = Document::parse("x.yaml", &format!("{HEAD}{text}")).expect("YAML");
    generate_from("x", document, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// One operation with a response that has one schema as a property.
fn property(schema: &str) -> Generation {
    generated(&format!(
        "paths: {{/a: {{get: {{responses: {{'200': {{description: x, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}}}
components: {{schemas: {{A: {{type: object, properties: {{p: {schema}}}}}, B: {{type: object, properties: {{b: {{type: string}}}}}}, C: {{type: object, properties: {{c: {{type: string}}}}}}, D: {{oneOf: [{{$ref: '#/components/schemas/B'}}, {{$ref: '#/components/schemas/C'}}]}}}}}}"
    ))
}

#[test]
fn every_response_that_the_document_allows_survives_a_round_trip() {
    let trips: BTreeMap<&str, RoundTrip> = __operations!(responses);
    let document = document();
    let mut failures = Vec::new();
    let mut tried = 0;
    for found in all(&document) {
        let (path, method, operation) = (found.path, found.method, found.operation);
        let found = operations::ALL.iter().find(|known| {
            known.path() == path && known.method().as_str().eq_ignore_ascii_case(method)
        });
        let Some(known) = found else {
            continue;
        };
        let responses = operation["responses"].as_object().into_iter().flatten();
        let bodies: Vec<Option<&Value>> = responses
            .filter(|(code, _)| code.starts_with('2'))
            .map(|(_, response)| json_content(resolve(&document.root, response)))
            .map(|content| content.map(|(_, content)| &content["schema"]))
            .collect();
        // A response that may be a file or JSON is returned as bytes.
        let kinds = bodies.iter().filter(|body| body.is_none()).count();
        if kinds > 0 && method == "post" {
            continue;
        }
        for (schema, seed) in bodies
            .iter()
            .flatten()
            .flat_map(|body| (0..30).map(move |seed| (body, seed)))
        {
            let mut arbitrary = Arbitrary::new(&document, seed);
            arbitrary.future = seed % 2 == 1;
            arbitrary.minimal = seed == 0;
            let body = arbitrary.value(schema);
            tried += 1;
            let back = trips[known.name()](body.to_string().as_bytes());
            if back.as_ref() != Ok(&body) {
                failures.push(format!(
                    "{method} {path} seed {seed}: {body}\n became {back:?}"
                ));
            }
        }
    }
    assert!(tried > 200, "only {tried} bodies were tried");
    failures.truncate(3);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn an_operation_that_cannot_be_called_is_named() {
    let errors = generate_from("upstream", read("upstream.yaml"), None).expect_err("no overlay");
    for pointer in [
        "/paths/~1form/post",
        "/paths/~1upload/post",
        "/paths/~1octet/put",
    ] {
        let named =
            |finding: &dintero_codegen::finding::Finding| finding.pointer.starts_with(pointer);
        assert!(errors.0.iter().any(named), "{pointer}");
    }
}

#[test]
fn variants_are_distinguished_or_become_json() {
    for (schema, expected) in [
        (
            "{oneOf: [{$ref: '#/components/schemas/D'}, {type: object, properties: {d: {type: string}}}]}",
            "union Ap: response by=fields inline\n",
        ),
        (
            "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {a: {type: integer}}}]}",
            "union Ap ApA2: \"a\"\n",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/B'}, {description: told, nullable: true}]}",
            "struct A p: B nullable\n",
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/B'}, {nullable: true}]}",
            " open inline\n",
        ),
        (
            "{type: integer, format: uint64}",
            "struct A p: Number format=uint64\n",
        ),
        ("{enum: [null]}", "struct A p: Value nullable\n"),
    ] {
        let surface = property(schema).surface;
        assert!(surface.contains(expected), "{schema}\n{surface}");
    }
}

#[test]
fn schemas_that_refer_to_each_other_are_generated_in_linear_time() {
    let count = 60;
    let schemas: Vec<String> = (0..count)
        .map(|index| {
            let choices: Vec<String> = (0..count)
                .step_by(3)
                .map(|other| format!("p{other}: {{anyOf: [{{type: string}}, {{$ref: '#/components/schemas/S{other}'}}]}}"))
                .collect();
            format!("S{index}: {{type: object, properties: {{own{index}: {{type: string}}, {}}}}}", choices.join(", "))
        })
        .collect();
    let generation = generated(&format!(
        "paths: {{/a: {{get: {{responses: {{'200': {{description: x, content: {{application/json: {{schema: {{$ref: '#/components/schemas/S1'}}}}}}}}}}}}}}}}\ncomponents: {{schemas: {{{}}}}}",
        schemas.join(", ")
    ));
    assert!(generation.api.types.len() > 20);
}

#[test]
fn variables_of_servers_are_filled_in() {
    let generation = generated("paths: {/a: {get: {operationId: a, responses: {}}}}");
    let operation = &generation.api.operations["a"];
    let server = "operation a server: Api ";
    assert!(
        generation.surface.contains(server),
        "{}",
        generation.surface
    );
    assert_eq!(operation.base, "/v2");
}

#[test]
fn a_response_that_is_a_file_or_json_is_bytes() {
    let generation = generated(
        "paths: {/a: {get: {operationId: a, responses: {'200': {description: x, content: {text/csv: {}}}, '202': {description: y, content: {application/json: {schema: {type: object}}}}}}}}",
    );
    assert!(
        generation.surface.contains("operation a GET /a -> bytes\n"),
        "{}",
        generation.surface
    );
    assert_eq!(json!(generation.findings.is_empty()), json!(false));
}
