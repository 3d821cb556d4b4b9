use serde_json::{Value, json};

use super::Document;

fn read(text: &str) -> Document {
    Document::parse("a.yaml", text).unwrap()
}

fn refused(text: &str) -> String {
    Document::parse("a.yaml", text).unwrap_err().to_string()
}

#[test]
fn every_node_knows_its_line() {
    let yaml = "paths:\n  /a/b:\n    get:\n      summary: x\n";
    let json =
        "{\"paths\":\r\n{\"/a/b\":\r\n\t{\"get\":{\r\n\"summary\": \"\\ud83d\\ude00 \\/\"}}}}";
    for text in [yaml, json] {
        let document = read(text);
        assert_eq!(document.line("/paths/~1a~1b/get/summary"), Some(4));
        let get = document.line("/paths/~1a~1b/get");
        assert_eq!(document.line("/paths/~1a~1b/get/made/up"), get);
    }
}

#[test]
fn a_key_of_any_length_has_a_line_in_json() {
    let long = "k".repeat(5_000);
    let document = read(&format!(
        "{{\"{long}\": {{\n\"a\": 1,\n\"c\": 2}},\n\"b\": 3}}"
    ));
    assert_eq!(document.line("/b"), Some(4));
    assert_eq!(document.line(&format!("/{long}/c")), Some(3));
}

#[test]
fn a_text_is_read_as_this_json() {
    let cases: [(&str, Value); 15] = [
        // Norway is a country, status codes are keys, and so is everything else that is a scalar.
        (
            "country: NO\n200: ok\n1.10: a\ntrue: b\n007: c",
            json!({"country": "NO", "200": "ok", "1.10": "a", "true": "b", "007": "c"}),
        ),
        (
            "one: &one {a: 1, b: 1}\ntwo: {<<: *one, b: 2}\nthree: {<<: [{b: 3}, *one]}\nfour: *one",
            json!({"one": {"a": 1, "b": 1}, "two": {"a": 1, "b": 2}, "three": {"a": 1, "b": 3},
                "four": {"a": 1, "b": 1}}),
        ),
        ("{'<<': {a: 1}}", json!({"<<": {"a": 1}})),
        (
            "a: [18446744073709551615, -9223372036854775808, 0x1F, 0o17, +5, 1.0, 1e3, 0, -0.5]",
            json!({"a": [u64::MAX, i64::MIN, 31, 15, 5, 1.0, 1000.0, 0, -0.5]}),
        ),
        (
            "a: [18446744073709551616, .inf, 007, -01, 0123, 1_000, 12:30, 2024-01-01, 3.0.3]",
            json!({"a": [18_446_744_073_709_551_616.0, null, "007", "-01", "0123", "1_000", "12:30", "2024-01-01", "3.0.3"]}),
        ),
        (
            "{type: string, enum: [1.10, 2.0, 007, 0x1F, 1e3, 5, NO], default: 1.10, example: 1e3}",
            json!({"type": "string", "enum": ["1.10", "2.0", "007", "0x1F", "1e3", "5", "NO"], "default": "1.10",
                "example": "1e3"}),
        ),
        (
            "a: !!binary aGk=\nb: !!timestamp 2020-01-01\nc: !!int 7\nd: !!bool yes\ne: !own 1\n!!str 5: ~\n",
            json!({"a": "aGk=", "b": "2020-01-01", "c": 7, "d": "yes", "e": 1, "5": null}),
        ),
        (
            "\u{feff}{\r\n\t\"a\": \"\\ud83d\\ude00 \\/\"\r\n}\r\n",
            json!({"a": "😀 /"}),
        ),
        ("\u{feff}a: |\r\n  b\r\n  c\r\n", json!({"a": "b\nc\n"})),
        ("---\na: 1\n...\n", json!({"a": 1})),
        ("{\"a\": 1.0, \"b\": -1}", json!({"a": 1.0, "b": -1})),
        (
            "{\"type\": \"string\", \"enum\": [1, \"a\"], \"info\": {\"version\": \"1\"}}",
            json!({"type": "string", "enum": ["1", "a"], "info": {"version": "1"}}),
        ),
        (
            "{\"type\": \"string\", \"enum\": [1.10, 1e3], \"<<\": {\"a\": \"\\\\\\\"\"}}",
            json!({"type": "string", "enum": ["1.10", "1e3"], "<<": {"a": "\\\""}}),
        ),
        (
            "{\"a\": [18446744073709551616, -0.5, true, null, {}, [], \"\", \"/* # */\"]}",
            json!({"a": [18_446_744_073_709_551_616.0, -0.5, true, null, {}, [], "", "/* # */"]}),
        ),
        (
            "openapi: 3.0\ninfo: {version: 1.10}",
            json!({"openapi": "3.0", "info": {"version": "1.10"}}),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).root, expected, "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_an_error_with_both_lines() {
    for (text, key) in [
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "b"),
        ("a:\n  200: 1\n  c: 2\n  \"200\": 3\n", "200"),
        ("{\"a\": {\n\"b\": 1,\n\"c\": 2,\n\"b\": 1}}", "b"),
        ("x: &x b\na: {\n  b: 1, c: 2,\n  *x : 3}\n", "b"),
    ] {
        let lines = if text.starts_with('x') {
            (3, 4)
        } else {
            (2, 4)
        };
        let expected = format!(
            "a.yaml:{} #/a/{key}: the key \"{key}\" stands on line {} already. Keep one of the two; 200 and \"200\" are the same key",
            lines.1, lines.0
        );
        assert_eq!(refused(text), expected);
    }
    let merged = "a: &a {b: 1}\nc: {<<: *a, <<: {d: 2}, b: 3}";
    assert_eq!(read(merged).root["c"], json!({"b": 3, "d": 2}));
}

