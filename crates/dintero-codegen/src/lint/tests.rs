//! What the lint finds in a piece of a document, and that the actions it offers fix it.

use super::lint;
use crate::action::Action;
use crate::document::Document;
use crate::finding::Finding;
use crate::overlay;
use serde_json::{Value, json};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.example/v1'}]\nx-dintero-servers: {'https://a.example': api}\n";

fn document(text: &str) -> Document {
    Document::parse("x.yaml", &format!("{HEAD}{text}")).unwrap()
}

/// Returns the findings about a piece of a document, as text.
fn found(text: &str) -> String {
    let findings = lint(&document(text));
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

/// Applies the actions that are offered for the finding with a rule, and lints again: it must be gone.
fn assert_fixed(text: &str, rule: &str) {
    let mut document = document(text);
    let is = |finding: &&Finding| finding.rule.id() == rule;
    let finding = lint(&document).iter().find(is).cloned();
    let finding = finding.unwrap_or_else(|| panic!("{rule} is not in {text}"));
    let actions: Vec<Value> = finding.actions.iter().map(Action::to_value).collect();
    assert!(!actions.is_empty(), "no action for {finding}");
    let overlay = json!({"overlay": "1.0.0", "actions": actions}).to_string();
    let overlay = Document::parse("o.yaml", &overlay).unwrap();
    overlay::apply(&mut document, &overlay, true).unwrap_or_else(|error| panic!("{error}"));
    let left = lint(&document).into_iter().find(|finding| is(&finding));
    assert_eq!(left, None, "{}", document.root);
}

/// A piece of a document, what is found in it, and the rule whose actions fix it, where there are any.
type Case = (&'static str, &'static str, Option<&'static str>);

fn check(cases: &[Case], place: impl Fn(&str) -> String) {
    for (piece, expected, rule) in cases {
        let text = place(piece);
        let found = found(&text);
        assert!(
            found.contains(expected),
            "{text}\ngave {found:?}\nnot {expected:?}"
        );
        if let Some(rule) = rule {
            assert_fixed(&text, rule);
        }
    }
}

#[test]
fn findings_about_schemas() {
    let cases: [Case; 9] = [
        (
            "{$ref: '#/components/schemas/No'}",
            "x.yaml:5 #/components/schemas/A: refers to #/components/schemas/No, which does not exist. Add it",
            Some("missing-reference"),
        ),
        ("{$ref: 'b.yaml#/x'}", "outside of the document", None),
        (
            "{$ref: '#/components/schemas/B/properties/c'}, B: {properties: {c: {}}}",
            "refers to a part of a schema",
            None,
        ),
        (
            "{type: [string, 'null']}",
            "#/components/schemas/A: has a list of types",
            Some("type-list"),
        ),
        (
            "{type: string, format: '^[A-Z]$'}",
            "has the pattern ^[A-Z]$ as its format",
            Some("pattern-as-format"),
        ),
        (
            "{type: string, pattern: '(?P<x>a)'}",
            "is no ECMAScript pattern",
            Some("invalid-pattern"),
        ),
        (
            "{type: string, enum: [a], default: b}",
            "is none of the values",
            Some("unlisted-default"),
        ),
        (
            "{not: {type: string}}",
            "uses `not`",
            Some("unsupported-keyword"),
        ),
        (
            "{discriminator: {propertyName: t, mapping: {x/y: '#/components/schemas/No'}}}",
            "maps x/y to #/components/schemas/No",
            Some("missing-mapping"),
        ),
    ];
    check(&cases, |schema| {
        format!("components: {{schemas: {{A: {schema}}}}}")
    });
}

#[test]
fn findings_about_operations() {
    let cases: [Case; 9] = [
        (
            "get: {operationId: listA, responses: {}}",
            "has no method name of ours and is called list_a. Name it in the overlay",
            Some("unnamed-operation"),
        ),
        (
            "post: {requestBody: {content: {multipart/form-data: {schema: {}}}}, responses: {}}",
            "takes no JSON but [\"multipart/form-data\"]. Only JSON",
            Some("unsupported-body"),
        ),
        (
            "post: {operationId: a, x-dintero-retry: never, responses: {}}",
            "has the retry class never. Use",
            None,
        ),
        (
            "post: {operationId: a, x-dintero-retry: non-idempotent, responses: {}}",
            "names no method to read the outcome back. Add",
            None,
        ),
        (
            "post: {operationId: a, x-dintero-retry: non-idempotent, x-dintero-read-back: b, responses: {}}",
            "is read back by b, which is no method. Name",
            None,
        ),
        (
            "get: {servers: [{url: 'https://b.example/v1'}], responses: {}}",
            "is on the unknown server https://b.example. Say",
            Some("unknown-server"),
        ),
        (
            "get: {operationId: a, responses: {'200': {content: {application/json: {schema: {}}}}, '201': {}}}",
            "has success bodies of several kinds. One",
            None,
        ),
        (
            "get: {operationId: a, responses: {'200': {$ref: '#/components/responses/No'}}}",
            "x.yaml:5 #/paths/~1a/get/responses/200: refers to #/components/responses/No, which does not exist. Add it",
            None,
        ),
        (
            "get: {operationId: new, responses: {}}",
            "the method name new is taken by Rust or by the client itself",
            Some("reserved-method-name"),
        ),
    ];
    check(&cases, |item| format!("paths: {{/a: {{{item}}}}}"));
}

#[test]
fn findings_about_method_names() {
    let cases: [Case; 3] = [
        (
            "get: {x-dintero-method: 1A, responses: {}}",
            "\"1A\" is no name for a Rust method",
            Some("invalid-method-name"),
        ),
        (
            "get: {operationId: a_1, responses: {}}, post: {operationId: a1, responses: {}}",
            "the method names a1 and a_1 differ too little",
            Some("similar-method-names"),
        ),
        (
            "get: {operationId: post_a, responses: {}}, post: {operationId: post_a, responses: {}}",
            "the method name post_a is that of GET /a too",
            Some("duplicate-method-name"),
        ),
    ];
    check(&cases, |item| format!("paths: {{/a: {{{item}}}}}"));
}

#[test]
fn findings_about_parameters() {
    let cases: [Case; 6] = [
        (
            "[{in: path, name: b, required: true, schema: {type: string}}]",
            "the path parameter b is not in the path /a",
            Some("unused-path-parameter"),
        ),
        (
            "[{in: cookie, name: b, schema: {type: string}}]",
            "the parameter b is a cookie",
            Some("unsupported-parameter"),
        ),
        (
            "[{in: query, name: b, schema: {type: object}}]",
            "the parameter b is an object",
            Some("unsupported-parameter"),
        ),
        (
            "[{in: query, name: b, content: {application/json: {}}}]",
            "the parameter b is described by `content`",
            Some("unsupported-parameter"),
        ),
        (
            "[{$ref: '#/components/parameters/it''s'}]",
            "the parameter b is a cookie",
            Some("unsupported-parameter"),
        ),
        (
            "[{in: query, name: b, style: pipeDelimited, schema: {type: array}}]",
            "the parameter b has a style that cannot be sent",
            Some("unsupported-parameter"),
        ),
    ];
    let shared = "components: {parameters: {it's: {in: cookie, name: b, schema: {type: string}}}}";
    check(&cases, |parameters| {
        format!("paths: {{/a: {{get: {{parameters: {parameters}, responses: {{}}}}}}}}\n{shared}")
    });
    check(&cases[..1], |parameters| {
        format!("paths: {{/a: {{parameters: {parameters}, get: {{responses: {{}}}}}}}}")
    });
}

#[test]
fn findings_about_the_variables_of_a_path() {
    let item = "{get: {responses: {}}}";
    let list = "{get: {parameters: [{in: path, name: b, required: true, schema: {type: array, items: {}}}], responses: {}}}";
    let undeclared = format!("paths: {{'/a/{{b}}': {item}}}");
    assert!(found(&undeclared).contains("the path has {b}, which is no parameter"));
    assert_fixed(&undeclared, "undeclared-path-variable");
    let found = found(&format!("paths: {{'/a/{{b}}/{{b}}': {list}}}"));
    assert!(found.contains("the path has {b} twice"), "{found}");
    assert!(
        found.contains("the parameter b is a list in the path"),
        "{found}"
    );
}

#[test]
fn an_unknown_server_is_reported_once() {
    let item = "{get: {operationId: a, responses: {}}, post: {operationId: b, responses: {}}}";
    let text =
        format!("openapi: 3.0.3\nservers: [{{url: 'https://b.example'}}]\npaths: {{/a: {item}}}");
    let findings = lint(&Document::parse("x.yaml", &text).unwrap());
    let unknown = findings
        .iter()
        .filter(|finding| finding.rule.id() == "unknown-server");
    assert_eq!(unknown.count(), 1);
}

#[test]
fn the_server_that_is_missing_is_that_of_the_api() {
    for (known, url) in [
        ("{}", "https://api.dintero.com/v1"),
        ("{'https://a.example': api}", "https://api.dintero.com/v1"),
        (
            "{'https://a.example': api, 'https://c.example': checkout}",
            "https://c.example/v1",
        ),
    ] {
        let text = format!(
            "openapi: 3.0.3\nx-dintero-servers: {known}\npaths: {{/a: {{get: {{operationId: a, responses: {{}}}}}}}}"
        );
        let findings = lint(&Document::parse("x.yaml", &text).unwrap());
        let finding = findings
            .iter()
            .find(|finding| finding.rule.id() == "missing-server")
            .unwrap();
        let update = finding.actions[0].update.as_ref().unwrap();
        assert_eq!(update["servers"][0]["url"], url);
        assert!(finding.help.contains(url), "{finding}");
    }
}

#[test]
fn a_sound_document_has_no_findings() {
    let text = "paths: {/a: {get: {operationId: a, x-dintero-method: a, responses: {'200': {description: ok}}}}}";
    assert_eq!(found(text), "");
}

#[test]
fn other_versions_are_refused_at_once() {
    let document = Document::parse("x.yaml", "openapi: 3.1.0\n").unwrap();
    assert_eq!(
        lint(&document)[0].to_string(),
        "x.yaml:1 #/openapi: is OpenAPI 3.1.0. Convert it to 3.0: `nullable: true` instead of the type null, one `example` instead of a list"
    );
}

#[test]
fn a_keyword_with_a_value_that_it_cannot_have_is_reported() {
    for (keyword, wanted) in [
        (
            "maxLength: '5'",
            "has `maxLength: \"5\"`, which must be a whole number",
        ),
        (
            "minItems: 1.5",
            "has `minItems: 1.5`, which must be a whole number",
        ),
        (
            "minProperties: -1",
            "has `minProperties: -1`, which must be a whole number",
        ),
        (
            "minimum: '0'",
            "has `minimum: \"0\"`, which must be a number",
        ),
        (
            "maximum: true",
            "has `maximum: true`, which must be a number",
        ),
        (
            "multipleOf: 0",
            "has `multipleOf: 0`, which must be above 0",
        ),
        (
            "exclusiveMinimum: 'yes'",
            "has `exclusiveMinimum: \"yes\"`, which must be true or false",
        ),
        (
            "uniqueItems: 1",
            "has `uniqueItems: 1`, which must be true or false",
        ),
        (
            "nullable: 'true'",
            "has `nullable: \"true\"`, which must be true or false",
        ),
        (
            "required: true",
            "has `required: true`, which must be a list of names",
        ),
        (
            "required: [1]",
            "has `required: [1]`, which must be a list of names",
        ),
        ("pattern: 5", "has `pattern: 5`, which must be a text"),
        (
            "type: strng",
            "has `type: \"strng\"`, which must be one of the six types of OpenAPI 3.0",
        ),
        (
            "type: int",
            "has `type: \"int\"`, which must be one of the six types of OpenAPI 3.0",
        ),
        (
            "properties: {b: {}}, required: [b, c]",
            "requires c, which is none of its properties",
        ),
    ] {
        let text = format!("components: {{schemas: {{A: {{properties: {{a: {{{keyword}}}}}}}}}}}");
        let found = found(&text);
        let expected = format!("x.yaml:5 #/components/schemas/A/properties/a: {wanted}. ");
        assert!(found.starts_with(&expected), "{found}\nnot\n{expected}");
    }
}

#[test]
fn keywords_that_are_right_or_mean_something_else_are_not_reported() {
    for piece in [
        "components: {schemas: {A: {maxLength: 10.0, minimum: 0.5, exclusiveMaximum: 3, multipleOf: 0.01}}}",
        "components: {schemas: {A: {allOf: [{required: [b]}, {properties: {a: {}}, required: [b]}], required: [b]}}}",
        "components: {schemas: {required: {type: object}, type: {type: string}, minimum: {type: integer}}}",
        "components: {schemas: {A: {properties: {required: {type: boolean}, type: {type: string}}, example: {type: x}}}}",
        "components: {parameters: {A: {in: query, name: a, required: true, schema: {type: string}}}}",
        "components: {requestBodies: {A: {required: true, content: {application/json: {}}}}}",
        "components: {securitySchemes: {A: {type: mutualTLS}}, x-data: {A: {type: x, required: true}}}",
    ] {
        assert_eq!(found(piece), "", "{piece}");
    }
}

#[test]
fn credentials_and_headers_that_the_client_does_not_send_are_reported() {
    let schemes = "components: {securitySchemes: {bearer: {type: http, scheme: bearer}, digest: {type: http, scheme: digest}, key: {type: apiKey, in: header, name: X-K}}}";
    let security = |list: &str| format!("security: {list}, responses: {{}}");
    let parameter = |name: &str| {
        format!(
            "parameters: [{{in: header, name: '{name}', schema: {{type: string}}}}], responses: {{}}"
        )
    };
    let none = "is no security scheme that the client can send by itself. Its requests carry no credentials";
    for (inside, expected) in [
        (security("[]"), String::new()),
        (security("[{}, {digest: []}]"), String::new()),
        (security("[{digest: []}, {bearer: []}]"), String::new()),
        (security("[{digest: []}]"), format!("requires digest, which {none}")),
        (security("[{nope: []}]"), format!("requires nope, which {none}")),
        (security("[{bearer: [], key: []}]"), "requires key, which is no security scheme that the client can send by itself. Its requests carry the access token only".to_owned()),
        (parameter("X-Fine"), String::new()),
        (parameter("Accept"), String::new()),
        (parameter("x y"), "the parameter x y has a name that no header can have".to_owned()),
        (parameter("Host"), "the header Host is set by the client itself".to_owned()),
        ("parameters: [{in: body, name: a, schema: {}}], responses: {}".to_owned(), "the parameter a has no name, or no place that OpenAPI 3.0 knows".to_owned()),
        ("parameters: [{in: query, name: a, allowReserved: true, schema: {type: string}}], responses: {}".to_owned(), "the parameter a may have reserved characters as they are".to_owned()),
        ("requestBody: {content: {application/jsonl: {schema: {}}}}, responses: {}".to_owned(), "takes no JSON but [\"application/jsonl\"]".to_owned()),
    ] {
        let text = format!("paths: {{/a: {{get: {{operationId: a, x-dintero-method: a, {inside}}}}}}}\n{schemes}");
        let found = found(&text);
        assert!(found.contains(&expected) && found.is_empty() == expected.is_empty(), "{inside}: {found}");
    }
}
