//! Writes a document in one layout, whatever order and style it came in, so that a diff shows only what it says.

use std::error::Error;

use dintero_codegen::document::Document;
use saphyr::{Mapping, Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::Value;

/// Keywords in reading order; a document's other keywords come behind these by name, its extensions before `deprecated`.
const ORDER: &str = "\
    openapi info operationId name in $ref url title summary description version tags servers \
    security x- deprecated required type format nullable readOnly writeOnly enum default pattern \
    multipleOf minimum exclusiveMinimum maximum exclusiveMaximum minLength maxLength minItems \
    maxItems uniqueItems minProperties maxProperties items properties additionalProperties \
    discriminator allOf oneOf anyOf not style explode schema parameters requestBody headers content \
    links responses callbacks example examples get put post delete patch head options trace paths \
    components schemas requestBodies securitySchemes contact license propertyName mapping scheme \
    bearerFormat";

/// Returns the document as YAML, below a head comment.
///
/// # Errors
/// What was written does not read as what was given.
pub fn write(root: &Value, head: &str) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.multiline(true);
    emitter
        .dump(&yaml(root, Place::Keywords))
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
        if Document::parse("", &text).is_ok_and(|document| document.root == *root) {
            return Ok(text);
        }
    }
    Err(
        "the document does not survive being written as YAML: please report it with the document"
            .into(),
    )
}

/// Returns the comment that a file begins with, including empty lines behind it.
pub fn head(text: &str) -> &str {
    let length = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#') || line.trim().is_empty())
        .map(str::len)
        .sum();
    &text[..length]
}

/// What an object is by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Its keys are OpenAPI's: a schema, an operation, the document.
    Keywords,
    /// Its keys are names and its values have keywords: paths, properties, responses.
    Names,
    /// Its keys are names and its values are objects with names: callbacks.
    Callbacks,
    /// Whatever it holds is a value: an example, an extension.
    Data,
}

impl Place {
    /// Returns the place of what stands under a key of an object in this place.
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Data, _) => Self::Data,
            (Self::Names, _) => Self::Keywords,
            (Self::Callbacks, _) => Self::Names,
            (Self::Keywords, "callbacks") => Self::Callbacks,
            (
                Self::Keywords,
                "paths" | "properties" | "patternProperties" | "responses" | "headers" | "schemas"
                | "requestBodies" | "securitySchemes" | "links" | "content" | "encoding"
                | "variables" | "parameters" | "mapping" | "scopes",
            ) => Self::Names,
            (
                Self::Keywords,
                "example" | "examples" | "default" | "enum" | "const" | "security" | "required",
            ) => Self::Data,
            (Self::Keywords, key) if key.starts_with("x-") => Self::Data,
            (Self::Keywords, _) => Self::Keywords,
        }
    }
}

fn yaml(value: &Value, place: Place) -> Yaml<'static> {
    match value {
        Value::Null => Yaml::Value(Scalar::Null),
        Value::Bool(value) => Yaml::Value(Scalar::Boolean(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Yaml::Value(Scalar::Integer(integer)),
            (None, Some(integer)) => {
                Yaml::Representation(integer.to_string().into(), ScalarStyle::Plain, None)
            }
            (None, None) => {
                let number = number.as_f64().unwrap_or_default();
                Yaml::Value(Scalar::FloatingPoint(number.into()))
            }
        },
        Value::String(text) => string(text),
        Value::Array(list) => {
            let place = if place == Place::Data {
                place
            } else {
                Place::Keywords
            };
            Yaml::Sequence(list.iter().map(|item| yaml(item, place)).collect())
        }
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            if place == Place::Keywords {
                keys.sort_by_key(|key| (rank(key), *key));
            }
            let entries = keys
                .into_iter()
                .map(|key| (string(key), yaml(&object[key], place.below(key))));
            Yaml::Mapping(entries.collect::<Mapping<'static>>())
        }
    }
}

/// Quotes also what readers of YAML 1.1 take for a date, a number or a boolean.
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
    let key = if key.starts_with("x-") { "x-" } else { key };
    let mut known = ORDER.split_whitespace();
    known.position(|known| known == key).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Place, head, write};
    use dintero_codegen::document::Document;

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
}