#[test]
fn numbers_in_a_part_of_a_text_stay_as_written() {
    let part = "{enum: [1.10, 5], default: 0x1F}";
    for whole in [
        "{allOf: [{type: string}, PART]}",
        "{type: string, allOf: [PART]}",
        "{allOf: [{$ref: '#/text'}, PART]}",
        "{allOf: [{$ref: '#/other'}, PART]}",
    ] {
        let whole = whole.replace("PART", part);
        let text =
            format!("text: {{type: string}}\nother: {{allOf: [{{$ref: '#/text'}}]}}\na: {whole}\n");
        let parts = read(&text).root["a"]["allOf"].clone();
        let last = parts.as_array().unwrap().last().unwrap();
        assert_eq!(
            *last,
            json!({"enum": ["1.10", "5"], "default": "0x1F"}),
            "{whole}"
        );
    }
    for other in [
        "{allOf: [{type: number}, PART]}",
        "{allOf: [{$ref: '#/a'}, PART]}",
    ] {
        let root = read(&format!("a: {}\n", other.replace("PART", part))).root;
        assert_eq!(
            root["a"]["allOf"][1],
            json!({"enum": [1.1, 5], "default": 31})
        );
    }
}

#[test]
fn what_cannot_be_read_is_told_by_line() {
    let deep = format!("a: {}1{}", "[".repeat(200), "]".repeat(200));
    let deep_json = format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200));
    for (text, expected) in [
        ("a: [1,\nb: }", "a.yaml:2: is not valid YAML: "),
        ("a: *b", "a.yaml:1: is not valid YAML: "),
        (
            "b: 1\na: &a [*a]",
            "a.yaml:2 #/a/0: has an alias of a node that it is part of. Refer to it by `$ref`",
        ),
        (
            "b:\n  ? [1]\n  : 2",
            "a.yaml:2 #/b: has a key that is neither text nor a number. Write the key as text",
        ),
        (
            "- 1",
            "a.yaml:1: is not an object. Give an OpenAPI 3.0 document",
        ),
        ("", "a.yaml: holds 0 YAML documents. Keep exactly one"),
        (
            "a: 1\n---\nb: 1\n---\nc: 1",
            "a.yaml: holds 3 YAML documents. Keep exactly one",
        ),
        (&deep, "has nodes nested deeper than 128"),
        (
            &deep_json,
            "a.yaml:1: has nodes nested deeper than 128. Move the inner ones to components",
        ),
        (
            "{\n\"a\": \"\\ud83d\"}",
            "a.yaml:2: is not valid JSON: unexpected end of hex escape. Correct",
        ),
        (
            "{\n\"a\": \"\\ud83d\\u0041\"}",
            "a.yaml:2: is not valid JSON: lone leading surrogate in hex escape. Correct",
        ),
        (
            "{\n\"a\": 1,\n\"b\": *c}",
            "a.yaml:3: is not valid JSON: expected value. Correct",
        ),
    ] {
        let error = refused(text);
        assert!(error.contains(expected), "{error}\nnot {expected}");
    }
}
