//! Step 1: YAML or JSON text into a JSON tree that knows the line of every node.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

use crate::finding::{Errors, Finding, Level, Rule};

/// An OpenAPI or overlay document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name for messages, usually the file name.
    pub name: String,
    /// The content.
    pub root: Value,
    lines: BTreeMap<String, usize>,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or [`parse`](Self::parse) refuses it.
    pub fn read(path: &Path) -> Result<Self, Errors> {
        // As given: an overlay has the file name of its document.
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            file_error(
                &name,
                String::new(),
                None,
                format!("cannot be read: {error}"),
                "Check the path and its permissions",
            )
        })?;
        Self::parse(&name, &text)
    }

    /// Reads YAML 1.2 or JSON.
    ///
    /// # Errors
    /// The text is no YAML, holds no object, or has a key that is not text.
    pub fn parse(name: &str, text: &str) -> Result<Self, Errors> {
        let documents = MarkedYaml::load_from_str(text).map_err(|error| {
            let line = Some(error.marker().line());
            file_error(
                name,
                String::new(),
                line,
                format!("is not valid YAML: {}", error.info()),
                "Mend the syntax on or before this line",
            )
        })?;
        let [yaml] = documents.as_slice() else {
            let problem = format!("holds {} YAML documents", documents.len());
            return Err(file_error(
                name,
                String::new(),
                None,
                problem,
                "Keep exactly one",
            ));
        };
        let mut document = Self {
            name: name.to_owned(),
            root: Value::Null,
            lines: BTreeMap::new(),
        };
        document.root = document.convert(yaml, String::new())?;
        if document.root.is_object() {
            Ok(document)
        } else {
            Err(file_error(
                name,
                String::new(),
                Some(1),
                "is not an object".into(),
                "Give an OpenAPI 3.0 document",
            ))
        }
    }

    /// The line of a node, or of the nearest node around it that the file has.
    pub fn line(&self, pointer: &str) -> Option<usize> {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return Some(*line);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// A finding about a node of this document.
    pub fn finding(
        &self,
        level: Level,
        pointer: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        Finding {
            level,
            rule: Rule::Generator,
            document: self.name.clone(),
            pointer: pointer.to_owned(),
            line: self.line(pointer),
            problem: problem.into(),
            help: help.into(),
            actions: Vec::new(),
        }
    }

    fn convert(&mut self, yaml: &MarkedYaml<'_>, pointer: String) -> Result<Value, Errors> {
        let line = yaml.span.start.line();
        self.lines.insert(pointer.clone(), line);
        Ok(match &yaml.data {
            YamlData::Value(scalar) => match scalar {
                Scalar::Null => Value::Null,
                Scalar::Boolean(value) => Value::Bool(*value),
                Scalar::Integer(value) => Value::from(*value),
                Scalar::FloatingPoint(value) => {
                    Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
                }
                Scalar::String(text) => Value::String(text.to_string()),
            },
            YamlData::Sequence(list) => {
                let mut values = Vec::with_capacity(list.len());
                for (index, item) in list.iter().enumerate() {
                    values.push(self.convert(item, format!("{pointer}/{index}"))?);
                }
                Value::Array(values)
            }
            YamlData::Mapping(mapping) => {
                let mut object = Map::new();
                let mut merged = Vec::new();
                for (key, value) in mapping {
                    let Some(key) = key_text(key) else {
                        let problem = "has a key that is neither text nor a number".into();
                        return Err(file_error(
                            &self.name,
                            pointer,
                            Some(line),
                            problem,
                            "Write the key as text",
                        ));
                    };
                    let below = format!("{pointer}/{}", escape(&key));
                    let value = self.convert(value, below)?;
                    if key == "<<" {
                        merged.push(value);
                    } else {
                        object.insert(key, value);
                    }
                }
                // What a mapping says itself goes before what it merges in, and the first of several before the next.
                for other in merged {
                    let others = match other {
                        Value::Array(list) => list,
                        other => vec![other],
                    };
                    for (key, value) in others.iter().filter_map(Value::as_object).flatten() {
                        object.entry(key).or_insert_with(|| value.clone());
                    }
                }
                Value::Object(object)
            }
            YamlData::Tagged(_, inner) => self.convert(inner, pointer)?,
            _ => {
                let problem =
                    "uses a YAML feature (alias or custom tag) that is not supported".into();
                return Err(file_error(
                    &self.name,
                    pointer,
                    Some(line),
                    problem,
                    "Write the value out",
                ));
            }
        })
    }
}

fn key_text(key: &MarkedYaml<'_>) -> Option<String> {
    match &key.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(value)) => Some(value.to_string()),
        YamlData::Value(Scalar::FloatingPoint(value)) => Some(value.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        YamlData::Value(Scalar::Null) => Some("null".to_owned()),
        _ => None,
    }
}

fn file_error(
    name: &str,
    pointer: String,
    line: Option<usize>,
    problem: String,
    help: &str,
) -> Errors {
    Errors(vec![Finding {
        pointer,
        line,
        ..Finding::of_file(name, problem, help)
    }])
}

/// A key as one token of a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn every_node_knows_its_line() {
        let document =
            Document::parse("a.yaml", "paths:\n  /a/b:\n    get:\n      summary: x\n").unwrap();
        assert_eq!(document.line("/paths/~1a~1b/get/summary"), Some(4));
        assert_eq!(
            document.line("/paths/~1a~1b/get/made/up"),
            document.line("/paths/~1a~1b/get")
        );
    }

    #[test]
    fn norway_is_a_country_and_status_codes_are_keys() {
        let document = Document::parse("a.yaml", "country: NO\n200: ok\n").unwrap();
        assert_eq!(
            document.root,
            serde_json::json!({"country": "NO", "200": "ok"})
        );
    }

    #[test]
    fn what_a_mapping_merges_in_is_part_of_it() {
        let document = Document::parse(
            "a.yaml",
            "one: &one {a: 1, b: 1}\ntwo: {<<: *one, b: 2}\nthree: {<<: [{b: 3}, *one]}\n",
        )
        .unwrap();
        assert_eq!(
            document.root,
            serde_json::json!({"one": {"a": 1, "b": 1}, "two": {"a": 1, "b": 2}, "three": {"a": 1, "b": 3}})
        );
    }

    #[test]
    fn broken_yaml_is_told_by_line() {
        let error = Document::parse("checkout.yaml", "a: [1,\nb: }").unwrap_err();
        assert!(error.to_string().starts_with("checkout.yaml:"), "{error}");
        assert!(error.to_string().contains("is not valid YAML"), "{error}");
    }

    #[test]
    fn a_document_must_be_one_object() {
        assert!(
            Document::parse("a", "- 1")
                .unwrap_err()
                .to_string()
                .contains("is not an object")
        );
        assert!(
            Document::parse("a", "")
                .unwrap_err()
                .to_string()
                .contains("documents")
        );
    }
}
