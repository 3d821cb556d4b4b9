//! One way to write a document, whatever order and style it came in: so only what it says makes a difference.

use std::error::Error;

use saphyr::{Mapping, Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::Value;

use super::shape::Shape;

/// Keywords in reading order; a document's other keywords come behind these by name, its extensions before `deprecated`.
const ORDER: [&str; 76] = [
    "openapi",
    "info",
    "operationId",
    "name",
    "in",
    "$ref",
    "url",
    "title",
    "summary",
    "description",
    "version",
    "tags",
    "servers",
    "security",
    "x-",
    "deprecated",
    "required",
    "type",
    "format",
    "nullable",
    "readOnly",
    "writeOnly",
    "enum",
    "default",
    "pattern",
    "multipleOf",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "items",
    "properties",
    "additionalProperties",
    "discriminator",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "style",
    "explode",
    "schema",
    "parameters",
    "requestBody",
    "headers",
    "content",
    "links",
    "responses",
    "callbacks",
    "example",
    "examples",
    "get",
    "put",
    "post",
    "delete",
    "patch",
    "head",
    "options",
    "trace",
    "paths",
    "components",
    "schemas",
    "requestBodies",
    "securitySchemes",
    "contact",
    "license",
    "propertyName",
    "mapping",
    "scheme",
    "bearerFormat",
];

/// The document as YAML, below a head comment.
///
/// # Errors
/// What was written does not read as what was given: a mistake of ours or of the YAML library, told before a file is
/// touched.
pub fn write(root: &Value, head: &str) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.multiline(true);
    emitter
        .dump(&yaml(root, Shape::Keywords))
        .map_err(|error| format!("the document cannot be written as YAML: {error}"))?;
    let body = text.strip_prefix("---\n").unwrap_or(&text);
    let body = body.strip_suffix('\n').unwrap_or(body);
    // The library indents empty lines of a text. That may be taken off, unless a text has lines of nothing but blanks.
    let lines = body.lines().map(|line| match line.trim_matches(' ') {
        "" => "",
        _ => line,
    });
    let plain = lines.collect::<Vec<_>>().join("\n");
    for body in [plain.as_str(), body] {
        let text = format!("{head}{body}\n");
        if super::source::parse(&text).is_ok_and(|source| source.root == *root) {
            return Ok(text);
        }
    }
    Err(
        "the document does not survive being written as YAML: please report it with the document"
            .into(),
    )
}

/// The comment that a file begins with, empty lines behind it included.
pub fn head(text: &str) -> &str {
    let length = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#') || line.trim().is_empty())
        .map(str::len)
        .sum();
    &text[..length]
}

fn yaml(value: &Value, shape: Shape) -> Yaml<'static> {
    match value {
        Value::Null => Yaml::Value(Scalar::Null),
        Value::Bool(value) => Yaml::Value(Scalar::Boolean(*value)),
        Value::Number(number) => Yaml::Value(match number.as_i64() {
            Some(integer) => Scalar::Integer(integer),
            None => Scalar::FloatingPoint(number.as_f64().unwrap_or_default().into()),
        }),
        Value::String(text) => string(text),
        Value::Array(list) => {
            let shape = if shape == Shape::Data {
                shape
            } else {
                Shape::Keywords
            };
            Yaml::Sequence(list.iter().map(|item| yaml(item, shape)).collect())
        }
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            if shape == Shape::Keywords {
                keys.sort_by_key(|key| (rank(key), *key));
            }
            let entries = keys
                .into_iter()
                .map(|key| (string(key), yaml(&object[key], shape.below(key))));
            Yaml::Mapping(entries.collect::<Mapping<'static>>())
        }
    }
}

/// What readers of YAML 1.1 take for a date, a number or a truth value is quoted too.
fn string(text: &str) -> Yaml<'static> {
    let number = text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-_:".contains(c));
    if number || matches!(text, "y" | "Y" | "n" | "N") {
        Yaml::Representation(text.to_owned().into(), ScalarStyle::DoubleQuoted, None)
    } else {
        Yaml::Value(Scalar::String(text.to_owned().into()))
    }
}

fn rank(key: &str) -> usize {
    let place = |wanted: &str| ORDER.iter().position(|known| *known == wanted);
    if key.starts_with("x-") {
        place("x-")
    } else {
        place(key)
    }
    .unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{head, write};
    use crate::import::source::parse;

    fn laid_out(text: &str) -> String {
        write(&parse(text).unwrap().root, "").unwrap()
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
        assert_eq!(write(&parse(&text).unwrap().root, "").unwrap(), text);
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
        let value: Value =
            serde_json::from_str("{\"enum\": [1, -1, 1.0, 0.1, 1e-9, 1e21, true, null, [], {}]}")
                .unwrap();
        let text = write(&value, "").unwrap();
        assert!(text.contains("- 1\n  - -1\n  - 1.0\n  - 0.1\n"), "{text}");
    }

    #[test]
    fn the_head_comment_is_what_stands_before_the_first_key() {
        assert_eq!(head("# a\n# b\n\nc: 1\n# d\n"), "# a\n# b\n\n");
        assert_eq!(head("c: 1\n"), "");
    }
}
