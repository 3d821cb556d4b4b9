//! No text of a document becomes source or a line of the surface: names with control characters are refused, other texts
//! are literals and documentation.

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Rule};
use dintero_codegen::{Generation, generate_from};

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: {title: "T<info.title>", version: "1<info.version>", description: "d<info.description>"}
servers: [{url: "https://api.example.com/base<server>"}]
x-dintero-servers: {"https://api.example.com": api}
tags: [{name: "tag<tag>", description: "x<tag.description>"}]
security: [{"bearer<security>": ["scope<scope>"]}]
paths:
  "/a/{p<variable>}/b<path>":
    get:
      operationId: "op<operation>"
      tags: ["tag<operation.tag>"]
      summary: "s<summary>"
      description: "s<description>"
      x-scopes: ["x"]
      parameters:
        - {name: "p<variable>", in: path, required: true, description: "y<variable.description>", schema: {type: string, pattern: "a<pattern>"}}
        - {name: "q<query>", in: query, schema: {type: string, enum: ["e<value>", f], default: "d<default>", example: "e<example>"}}
        - {name: "h<header>", in: header, schema: {type: string, title: "t<title>"}}
      requestBody: {description: "b<body>", content: {"application/json": {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        '200': {description: "r<response>", content: {"application/json<media>": {schema: {$ref: '#/components/schemas/U'}, example: {"a<example key>": 1}}}}
components:
  securitySchemes: {"bearer<security>": {type: http, scheme: bearer}}
  schemas:
    Thing: {type: object, description: "d<type.description>", properties: {"p<property>": {type: string, format: "f<format>", default: "d<property.default>"}}}
    "N<schema>": {type: object, properties: {a: {type: string}}}
    U:
      oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]
      discriminator: {propertyName: "kind<tag property>", mapping: {"a<tag value>": '#/components/schemas/A', b: B}}
    A: {type: object, properties: {"kind<tag property>": {type: string}, x: {type: string}}}
    B: {type: object, properties: {"kind<tag property>": {type: string}, y: {type: string}}}
"##;

/// Generates from the document with a text in some of its marked places, and nothing in the others.
fn generated(text: &str, here: impl Fn(&str) -> bool) -> Result<Generation, Errors> {
    let parts = DOCUMENT.split(['<', '>']).enumerate();
    let document = parts.map(|(index, part)| match index % 2 {
        0 => part,
        _ if here(part) => text,
        _ => "",
    });
    let document = document.collect::<String>();
    generate_from("x", Document::parse("x", &document).expect("YAML"), None)
}

fn places() -> Vec<&'static str> {
    DOCUMENT.split(['<', '>']).skip(1).step_by(2).collect()
}

const NAMES: [&str; 16] = [
    "server",
    "tag",
    "security",
    "scope",
    "variable",
    "path",
    "operation",
    "operation.tag",
    "query",
    "header",
    "media",
    "property",
    "format",
    "schema",
    "tag property",
    "tag value",
];

#[test]
fn a_control_character_in_a_name_is_a_finding_with_its_place() {
    for place in NAMES {
        for text in [
            r"\nINJ!();",
            r"\t",
            r"\0",
            r"\u2028",
            r"\u202e",
            r"\u0085",
            r"\x1b",
        ] {
            let errors = generated(text, |here| here == place);
            let errors = errors.err().unwrap_or_else(|| panic!("{place} {text}"));
            let found = errors
                .0
                .iter()
                .find(|finding| finding.rule == Rule::ControlCharacter);
            let found = found.unwrap_or_else(|| panic!("{place} {text}: {errors}"));
            let line = found.to_string();
            assert!(
                found.line.is_some() && !line.contains(char::is_control),
                "{line}"
            );
            assert!(
                line.ends_with("has a line break or another control character. Remove it from the document, or the part with it in the overlay"),
                "{line}"
            );
        }
    }
}

#[test]
fn other_texts_may_have_line_breaks_and_add_no_line_of_code() {
    let texts: Vec<&str> = places()
        .into_iter()
        .filter(|place| !NAMES.contains(place))
        .collect();
    assert!(texts.len() > 12, "{texts:?}");
    let plain = generated("", |_| true).expect("a client");
    for text in [
        r"\nINJ!();",
        r"\rINJ",
        r"\u2028INJ",
        r"`\nINJ",
        r"\n```\nINJ",
        r"*/ INJ /*",
        r#"\"]INJ"#,
    ] {
        let generation = generated(text, |here| texts.contains(&here));
        let generation = generation.unwrap_or_else(|error| panic!("{text}: {error}"));
        let lines = generation.source.lines().chain(generation.surface.lines());
        for line in lines {
            assert!(!line.trim_start().starts_with("INJ"), "{text}: {line}");
        }
        let count = |generation: &Generation| generation.surface.lines().count();
        assert_eq!(count(&generation), count(&plain), "{text}");
    }
}

#[test]
fn words_of_the_surface_cannot_be_forged() {
    let forged = r#" x: String required\" inline rust=other"#;
    let generation = generated(forged, |here| {
        ["property", "query", "value"].contains(&here)
    });
    let surface = generation.unwrap_or_else(|error| panic!("{error}")).surface;
    let names = dintero_codegen::kept::KeptNames::of_surface(&surface);
    let word = |text: &str| format!("{:?}", text.to_owned() + &forged.replace('\\', ""));
    assert_eq!(
        names.name_of("Thing", word("p")).as_deref(),
        Some("p_x_string_required_inline_rust_other")
    );
    assert_eq!(
        names.name_of("op query", word("q")).as_deref(),
        Some("q_x_string_required_inline_rust_other")
    );
    let of_query = names.type_of("op query", word("q")).expect("a type");
    assert_eq!(
        names.name_of(of_query, word("e")).as_deref(),
        Some("EXStringRequiredInlineRustOther")
    );
}
