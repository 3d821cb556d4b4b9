use serde_json::{Value, json};

use super::{Place, head};
use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;

fn write(root: &Value, head: &str) -> Result<String, Errors> {
    super::write("a.yaml", root, head)
}

fn parse(text: &str) -> Value {
    Document::parse("a", text).unwrap().root
}

fn laid_out(text: &str) -> String {
    write(&parse(text), "").unwrap()
}

#[test]
fn order_and_style_of_the_input_do_not_matter() {
    let expected = "openapi: 3.0.3\ninfo:\n  title: T\n  version: \"1\"\npaths:\n  /a:\n    get:\n      operationId: a\n      tags:\n        - NOT\n        - \"NO\"\n      x-b: 1\n      responses:\n        \"200\":\n          description: |-\n            one\n            two\n";
    for text in [
        expected,
        "{paths: {/a: {get: {responses: {200: {description: \"one\\ntwo\"}}, x-b: 1, tags: [NOT, 'NO'], operationId: a}}}, info: {version: '1', title: T}, openapi: 3.0.3}",
        "{\"paths\": {\"/a\": {\"get\": {\"responses\": {\"200\": {\"description\": \"one\\ntwo\"}},\r\n\t\"x-b\": 1, \"tags\": [\"NOT\", \"NO\"], \"operationId\": \"a\"}}}, \"info\": {\"version\": \"1\", \"title\": \"T\"}, \"openapi\": \"3.0.3\"}",
    ] {
        assert_eq!(laid_out(text), expected);
    }
}

#[test]
fn texts_that_look_like_something_else_stay_texts() {
    let texts = [
        "NO",
        "on",
        "y",
        "true",
        "~",
        "null",
        "",
        "1e3",
        "0123",
        "0x1F",
        "12:30",
        "1_000",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "3.0.3",
        "a: b",
        "a #b",
        "- a",
        "a:",
        "a\nb\n",
        "a\n\n",
        " a\nb",
        "a \nb",
        "\ta\nb",
        "a\tb",
        "a\r\nb",
        "---",
        "a\n---\nb",
        "'q'",
        "\"q\"",
        "x\\d",
        "^(?!x)[A-Z]{2}$",
        "*a",
        "&a",
        "<<",
        ".inf",
        "\u{feff}x",
        "\u{2028}x",
        "\u{85}",
        "\u{7f}",
        "😀",
    ];
    let value = json!({"properties": texts.iter().filter(|text| **text != "<<").map(|text| ((*text).to_owned(), json!({"title": text}))).collect::<serde_json::Map<_, _>>(),
        "enum": texts.to_vec(), "last": "a\n\n"});
    let text = write(&value, "").unwrap();
    assert_eq!(write(&parse(&text), "").unwrap(), text);
    assert!(text.contains("- \"2024-01-01\"\n"), "{text}");
}

#[test]
fn empty_lines_are_empty_unless_a_text_has_blank_ones() {
    let text =
        |description: &str| write(&json!({"info": {"description": description}}), "").unwrap();
    assert_eq!(text("a\n\nb"), "info:\n  description: |-\n    a\n\n    b\n");
    assert_eq!(
        text("a\n  \nb"),
        "info:\n  description: |-\n    a\n      \n    b\n"
    );
}

#[test]
fn numbers_stay_numbers_of_their_kind() {
    let value: Value = serde_json::from_str(
        "{\"enum\": [1, -1, 1.0, 0.1, 1e-9, 1e21, 18446744073709551615, true, null, [], {}]}",
    )
    .unwrap();
    let text = write(&value, "").unwrap();
    assert!(text.contains("- 1\n  - -1\n  - 1.0\n  - 0.1\n"), "{text}");
    assert!(text.contains("- 18446744073709551615\n"), "{text}");
}

#[test]
fn a_property_called_example_is_a_schema_and_an_example_is_none() {
    assert_eq!(Place::Keywords.below("example"), Place::Data);
    let properties = Place::Keywords.below("properties");
    assert_eq!(properties.below("example"), Place::Keywords);
}

#[test]
fn the_head_comment_is_what_stands_before_the_first_key() {
    assert_eq!(head("# a\n# b\n\nc: 1\n# d\n"), "# a\n# b\n\n");
    assert_eq!(head("c: 1\n"), "");
}

#[test]
fn what_any_version_of_yaml_takes_for_something_else_is_quoted() {
    for text in "1.10 2.0 007 0x1F 0o17 0b101 +47 -47 +0x1F 1e3 1E+3 .5 1. +.5 1_000 1_000.5 1:30 1:30.5 -1:30 2024-01-01 \
        2024-01-01T00:00:00Z 2024-01-01t00:00:00+01:00 yes Yes YES no No NO on On ON off Off OFF true True TRUE false y N ~ \
        null Null NULL = << .inf -.INF .nan .NaN"
        .split_whitespace()
    {
        let document = json!({"openapi": "3.0.3", "x-a": {text: text}});
        let written = write(&document, "").unwrap();
        let quoted = ['"', '\''].map(|quote| format!("{quote}{text}{quote}: {quote}{text}{quote}"));
        assert!(quoted.iter().any(|quoted| written.contains(quoted)), "{written}");
        assert_eq!(parse(&written), document);
    }
}

#[test]
fn a_name_that_yaml_cannot_hold_is_told_with_its_place() {
    let long = "k".repeat(2_000);
    let root = json!({"a": 1, "b/c": [1, {"d": {long.as_str(): "e"}}]});
    let expected = format!(
        "a.yaml #/b~1c/1/d/{long}: is read otherwise, or not at all, once it is written as YAML. Give it a shorter name, or write it in usual characters"
    );
    assert_eq!(write(&root, "").unwrap_err().to_string(), expected);
}
