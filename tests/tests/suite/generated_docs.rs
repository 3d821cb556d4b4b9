//! Descriptions become plain documentation: no link, tag, doctest or error.

use dintero_codegen::document::Document;
use dintero_codegen::{Generation, generate_from};
use dintero_tests::root;

fn generated() -> Generation {
    let read = |name: &str| {
        Document::read(&root().join("tests/data").join(name))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let overlay = read("constructs-overlay.yaml");
    generate_from("constructs", read("constructs.yaml"), Some(&overlay))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The documentation of the method `get_thing`.
fn docs() -> Vec<String> {
    let source = generated().source;
    let (before, _) = source.split_once("pub fn get_thing(").expect("the method");
    let lines = before
        .lines()
        .rev()
        .skip(1)
        .map_while(|line| line.trim_start().strip_prefix("///"));
    let mut lines: Vec<String> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
        .collect();
    lines.reverse();
    lines
}

#[test]
fn code_in_descriptions_is_not_a_doctest() {
    let mut docs = docs();
    let example = docs.iter().position(|line| line == "# Examples");
    docs.truncate(example.expect("an example"));
    let mut fenced = false;
    for line in &docs {
        if line.starts_with("```") {
            fenced = !fenced;
            assert_eq!(line, if fenced { "```text" } else { "```" });
        }
        assert!(
            !line.starts_with("~~~") && !line.starts_with("    ") && !line.starts_with("-  "),
            "{line}"
        );
    }
    assert!(!fenced);
    let code: Vec<&str> = docs
        .iter()
        .map(String::as_str)
        .filter(|line| line.contains("let "))
        .collect();
    assert_eq!(
        code,
        [
            "let indented = 1;",
            "let tilde = 1;",
            "let fenced = 1;",
            "- let listed = 1;"
        ]
    );
}

#[test]
fn every_method_has_an_example_without_credentials_and_a_place_in_the_table() {
    for api in dintero_codegen::APIS {
        let generation = dintero_codegen::generate(&root().join("openapi"), api);
        let generation = generation.unwrap_or_else(|error| panic!("{error}"));
        let (source, methods) = (&generation.source, generation.api.operations.keys());
        for method in methods {
            assert!(source.contains(&format!("[`{method}`](Self::{method})")));
            let called = source.matches(&format!(".{method}(")).count();
            assert!(called > 0, "{method}");
        }
        let examples = source.matches("/// # Examples\n").count();
        assert_eq!(examples, generation.api.operations.len(), "{api}");
    }
    let document = r##"{
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "servers": [{"url": "https://api.dintero.com"}],
        "x-dintero-servers": {"https://api.dintero.com": "api"},
        "paths": {"/a": {"post": {"operationId": "a", "tags": ["x"], "responses": {"200": {"description": ""}}, "requestBody": {
            "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}}}}},
        "components": {"schemas": {"Login": {"type": "object", "required": ["client_secret", "name", "odd"], "properties": {
            "client_secret": {"type": "string", "example": "hush"}, "name": {"type": "string", "example": "shown"},
            "odd": {"type": "string", "example": "```\\n#[cfg(any())]"}}}}}
    }"##;
    let document =
        Document::parse("login.json", document).unwrap_or_else(|error| panic!("{error}"));
    let generation =
        generate_from("login", document, None).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        generation.source.contains(".name(\"shown\")"),
        "{}",
        generation.source
    );
    assert!(!generation.source.contains("hush"));
    assert!(generation.source.contains(".odd(\"odd-1\")"));
}

#[test]
fn builders_are_apart_from_types_and_keep_their_names() {
    let source = generated().source;
    let (_, types) = source.split_once("pub mod types {").expect("the types");
    let (types, builders) = types.split_once("pub mod builder {").expect("the builders");
    assert!(
        types.contains(" ThingInput,") && !types.contains(" ThingInputBuilder,"),
        "{types}"
    );
    assert!(builders.contains(" ThingInputBuilder,"));
    assert!(
        builders.contains(
            "#[doc(hidden)]\n    pub type ThingInputBuilder = builder::ThingInputBuilder;"
        )
    );
}

#[test]
fn bare_urls_tags_and_brackets_are_plain_text() {
    let expected = r"See <https://example.com/a_b>, \[docs\](<https://example.com/d>) and \<tags> \[brackets\].";
    assert!(docs().iter().any(|line| line == expected), "{:#?}", docs());
}

#[test]
fn a_lone_carriage_return_is_a_line_break() {
    assert!(!generated().source.contains('\r'));
    assert!(docs().iter().any(|line| line == "End."));
}

#[test]
fn a_title_of_several_lines_stays_on_one() {
    let first = generated().source.lines().next().map(str::to_owned);
    let expected = r"// Generated by dintero-codegen with progenitor from the document of the constructs API (Constructs and \[brackets\], version 1).";
    assert_eq!(first.as_deref(), Some(expected));
}

#[test]
fn every_setter_of_a_call_is_documented() {
    let source = generated().source;
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let setters: Vec<usize> = (1..lines.len())
        .filter(|index| {
            ["query ", "joined ", "header ", "body "]
                .iter()
                .any(|place| lines[*index].starts_with(place))
        })
        .collect();
    assert!(setters.len() > 15, "{}", setters.len());
    for index in setters {
        assert!(lines[index - 1].starts_with("/// "), "{}", lines[index]);
    }
}

#[test]
fn deprecations_and_defaults_are_documented() {
    let source = generated().source;
    for text in [
        "/// Deprecated.",
        "/// Default of the API: `opt-out`.",
        "/// Default of the API: `true`.",
        "#[deprecated = ",
    ] {
        assert!(source.contains(text), "{text}");
    }
}

#[test]
fn the_same_document_generates_the_same_text() {
    let (one, two) = (generated(), generated());
    assert_eq!(one.source, two.source);
    assert_eq!(one.surface, two.surface);
}
