//! What is said about a component holds wherever it is referred to, in whatever way, and only where such a component can be.

use dintero_tests::documents::generated;

/// Generates the client of one operation with a request body `T` and these components, and returns the line of a field.
fn field(property: &str, components: &str) -> String {
    let surface = surface(
        &format!("{{type: object, properties: {{a: {property}}}}}"),
        components,
    );
    let line = surface
        .lines()
        .find(|line| line.starts_with("struct T a: "));
    line.unwrap_or_else(|| panic!("{surface}")).to_owned()
}

fn surface(body: &str, components: &str) -> String {
    let text = format!(
        "paths: {{/a: {{post: {{operationId: a, requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/T'}}}}}}}}, responses: {{}}}}}}}}
components:
  schemas:
    T: {body}
{components}"
    );
    let generation = generated(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    generation.surface
}

#[test]
fn limits_of_a_component_hold_in_every_way_to_refer_to_it() {
    let objects = "    O: {type: object, properties: {o: {type: string}}}\n    P: {type: object, properties: {p: {type: string}}}\n";
    for (component, limit) in [
        ("{type: string, enum: [a], maxLength: 3}", "max_length=3"),
        ("{type: integer, enum: [1, 2], maximum: 2}", "max=2"),
        (
            "{type: string, pattern: '^a', minLength: 2}",
            "min_length=2",
        ),
        (
            "{type: string, format: date-time, maxLength: 30}",
            "max_length=30",
        ),
        ("{type: number, multipleOf: 5}", "multiple_of=5"),
        (
            "{type: array, maxItems: 2, items: {type: string}}",
            "max_items=2",
        ),
        (
            "{type: object, maxProperties: 2, additionalProperties: {}}",
            "max_properties=2",
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/O'}, {$ref: '#/components/schemas/P'}], minProperties: 1}",
            "min_properties=1",
        ),
    ] {
        let components = format!(
            "    C: {component}\n    Alias: {{$ref: '#/components/schemas/C'}}\n    Wrapped: {{allOf: [{{$ref: '#/components/schemas/Alias'}}], description: w}}\n{objects}"
        );
        for name in ["C", "Alias", "Wrapped"] {
            let reference = format!("{{$ref: '#/components/schemas/{name}'}}");
            for (property, prefix) in [
                (reference.clone(), ""),
                (format!("{{allOf: [{reference}]}}"), ""),
                (format!("{{nullable: true, allOf: [{reference}]}}"), ""),
                (format!("{{oneOf: [{reference}, {{enum: [null]}}]}}"), ""),
                (format!("{{type: array, items: {reference}}}"), "each."),
                (
                    format!("{{type: object, additionalProperties: {reference}}}"),
                    "each.",
                ),
                (
                    format!("{{type: array, items: {{type: array, items: {reference}}}}}"),
                    "each.each.",
                ),
            ] {
                let line = field(&property, &components);
                let expected = format!(" {prefix}{limit}");
                assert!(
                    line.contains(&expected),
                    "{component} in {property}: {line}"
                );
            }
        }
    }
}

#[test]
fn the_order_of_the_parts_of_an_all_of_changes_nothing() {
    for parts in [
        ["{maxLength: 30}", "{type: string, format: date-time}"],
        ["{type: string}", "{format: uuid}"],
        ["{type: string, enum: [a, b]}", "{enum: [a]}"],
        [
            "{type: object, properties: {k: {type: string}}, required: [k]}",
            "{type: object, properties: {k: {type: string, const: x}}}",
        ],
        [
            "{type: array, items: {type: string}}",
            "{items: {maxLength: 3}, minItems: 1}",
        ],
        ["{type: integer, minimum: 1}", "{type: number, maximum: 5}"],
        [
            "{type: object, additionalProperties: {type: string}}",
            "{additionalProperties: {minLength: 2}}",
        ],
    ] {
        let [one, two] = parts;
        let components = "    O: {type: object, properties: {o: {type: string}}}\n";
        let there = surface(
            &format!("{{type: object, properties: {{a: {{allOf: [{one}, {two}]}}}}}}"),
            components,
        );
        let back = surface(
            &format!("{{type: object, properties: {{a: {{allOf: [{two}, {one}]}}}}}}"),
            components,
        );
        assert_eq!(there, back, "{parts:?}");
    }
}

#[test]
fn keywords_beside_a_lone_all_of_count() {
    let components =
        "    E: {type: string, enum: [a, b]}\n    L: {type: array, items: {type: string}}\n";
    let reference = |name: &str| format!("allOf: [{{$ref: '#/components/schemas/{name}'}}]");
    let narrowed = surface(
        &format!(
            "{{type: object, properties: {{a: {{{}, enum: [b]}}}}}}",
            reference("E")
        ),
        components,
    );
    assert!(!narrowed.contains("\"a\""), "{narrowed}");
    let line = field(
        &format!("{{{}, items: {{maxLength: 3}}}}", reference("L")),
        components,
    );
    assert!(line.contains("each.max_length=3"), "{line}");
}

#[test]
fn a_reference_leads_to_a_component_of_its_kind_only() {
    let components = "components:
  schemas: {X: {type: string}}
  parameters: {X: {in: query, name: x, schema: {type: string}}}
  headers: {X: {schema: {type: string}}}
  requestBodies: {X: {content: {application/json: {schema: {type: string}}}}}
  responses: {X: {description: ok}}
  pathItems: {X: {get: {operationId: b, responses: {}}}}";
    let kinds = [
        "schemas",
        "parameters",
        "headers",
        "requestBodies",
        "responses",
        "pathItems",
    ];
    for kind in kinds {
        let reference = format!("{{$ref: '#/components/{kind}/X'}}");
        for (wanted, place) in [
            (
                "schemas",
                format!(
                    "/a: {{get: {{operationId: a, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {reference}}}}}}}}}}}}}"
                ),
            ),
            (
                "parameters",
                format!(
                    "/a: {{get: {{operationId: a, parameters: [{reference}], responses: {{}}}}}}"
                ),
            ),
            (
                "headers",
                format!(
                    "/a: {{get: {{operationId: a, responses: {{'200': {{description: ok, headers: {{H: {reference}}}}}}}}}}}"
                ),
            ),
            (
                "requestBodies",
                format!(
                    "/a: {{post: {{operationId: a, requestBody: {reference}, responses: {{}}}}}}"
                ),
            ),
            (
                "responses",
                format!("/a: {{get: {{operationId: a, responses: {{'200': {reference}}}}}}}"),
            ),
            ("pathItems", format!("/a: {reference}")),
        ] {
            let text = format!("paths: {{{place}}}\n{components}");
            let generation = generated(&text);
            assert_eq!(generation.is_ok(), kind == wanted, "{text}");
            if let Err(error) = generation {
                let said = format!("refers to #/components/{kind}/X, a ");
                assert!(
                    error.starts_with("x.yaml:5 #/paths/~1a") && error.contains(&said),
                    "{error}"
                );
            }
        }
    }
}
