//! A document that cannot be generated is refused with its place, the problem and help, and never panics.

use dintero_codegen::document::Document;
use dintero_codegen::generate_from;
use dintero_tests::documents::generated;

/// A document with one GET operation.
fn operation(inside: &str) -> String {
    format!("paths: {{/a: {{get: {{operationId: getA, {inside}}}}}}}")
}

/// A document that uses one schema in a request and in a response.
fn schema(schema: &str) -> String {
    let json = "application/json: {schema: {$ref: '#/components/schemas/A'}}";
    format!(
        "paths: {{/a: {{post: {{operationId: a, requestBody: {{content: {{{json}}}}}, responses: {{'200': {{description: ok, content: {{{json}}}}}}}}}}}}}
components: {{schemas: {{B: {{type: object, properties: {{b: {{type: string}}}}}}, C: {{type: object, properties: {{c: {{type: string}}}}}}, A: {schema}}}}}"
    )
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = generated(text)
        .map(|generation| generation.surface)
        .expect_err(text);
    assert!(
        error.lines().any(|line| line == expected),
        "{error}\nnot\n{expected}"
    );
}

fn parameter(parameter: &str) -> String {
    operation(&format!("parameters: [{parameter}], responses: {{}}"))
}

#[test]
fn text_that_is_not_a_document_is_refused() {
    let error = Document::parse("x.yaml", "a: [1,\nb: }")
        .expect_err("no YAML")
        .to_string();
    assert!(
        error.starts_with("x.yaml:2: is not valid YAML: ")
            && error.ends_with(". Correct the syntax on or before this line"),
        "{error}"
    );
    let error = Document::parse("x.yaml", "- 1")
        .expect_err("no object")
        .to_string();
    assert_eq!(
        error,
        "x.yaml:1: is not an object. Give an OpenAPI 3.0 document"
    );
}

#[test]
fn another_version_of_openapi_is_refused() {
    let document = Document::parse("x.yaml", "openapi: 3.1.0\n").expect("YAML");
    let error = generate_from("x", document, None)
        .expect_err("3.1")
        .to_string();
    assert_eq!(
        error,
        "x.yaml:1 #/openapi: is OpenAPI 3.1.0. Convert it to 3.0: `nullable: true` instead of the type null, one `example` instead of a list"
    );
}

#[test]
fn unresolved_references_are_refused() {
    refused(
        &operation("parameters: [{$ref: '#/components/parameters/No'}], responses: {}"),
        "x.yaml:5 #/paths/~1a/get/parameters/0: refers to #/components/parameters/No, which does not exist. Add it, or fix the reference",
    );
    refused(
        &schema("{$ref: 'other.yaml#/A'}"),
        "x.yaml:6 #/components/schemas/A: refers to other.yaml#/A, outside of the document. Copy it in below components",
    );
    refused(
        &schema("{$ref: '#/components/schemas/B/properties/b'}"),
        "x.yaml:6 #/components/schemas/A: refers to a part of a schema, #/components/schemas/B/properties/b. Make that part a component and refer to it",
    );
    refused(
        &schema(
            "{type: object, discriminator: {propertyName: k, mapping: {x: '#/components/schemas/No'}}}",
        ),
        "x.yaml:6 #/components/schemas/A: the discriminator maps x to #/components/schemas/No, which does not exist. Add it, or fix the mapping",
    );
}

#[test]
fn a_list_of_types_is_refused() {
    refused(
        &schema("{type: [string, 'null']}"),
        "x.yaml:6 #/components/schemas/A: has a list of types, which is OpenAPI 3.1. Write one type, with nullable: true for null",
    );
}

