//! Paths that no request can have, and names that an overlay gives twice, are refused where they are written.

use dintero_codegen::document::Document;
use dintero_codegen::generate_from;
use dintero_tests::documents::{HEAD, generated};

#[track_caller]
fn refused(text: &str, expected: &str) {
    let generation = generated(text).map(|generation| generation.surface);
    assert_eq!(generation.expect_err(text), expected);
}

#[test]
fn a_path_that_no_request_can_have_is_refused() {
    let id = "{in: path, name: id, required: true, schema: {type: string}}";
    for (path, problem) in [
        ("a", "does not begin with a slash"),
        ("", "does not begin with a slash"),
        ("/a b", "has the character ' ', which no path can have"),
        ("/a\\b", "has the character '\\\\', which no path can have"),
        (
            "/a?b=1",
            "has the character '?', where a query begins: declare its parameters with `in: query`",
        ),
        (
            "/a#all",
            "has the character '#', where a fragment begins, which no request has",
        ),
        (
            "/a/../b",
            "has a segment of dots, which leads to another path",
        ),
        (
            "/a/%2e%2E/b",
            "has a segment of dots, which leads to another path",
        ),
        ("/a/.", "has a segment of dots, which leads to another path"),
        ("/a//b", "has two slashes in a row"),
        ("/a%2", "has a % that two hexadecimal digits do not follow"),
        ("/a/{id", "has a variable that is not closed"),
        ("/a/{id/b}", "has a variable that is not closed"),
        ("/a/id}", "has a closing brace without an opening one"),
        ("/a/{}", "has a variable without a name"),
    ] {
        let pointer = path.replace('/', "~1");
        refused(
            &format!("paths: {{'{path}': {{get: {{parameters: [{id}], responses: {{}}}}}}}}"),
            &format!(
                "x.yaml:5 #/paths/{pointer}: the path {problem}. Correct the path in the document, or remove it with an overlay action"
            ),
        );
    }
    let item = |name: &str, method: &str| {
        format!(
            "'/a/{{{name}}}': {{{method}: {{parameters: [{{in: path, name: {name}, required: true, schema: {{type: string}}}}], responses: {{}}}}}}"
        )
    };
    let two = |method| format!("paths: {{{}, {}}}", item("b", "get"), item("c", method));
    refused(
        &two("get"),
        "x.yaml:5 #/paths/~1a~1{c}: the path differs from /a/{b} by the names of variables only. Correct the path in the document, or remove it with an overlay action",
    );
    let generation = generated(&two("put")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(generation.api.operations.len(), 2);
    let encoded = "paths: {/a%20b/æ: {get: {responses: {}}}, x-note: {get: {}}}";
    generated(encoded).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_conflict_of_names_in_the_overlay_is_told_at_the_overlay() {
    let schema = |name: &str| format!("{{type: object, properties: {{{name}: {{type: string}}}}}}");
    let text = format!(
        "{HEAD}paths:
  /a: {{get: {{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {}}}}}}}}}}}}}
  /b: {{get: {{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {}}}}}}}}}}}}}
",
        schema("one"),
        schema("two")
    );
    let body = |path: &str| {
        format!("$.paths['{path}'].get.responses['200'].content['application/json'].schema")
    };
    let operation = |path: &str| format!("$.paths['{path}'].get");
    let conflict = |[one, two]: [String; 2], update: &str| {
        let overlay = format!(
            "overlay: 1.0.0\nactions:\n- target: {one:?}\n  description: why\n  update: {update}\n- target: {two:?}\n  description: why\n  update: {update}\n"
        );
        let document = Document::parse("x.yaml", &text).expect("YAML");
        let overlay = Document::parse("overlay.yaml", &overlay).expect("YAML");
        let errors = generate_from("x", document, Some(&overlay)).expect_err("two of one name");
        errors.to_string()
    };
    assert_eq!(
        conflict([body("/a"), body("/b")], "{x-dintero-name: Same}"),
        "overlay.yaml:8 #/actions/1/update/x-dintero-name: x-dintero-name Same is the name of another type already. Give each type a name of its own in the overlay"
    );
    assert_eq!(
        conflict(
            [operation("/a"), operation("/b")],
            "{x-dintero-method: get_it}"
        ),
        "overlay.yaml:8 #/actions/1/update/x-dintero-method: the method name get_it is that of GET /a too. Give one of them another x-dintero-method in the overlay"
    );
}

#[test]
fn a_control_character_of_a_name_ends_no_line_of_a_message() {
    let error = generated("paths: {\"/a\\ncargo::error=\": {get: {responses: {}}}}")
        .map(|generation| generation.surface)
        .expect_err("a line in a path");
    assert_eq!(error.lines().count(), 1, "{error}");
}
