//! A document without an overlay, with combinations of constructs from the documents of other companies and older ones of this API, is
//! generated and compiled without loss.

#![allow(missing_docs)]

use std::collections::BTreeMap;

use dintero_codegen::document::Document;
use dintero_codegen::lower::operations::{all, json_content, resolve};
use dintero_codegen::{Generation, generate_from};
use dintero_tests::arbitrary::Arbitrary;
use dintero_tests::root;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/lenient.rs"));

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

fn document() -> Document {
    Document::read(&root().join("tests/data/lenient.yaml")).expect("the document")
}

fn generated(text: &str) -> Generation {
    let head = "openapi: 3.0.0\ninfo: {title: t, version: '1'}\n";
    let document = Document::parse("x.yaml", &format!("{head}{text}")).expect("YAML");
    generate_from("x", document, None, false).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn findings(generation: &Generation) -> String {
    let lines: Vec<String> = generation
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
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
    for (_, path, method, _, operation) in all(&document) {
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
fn an_operation_that_cannot_be_called_is_omitted_and_reported() {
    let generation = generate_from("lenient", document(), None, false).expect("a client");
    let all = all(&document()).len();
    let left_out = generation
        .findings
        .iter()
        .filter(|finding| finding.help.starts_with("The operation is left out."))
        .count();
    assert_eq!(left_out, 3, "{}", findings(&generation));
    assert_eq!(generation.plan.operations.len(), all - left_out);
    let strict = generate_from("lenient", document(), None, true).expect_err("strict");
    for pointer in [
        "/paths/~1form/post",
        "/paths/~1upload/post",
        "/paths/~1octet/put",
    ] {
        let named =
            |finding: &dintero_codegen::finding::Finding| finding.pointer.starts_with(pointer);
        assert!(strict.0.iter().any(named), "{pointer}");
    }
}

#[test]
fn members_of_a_parameter_are_parameters() {
    for (parameter, expected) in [
        (
            "{name: p, style: deepObject, schema: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}}",
            "query p[a][b] optional String",
        ),
        (
            "{name: p, schema: {type: object, required: [a], properties: {a: {type: integer}}}, required: true}",
            "query a required i64",
        ),
        (
            "{name: p, style: deepObject, schema: {anyOf: [{type: integer}, {type: object, properties: {gt: {type: integer}}}]}}",
            "query p optional i64",
        ),
        (
            "{name: p, style: deepObject, schema: {type: array, items: {type: string}}}",
            "query p[] optional [String]",
        ),
        (
            "{name: p, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}}",
            "query p optional String",
        ),
        (
            "{name: p, content: {application/json: {schema: {type: object}}}}",
            "query p optional String",
        ),
    ] {
        let generation = generated(&format!(
            "paths: {{/a: {{get: {{operationId: a, parameters: [{}], responses: {{}}}}}}}}",
            parameter.replacen('{', "{in: query, ", 1)
        ));
        assert!(
            generation
                .surface
                .contains(&format!("operation a {expected}\n")),
            "{parameter}\n{}",
            generation.surface
        );
    }
}

#[test]
fn parameters_that_cannot_be_sent_are_omitted_and_reported() {
    for (parameter, expected) in [
        (
            "{in: cookie, name: p, schema: {type: string}}",
            "the parameter p is a cookie. It is left out",
        ),
        (
            "{in: query, name: p, schema: {type: array, items: {type: object}}}",
            "the parameter p is a list of objects or lists. It is left out",
        ),
        (
            "{in: query, name: p, schema: {type: object}}",
            "the parameter p holds members of any name. Those that are not listed are left out",
        ),
        (
            "{in: path, name: p, required: true, schema: {type: string}}",
            "the path parameter p is not in the path. It is left out",
        ),
        (
            "{$ref: 'other.yaml#/p'}",
            "refers to \"other.yaml#/p\", which is not in the document. It is read as if nothing stood there",
        ),
    ] {
        let generation = generated(&format!(
            "paths: {{/a: {{get: {{operationId: a, parameters: [{parameter}], responses: {{}}}}}}}}"
        ));
        let found = findings(&generation);
        assert!(found.contains(expected), "{parameter}\n{found}");
        assert!(
            generation.plan.operations["a"].parameters.is_empty(),
            "{parameter}"
        );
    }
}

#[test]
fn every_operation_has_a_unique_name() {
    let ids = ["type", "new", "2fa", "get_a", "getA", "***", "日本"];
    let operations: Vec<String> = ids
        .iter()
        .enumerate()
        .map(|(index, id)| format!("/p{index}: {{get: {{operationId: '{id}', responses: {{}}}}}}"))
        .collect();
    let generation = generated(&format!("paths: {{{}}}", operations.join(", ")));
    let names: Vec<&String> = generation.plan.operations.keys().collect();
    assert_eq!(
        names,
        [
            "get_2fa",
            "get_a",
            "get_get_a",
            "get_new",
            "get_p5",
            "get_type",
            "日本"
        ]
    );
}

#[test]
fn variants_are_distinguished_or_become_json() {
    for (schema, expected) in [
        (
            "{oneOf: [{$ref: '#/components/schemas/D'}, {type: object, properties: {d: {type: string}}}]}",
            "union Ap response by shape\n",
        ),
        (
            "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {a: {type: integer}}}]}",
            "struct A p: Value\n",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/B'}, {description: told, nullable: true}]}",
            "struct A p: B nullable\n",
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/B'}, {nullable: true}]}",
            "or any\n",
        ),
        ("{type: integer, format: uint64}", "struct A p: Number\n"),
        ("{type: [string, 'null']}", "struct A p: String nullable\n"),
        ("{enum: [null]}", "struct A p: Value nullable\n"),
        (
            "{$ref: '#/components/schemas/B/properties/b'}",
            "struct A p: String\n",
        ),
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
    assert!(generation.plan.types.len() > 20);
}

#[test]
fn server_variables_are_expanded_and_unknown_servers_are_the_api() {
    for (servers, base) in [
        (
            "[{url: 'https://{r}.example.com/{b}/', variables: {r: {default: eu}, b: {default: v2}}}]",
            "/v2",
        ),
        ("[{url: /api}]", "/api"),
        ("[]", ""),
    ] {
        let generation = generated(&format!(
            "servers: {servers}\npaths: {{/a: {{get: {{operationId: a, responses: {{}}}}}}}}"
        ));
        let operation = &generation.plan.operations["a"];
        assert_eq!(
            (operation.server.as_str(), operation.base.as_str()),
            ("Api", base),
            "{servers}"
        );
        assert!(
            findings(&generation).contains("It is called on the host of the API"),
            "{servers}"
        );
    }
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