#[test]
fn parameters_that_cannot_be_sent_are_refused() {
    let rewrite = "Rewrite it with an overlay action, or remove it there";
    for (text, problem) in [
        (
            "{in: cookie, name: p, schema: {type: string}}",
            "the parameter p is a cookie",
        ),
        (
            "{in: query, name: p, content: {application/json: {schema: {}}}}",
            "the parameter p is described by `content`",
        ),
        (
            "{in: query, name: p, schema: {type: object}}",
            "the parameter p is an object",
        ),
        (
            "{in: query, name: p, style: deepObject, schema: {type: string}}",
            "the parameter p has a style that cannot be sent",
        ),
        (
            "{in: header, name: p, style: form, schema: {type: string}}",
            "the parameter p has a style that cannot be sent",
        ),
        (
            "{in: query, name: p, schema: {type: array, items: {type: object}}}",
            "the parameter p holds objects or lists of lists",
        ),
        (
            "{in: query, name: p, schema: {oneOf: [{type: object, properties: {a: {}}}, {type: object, properties: {b: {}}}]}}",
            "the parameter p holds objects or lists of lists",
        ),
    ] {
        refused(
            &parameter(text),
            &format!("x.yaml:5 #/paths/~1a/get: {problem}. {rewrite}"),
        );
    }
}

#[test]
fn paths_and_their_parameters_must_match() {
    let path = |path: &str, parameters: &str| {
        format!(
            "paths: {{'{path}': {{get: {{operationId: getA, parameters: [{parameters}], responses: {{}}}}}}}}"
        )
    };
    let b = "{in: path, name: b, required: true, schema: {type: string}}";
    refused(
        &path("/{b}", ""),
        "x.yaml:5 #/paths/~1{b}/get: the path has {b}, which is no parameter. Declare it with `in: path`",
    );
    refused(
        &path("/a", b),
        "x.yaml:5 #/paths/~1a/get: the path parameter b is not in the path /a. Put it there, or remove it",
    );
    refused(
        &path("/{b}/{b}", b),
        "x.yaml:5 #/paths/~1{b}~1{b}/get: the path has {b} twice. Rename one of them and declare it",
    );
    refused(
        &path(
            "/{b}",
            "{in: path, name: b, required: true, schema: {type: array, items: {type: string}}}",
        ),
        "x.yaml:5 #/paths/~1{b}/get: the parameter b is a list in the path. Rewrite it with an overlay action, or remove it there",
    );
}

#[test]
fn bodies_that_are_not_json_are_refused() {
    for media in [
        "multipart/form-data",
        "image/png",
        "application/octet-stream",
    ] {
        let expected = format!(
            "x.yaml:5 #/paths/~1a/get/requestBody: takes no JSON but [{media:?}]. Only JSON bodies can be sent; remove the operation with an overlay action until this is supported"
        );
        refused(
            &operation(&format!(
                "requestBody: {{content: {{{media}: {{schema: {{}}}}}}}}, responses: {{}}"
            )),
            &expected,
        );
    }
}

#[test]
fn the_items_of_a_paged_list_must_be_in_the_response() {
    let answer = |schema: &str| {
        operation(&format!(
            "x-dintero-paging: {{items: /rows, cursor: [{{parameter: after, last_item: /id}}]}},
      parameters: [{{name: after, in: query, schema: {{type: string}}}}],
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}"
        ))
    };
    let rows = "{type: object, properties: {rows: {type: array, items: {type: object, properties: {id: {type: string}}}}}}";
    generated(&answer(rows)).expect("a list");
    refused(
        &answer("{type: object, properties: {other: {type: string}}}"),
        "x.yaml:5 #/paths/~1a/get/x-dintero-paging: GET /a pages otherwise than x-dintero-paging says: the response has no list at \"/rows\". Correct the paging in the overlay, or remove it there",
    );
}

