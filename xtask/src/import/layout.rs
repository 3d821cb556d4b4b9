//! Writes a document in one layout, whatever order and style it came in, so that a diff shows only what it says.

#[cfg(test)]
mod tests;

use dintero_codegen::document::{Document, elements, escape, members};
use dintero_codegen::finding::{Errors, Finding};
use saphyr::{Mapping, Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::{Value, json};

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
pub fn write(name: &str, root: &Value, head: &str) -> Result<String, Errors> {
    written(root, head).ok_or_else(|| {
        let problem = "is read otherwise, or not at all, once it is written as YAML";
        let help = "Give it a shorter name, or write it in usual characters";
        let pointer = unwritable(root, String::new());
        let finding = Finding::of_file(name, problem, help);
        Finding { pointer, ..finding }.into()
    })
}

/// Returns a node as YAML that is read as the same.
fn written(root: &Value, head: &str) -> Option<String> {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.multiline(true);
    emitter.dump(&yaml(root, Place::Keywords)).ok()?;
    let body = text.strip_prefix("---\n").unwrap_or(&text);
    let body = body.strip_suffix('\n').unwrap_or(body);
    // The library indents empty lines of a text. That may be taken off, unless a text has lines of nothing but blanks.
    let lines = body.lines().map(|line| match line.trim_matches(' ') {
        "" => "",
        _ => line,
    });
    let plain = lines.collect::<Vec<_>>().join("\n");
    let texts = [plain.as_str(), body].map(|body| format!("{head}{body}\n"));
    let same = |text: &String| Document::parse("", text).is_ok_and(|it| it.root == *root);
    texts.into_iter().find(same)
}

/// Returns the place of the innermost node that cannot be written.
fn unwritable(node: &Value, pointer: String) -> String {
    let named = members(node).map(|(key, value)| (escape(key), value, json!({key: value})));
    let listed = elements(node).enumerate();
    let listed = listed.map(|(index, value)| (index.to_string(), value, json!({"a": [value]})));
    let mut inner = named.chain(listed);
    match inner.find(|(_, _, alone)| written(alone, "").is_none()) {
        Some((token, value, _)) => unwritable(value, format!("{pointer}/{token}")),
        None => pointer,
    }
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
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            Yaml::Value(Scalar::FloatingPoint(number.into()))
        }
        Value::Number(integer) => {
            Yaml::Representation(integer.to_string().into(), ScalarStyle::Plain, None)
        }
        Value::String(text) => string(text),
        Value::Array(list) => {
            let place = match place {
                Place::Data => place,
                _ => Place::Keywords,
            };
            Yaml::Sequence(list.iter().map(|item| yaml(item, place)).collect())
        }
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            if place == Place::Keywords {
                keys.sort_by_cached_key(|key| (rank(key), *key));
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
    let digits = text.trim_start_matches(['+', '-']);
    let in_number = |c: char| c.is_ascii_digit() || "+-_:. TtZz".contains(c);
    let mut bases = ["0b", "0o", "0x"].into_iter();
    let number = text.replace('_', "").parse::<f64>().is_ok()
        || bases.any(|base| digits.starts_with(base))
        || digits.starts_with(|c: char| c.is_ascii_digit())
            && text.matches('.').count() < 2
            && text.chars().all(in_number);
    if number || matches!(text, "y" | "Y" | "n" | "N" | "=" | "<<") {
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
