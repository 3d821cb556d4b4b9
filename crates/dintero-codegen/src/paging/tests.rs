use crate::document::Document;
use crate::generate_from;

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
paths:
  /a:
    get:
      operationId: a
      x-dintero-method: list_things
      parameters: [{name: after, in: query, schema: {type: string}}, {name: since, in: query, schema: {type: string}}, {name: token, in: header, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}}
components:
  schemas:
    Page: {type: object, properties: {rows: {type: array, items: {$ref: '#/components/schemas/Row'}}, next: {$ref: '#/components/schemas/Next'}, free: {type: object}, count: {type: array, items: {type: string}}}}
    Row: {allOf: [{type: object, properties: {id: {$ref: '#/components/schemas/Id'}}}, {properties: {parts: {type: array, items: {type: string}}}}]}
    Next: {oneOf: [{type: object, properties: {key: {type: integer}}}, {type: object, properties: {other: {type: string}}}]}
    Id: {type: string}
";

/// Returns what generation says about a mark that an overlay gives, its action on a line of its own.
fn refused(mark: &str) -> Option<String> {
    let overlay = format!(
        "overlay: 1.0.0
actions:
  - {{target: $, description: d, update: {{x-other: 1}}}}
  - {{target: $.paths.*.get, description: d, update: {{x-dintero-paging: {mark}}}}}"
    );
    let overlay = Document::parse("o.yaml", &overlay).unwrap();
    let document = Document::parse("d.yaml", DOCUMENT).unwrap();
    let errors = generate_from("x", document, Some(&overlay)).err()?;
    Some(errors.to_string())
}

#[test]
fn a_mark_that_fits_is_accepted() {
    for cursor in [
        "{parameter: after, last_item: /id}",
        "{parameter: after, body: /next/key}",
        "{parameter: after, body: /next/other}",
        "{parameter: after, body: /free/anything/below}",
        "{parameter: after, last_item: /id, instead: {given: [since], body: /next/key}}",
    ] {
        assert_eq!(
            refused(&format!("{{items: /rows, cursor: [{cursor}]}}")),
            None
        );
    }
}

#[test]
fn a_mark_that_does_not_fit_is_an_error_at_the_action_that_gives_it() {
    let rows = |cursor: &str| format!("{{items: /rows, cursor: [{cursor}]}}");
    let form = "it must have `items` and `cursor`, and each cursor `parameter` and either `body` or `last_item`";
    let after = "{parameter: after, last_item: /id}";
    for (mark, problem) in [
        (
            rows("{parameter: before, last_item: /id}"),
            "it has no query parameter before",
        ),
        (
            rows("{parameter: token, last_item: /id}"),
            "it has no query parameter token",
        ),
        (
            rows("{parameter: after, last_item: /uuid}"),
            "an item has no text or number at \"/uuid\"",
        ),
        (
            rows("{parameter: after, last_item: /parts}"),
            "an item has no text or number at \"/parts\"",
        ),
        (
            rows("{parameter: after, body: /next/missing}"),
            "the response has no text or number at \"/next/missing\"",
        ),
        (
            rows("{parameter: after, body: /next}"),
            "the response has no text or number at \"/next\"",
        ),
        (
            rows("{parameter: after, last_item: /id, instead: {given: [until], body: /next/key}}"),
            "it has no query parameter until",
        ),
        (
            rows("{parameter: after, last_item: /id, instead: {given: [since], body: /gone}}"),
            "the response has no text or number at \"/gone\"",
        ),
        (
            format!("{{items: /things, cursor: [{after}]}}"),
            "the response has no list at \"/things\"",
        ),
        (
            format!("{{items: /next, cursor: [{after}]}}"),
            "the response has no list at \"/next\"",
        ),
        (rows(""), form),
        (format!("{{cursor: [{after}]}}"), form),
        ("{items: /rows}".to_owned(), form),
        (
            format!("{{items: /rows, cursors: [{after}], cursor: [{after}]}}"),
            form,
        ),
        (rows("{parametr: after, last_item: /id}"), form),
        (rows("{parameter: after, last: /id}"), form),
        (
            rows("{parameter: after, last_item: /id, body: /next/key}"),
            form,
        ),
        (
            rows("{parameter: after, last_item: /id, insted: {given: [since], body: /next/key}}"),
            form,
        ),
        (
            rows("{parameter: after, last_item: /id, instead: {given: [since]}}"),
            form,
        ),
    ] {
        let expected = format!(
            "o.yaml:4 #/actions/1/update/x-dintero-paging: GET /a pages otherwise than x-dintero-paging says: {problem}. Correct the paging in the overlay, or remove it there"
        );
        assert_eq!(refused(&mark), Some(expected), "{mark}");
    }
}

#[test]
fn without_an_overlay_the_place_is_in_the_document() {
    let marked = DOCUMENT.replace(
        "operationId: a",
        "operationId: a\n      x-dintero-paging: {items: /rows}",
    );
    let document = Document::parse("d.yaml", &marked).unwrap();
    let error = generate_from("x", document, None).unwrap_err().to_string();
    assert!(
        error.starts_with("d.yaml:9 #/paths/~1a/get/x-dintero-paging: GET /a pages"),
        "{error}"
    );
}