#[test]
fn operation_names_that_collide_in_rust_are_refused() {
    let two = |one: &str, two: &str| {
        format!(
            "paths: {{/a: {{get: {{operationId: {one}, responses: {{}}}}, put: {{operationId: {two}, responses: {{}}}}}}}}"
        )
    };
    refused(
        &two("getA", "get_a"),
        "x.yaml:5 #/paths/~1a/put: the method name get_a is that of GET /a too. Give one of them another x-dintero-method in the overlay",
    );
    refused(
        &two("get_a1", "get_a_1"),
        "x.yaml:5 #/paths/~1a/put: the method names get_a_1 and get_a1 differ too little. Give one of them another x-dintero-method in the overlay",
    );
    for reserved in ["type", "new", "client", "all"] {
        refused(
            &two("get_a", reserved),
            &format!(
                "x.yaml:5 #/paths/~1a/put: the method name {reserved} is taken by Rust or by the client itself. Give it an x-dintero-method in the overlay"
            ),
        );
    }
}

#[test]
fn names_without_letters_get_a_field() {
    let generation = generated(&schema(
        "{type: object, properties: {'': {type: string}, '!': {type: string}, '?': {type: string}}}",
    ));
    let source = generation.unwrap_or_else(|error| panic!("{error}")).source;
    for field in ["x \"\": opt", "x_2 \"!\": opt", "x_3 \"?\": opt"] {
        assert!(source.contains(field), "{field}");
    }
}

#[test]
fn constructs_that_progenitor_or_typify_reject_are_generated() {
    for (what, text) in [
        ("no operationId", "paths: {/a: {get: {responses: {}}}}".to_owned()),
        ("a path item behind a reference", "paths: {/a: {$ref: '#/x-items/a'}}\nx-items: {a: {get: {operationId: getA, responses: {}}}}".to_owned()),
        ("a status above 999", operation("responses: {'1200': {description: x}}")),
        ("a status that nobody knows", operation("responses: {'299': {description: x}, '520': {description: y}}")),
        ("JSON without a schema", operation("responses: {'200': {description: x, content: {application/json: {}}}}")),
        ("an encoding", operation("responses: {'200': {description: x, content: {application/json: {schema: {type: string}, encoding: {a: {}}}}}}")),
        ("two media types in a request", operation("requestBody: {content: {application/json: {schema: {}}, text/xml: {schema: {}}}}, responses: {}")),
        ("JSON of a vendor", operation("requestBody: {content: {application/vnd.x+json: {schema: {}}}}, responses: {}")),
        ("a path parameter that is not required", "paths: {'/{b}': {get: {operationId: a, parameters: [{in: path, name: b, schema: {type: string}}], responses: {}}}}".to_owned()),
        ("a pattern that no engine knows", schema("{type: object, properties: {a: {type: string, pattern: '(?P<x>a)'}}}")),
        ("a default of the wrong type", schema("{type: object, properties: {a: {type: integer, default: x}}}")),
        ("exclusive without a limit", schema("{type: object, properties: {a: {exclusiveMinimum: true}, b: {type: integer, exclusiveMaximum: true}}}")),
        ("unknown types", schema("{type: object, properties: {a: {type: 'null'}, b: {type: file}}}")),
        ("an empty allOf", schema("{allOf: []}")),
        ("allOf that leads back", schema("{allOf: [{$ref: '#/components/schemas/A'}]}")),
        ("a list of itself", schema("{type: array, items: {$ref: '#/components/schemas/A'}}")),
        ("a map of itself", schema("{type: object, additionalProperties: {$ref: '#/components/schemas/A'}}")),
        ("a choice that contains itself", schema("{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}")),
        ("a base that is its own child", schema("{type: object, discriminator: {propertyName: k}, allOf: [{$ref: '#/components/schemas/A'}]}")),
        ("oneOf beside anyOf", schema("{oneOf: [{$ref: '#/components/schemas/B'}], anyOf: [{$ref: '#/components/schemas/C'}]}")),
        ("oneOf with false", schema("{oneOf: [false, {$ref: '#/components/schemas/B'}]}")),
        ("enum and const", schema("{type: object, properties: {a: {type: string, enum: [x, y], const: x}}}")),
        ("if, not and patterns of names", schema("{type: object, not: {required: [x]}, if: {required: [y]}, patternProperties: {a: {type: string}}}")),
        ("an enum of objects", schema("{type: object, properties: {a: {enum: [{x: 1}, [2], null]}}}")),
        ("an enum of booleans", schema("{type: object, properties: {a: {type: boolean, enum: [true]}}}")),
        ("an enum of numbers", schema("{type: object, properties: {a: {type: number, enum: [1.5, .inf]}}}")),
        ("additionalProperties beside allOf", schema("{allOf: [{$ref: '#/components/schemas/B'}], additionalProperties: false}")),
        ("a nullable type with a title", schema("{title: T, nullable: true, allOf: [{$ref: '#/components/schemas/B'}]}")),
        ("a schema of nothing but true", schema("{type: object, properties: {a: true, b: false}}")),
        ("a nested list of a union", schema("{type: array, items: {type: array, items: {oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]}}}")),
    ] {
        let generation = generated(&text).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(generation.api.operations.len(), 1, "{what}");
    }
}

#[test]
fn a_schema_that_is_widened_is_reported() {
    for (text, expected) in [
        (
            schema(
                "{oneOf: [{$ref: '#/components/schemas/B'}, {type: object, properties: {b: {type: string}}}]}",
            ),
            "nothing tells B and the object of b apart. Values of both are read as the first; give them a tag with values of their own",
        ),
        (
            schema(
                "{oneOf: [{$ref: '#/components/schemas/B'}], discriminator: {propertyName: k, mapping: {b: B, c: C}}}",
            ),
            "the discriminator maps c to C, which is no alternative. Such a value is kept as JSON; add the alternative",
        ),
        (
            schema(
                "{type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}",
            ),
            "requires itself without end, so that no value is complete. It is read as optional; make it optional or nullable in the document",
        ),
        (
            schema("{oneOf: [{$ref: '#/components/schemas/A'}], discriminator: {propertyName: k}}"),
            "leads back to itself without an object between. It is read as any JSON",
        ),
        (
            schema("{type: object, properties: {a: {type: string, format: '^[A-Z]$'}}}"),
            "has the pattern ^[A-Z]$ as its format. It is used as a pattern; move it there in an overlay",
        ),
        (
            schema("{type: object, properties: {a: {type: string, enum: [x], default: y}}}"),
            "the default \"y\" is none of the values. It is kept in the documentation only",
        ),
        (
            schema(
                "{allOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {a: {type: integer}}}]}",
            ),
            "allOf gives one property two types. It is read as any JSON; pick one type with an overlay action",
        ),
        (
            schema("{oneOf: [{type: boolean}, {type: integer}]}"),
            "oneOf mixes kinds that share no Rust type. It is read as any JSON",
        ),
        (
            schema("{oneOf: [{$ref: '#/components/schemas/B'}, {type: string}]}"),
            "oneOf mixes objects with other kinds. What is none of the objects is kept as JSON",
        ),
        (
            schema(
                "{allOf: [{type: object, properties: {a: {type: string, minLength: 5}}}, {properties: {a: {type: string, maxLength: 4}}}]}",
            ),
            "no value keeps both minLength 5 and maxLength 4. Correct one of them with an overlay action; until then no request with a value is sent",
        ),
        (
            schema(
                "{type: object, properties: {a: {type: integer, minimum: 3, exclusiveMaximum: true, maximum: 3}}}",
            ),
            "no value keeps both minimum 3 and exclusiveMaximum 3. Correct one of them with an overlay action; until then no request with a value is sent",
        ),
        (
            schema("{type: object, properties: {a: {}}, additionalProperties: {type: string}}"),
            "has typed additional properties beside its own. They are kept as unknown fields",
        ),
    ] {
        let generation = generated(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let said: Vec<String> = generation
            .findings
            .iter()
            .map(ToString::to_string)
            .collect();
        let found = said.iter().any(|line| {
            line.starts_with("x.yaml:")
                && line.contains(" #/components/schemas/A")
                && line.ends_with(expected)
        });
        assert!(found, "{said:#?}\nnot\n{expected}");
    }
}
